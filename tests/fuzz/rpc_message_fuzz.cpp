// Every struct of the protocol, as whoever is at the other end may send it: decoding refuses it in one line or gives a
// value, within the limits and without allocating much more than a message of that size may carry; what was taken, said
// again and decoded again, is the same.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <optional>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <rpc.capnp.h>
#include <sanitizer/allocator_interface.h>

#include "daybook/limits.h"
#include "net/message_stream.h"
#include "net/wire_batch.h"
#include "net/wire_commit.h"
#include "net/wire_error.h"
#include "net/wire_gap.h"
#include "net/wire_guard.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"
#include "net/wire_status.h"
#include "net/wire_text.h"
#include "schema/hash.h"
#include "tests/fuzz/fuzz.h"
#include "tests/log/block_fixture.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

/// What decoding a few KiB may allocate in all: a list of structs without bytes counts as a word each, so a message of
/// that size shows some thousands of events at most.
constexpr std::size_t kAllocatedMax = std::size_t{8} << 20;
/// What the commits of a call may take.
constexpr std::size_t kBudget = std::size_t{64} << 20;

std::atomic<std::size_t> allocated{0};

void note_allocation(const volatile void* at, std::size_t bytes) {
  static_cast<void>(at);
  allocated += bytes;
}
void note_release(const volatile void* at) {
  static_cast<void>(at);
}

/// The message, as it is read from a connection (net/message_stream.h).
class Input {
 public:
  explicit Input(std::string_view bytes) : words_(kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word))) {
    std::memcpy(words_.asBytes().begin(), bytes.data(), words_.asBytes().size());
    segments_[0] = words_;
    reader_.emplace(kj::arrayPtr(segments_.data(), segments_.size()),
                    capnp::ReaderOptions{.traversalLimitInWords = std::max<std::uint64_t>(
                                             net::kWalkFactor * words_.size(), net::kWalkWordsMin)});
  }
  template <class Root>
  [[nodiscard]] typename Root::Reader root() {
    return reader_->getRoot<Root>();
  }

 private:
  kj::Array<capnp::word> words_;
  std::array<kj::ArrayPtr<const capnp::word>, 1> segments_;
  std::optional<capnp::SegmentArrayMessageReader> reader_;
};

template <class T>
void check_refusal(const Result<T>& result) {
  if (result) return;
  DAYBOOK_CHECK(!result.error().message.empty(), "a refusal says why");
  DAYBOOK_CHECK(result.error().message.find('\n') == std::string::npos, "an error is one line");
}

/// Decodes a Root by `decode` and says and decodes it again, where it was taken.
template <class Root, class Decode>
auto taken(Input& input, Decode decode) {
  const std::size_t before = allocated;
  auto result = net::guarded([&] { return decode(input.root<Root>()); });
  DAYBOOK_CHECK(allocated - before <= kAllocatedMax, "decoding allocates no more than the message may carry");
  check_refusal(result);
  return result;
}

/// Of a struct that has a plain from_wire and to_wire: decoded, said and decoded again it is decoded.
template <class Root>
void check_plain(Input& input) {
  const auto result = taken<Root>(input, [](typename Root::Reader reader) { return net::from_wire(reader); });
  if (!result) return;
  capnp::MallocMessageBuilder message;
  net::to_wire(*result, message.initRoot<Root>());
  DAYBOOK_CHECK(net::guarded([&] { return net::from_wire(message.getRoot<Root>().asReader()); }),
                "what was taken can be said and is taken again");
}

/// Its error may be the message itself, whose words are the peer's.
void check_append_result(Input& input) {
  const auto root =
      net::guarded([&]() -> Result<rpc::AppendResult::Reader> { return input.root<rpc::AppendResult>(); });
  if (!root) return;
  const std::size_t before = allocated;
  const auto result = net::from_wire(*root);
  DAYBOOK_CHECK(allocated - before <= kAllocatedMax, "decoding allocates no more than the message may carry");
  capnp::MallocMessageBuilder message;
  net::to_wire(result, message.initRoot<rpc::AppendResult>());
  const auto again = net::guarded([&] { return net::from_wire(message.getRoot<rpc::AppendResult>().asReader()); });
  DAYBOOK_CHECK(again.has_value() == result.has_value(), "what was taken can be said and is taken again");
  if (!result) DAYBOOK_CHECK(result.error().message.find('\n') == std::string::npos, "an error is one line");
  if (!result) DAYBOOK_CHECK(result.error().outcome != Outcome::none, "an append's error says what became of it");
}

void check_commit(Input& input) {
  std::size_t bytes_left = kBudget;
  const auto decode = [&bytes_left](rpc::Commit::Reader reader) { return net::from_wire(reader, bytes_left); };
  const auto commit = taken<rpc::Commit>(input, decode);
  DAYBOOK_CHECK(bytes_left <= kBudget, "the budget only shrinks");
  if (!commit) {
    DAYBOOK_CHECK(commit.error().code == Code::invalid || commit.error().code == Code::too_large,
                  "a commit is refused for what it is");
    return;
  }
  DAYBOOK_CHECK(commit->events.size() <= kCommitEventsMax, "no more events than a commit may have");
  DAYBOOK_CHECK(commit->expected.size() + commit->fail_if_match.size() <= kCommitConditionsMax, "nor conditions");
  std::size_t bytes = 0;
  for (const Event& event : commit->events) {
    DAYBOOK_CHECK(event.tags.size() <= kTagsMax && event.headers.size() <= kHeadersMax, "nor tags or headers");
    bytes += event.data.size() + event.stream.size();
  }
  DAYBOOK_CHECK(bytes <= kBudget - bytes_left, "what is copied is counted");

  capnp::MallocMessageBuilder message;
  net::to_wire(*commit, std::nullopt, message.initRoot<rpc::Commit>());
  std::size_t enough = kBudget;
  const auto again = net::from_wire(message.getRoot<rpc::Commit>().asReader(), enough);
  DAYBOOK_CHECK(again, "what was taken can be said and is taken again");
  DAYBOOK_CHECK(
      std::ranges::equal(again->events, commit->events,
                         [](const Event& a, const Event& b) { return test::content_of(a) == test::content_of(b); }),
      "and its events are the same");
  DAYBOOK_CHECK(again->key == commit->key, "and its key");
}

void look_at(const EventView& event) {
  std::size_t seen = event.stream().size() + event.type().size() + event.data().size() + event.content_type().size();
  for (std::size_t i = 0; i < event.tag_count(); ++i) seen += event.tag(i).size();
  for (std::size_t i = 0; i < event.header_count(); ++i) seen += event.header(i).first.size();
  seen += event.to_event().data.size() + event.version().value() + event.id().bytes[0];
  // Every byte of what it shows.
  std::uint64_t sum = hash64(event.data()) + hash64(event.stream()) + seen;
  asm volatile("" : : "r"(sum));  // so that looking is not optimised away
}

void check_taken(const Batch& batch) {
  DAYBOOK_CHECK(batch.size() >= 1, "a batch holds an event");
  for (const EventView event : batch) look_at(event);
}

/// `mend`: the hashes are made to fit, as whoever wants to deceive would.
void check_batch(Input& input, bool mend) {
  if (!mend) {
    const auto batch = taken<rpc::Batch>(input, [](rpc::Batch::Reader reader) { return net::from_wire(reader); });
    if (batch) check_taken(*batch);
    return;
  }
  capnp::MallocMessageBuilder message;
  const auto mended = net::guarded([&]() -> Result<void> {
    message.setRoot(input.root<rpc::Batch>());
    auto batch = message.getRoot<rpc::Batch>();
    const auto block = batch.asReader().getBlock();
    const Hash128 hash = hash128(std::string_view(reinterpret_cast<const char*>(block.begin()), block.size()));
    if (batch.hasExcerpt()) {
      net::to_wire(hash, batch.getExcerpt().initHash());
    } else {
      net::to_wire(hash, batch.initLink());
    }
    return {};
  });
  if (!mended) return;
  const auto batch = net::guarded([&] { return net::from_wire(message.getRoot<rpc::Batch>().asReader()); });
  check_refusal(batch);
  if (batch) check_taken(*batch);
}

void check_error(Input& input) {
  const auto error =
      taken<rpc::Error>(input, [](rpc::Error::Reader reader) -> Result<Error> { return net::from_wire(reader); });
  if (!error) return;
  DAYBOOK_CHECK(error->message.size() <= net::kErrorTextBytesMax, "a peer's words are kept short");
  DAYBOOK_CHECK(error->message.find('\n') == std::string::npos, "and are one line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  static const bool hooked = __sanitizer_install_malloc_and_free_hooks(note_allocation, note_release) != 0;
  DAYBOOK_CHECK(hooked, "allocations can be counted");
  std::string_view text = text_of(data, bytes);
  const std::uint8_t kind = take_byte(text);
  Input input(text);
  switch (kind % 13) {
    case 0:
    case 1:
      check_commit(input);
      break;
    case 2:
      check_plain<rpc::Query>(input);
      break;
    case 3:
      check_plain<rpc::Start>(input);
      break;
    case 4:
      check_batch(input, false);
      break;
    case 5:
      check_batch(input, true);
      break;
    case 6:
      check_plain<rpc::Appended>(input);
      break;
    case 7:
      check_append_result(input);
      break;
    case 8:
      check_error(input);
      break;
    case 9:
      check_plain<rpc::Gap>(input);
      break;
    case 10:
      check_plain<rpc::Statistics>(input);
      break;
    case 11:
      check_plain<rpc::ProjectionStatus>(input);
      break;
    default:
      check_plain<rpc::Plan>(input);
  }
  return 0;
}
