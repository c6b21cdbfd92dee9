// Bytes that claim to be a block, under a link that fits them: as a forger, or a bug of ours, would store them. Parsing
// must refuse or give a block that is whole; any other link must be refused. (Fields inside an event are read unchecked
// once the link held: docs/invariants.md, 7.) As somebody else's bytes, every field of what is taken can be read, and
// gives no more than was sent.
#include <cstring>
#include <vector>

#include "daybook/block.h"
#include "schema/hash.h"
#include "tests/fuzz/fuzz.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

void check_block(const Block& block, std::span<const std::byte> given) {
  DAYBOOK_CHECK(std::ranges::equal(block.bytes(), given), "a block keeps its bytes");
  DAYBOOK_CHECK(block.event_count() > 0, "a block has an event");
  const auto commits = block.commits();
  DAYBOOK_CHECK(commits.size() == block.commit_count(), "every commit is counted");
  Sequence next = block.first_sequence();
  for (const CommitInfo& commit : commits) {
    DAYBOOK_CHECK(commit.first == next, "commits are contiguous");
    next = next.plus(commit.event_count);
  }
  DAYBOOK_CHECK(next == block.last_sequence().next(), "the commits' events are the block's");
  const auto* begin = reinterpret_cast<const std::uint64_t*>(block.bytes().data());
  for (std::uint32_t i = 0; i < block.event_count(); ++i) {
    const std::uint64_t* words = block.event_words(i);
    DAYBOOK_CHECK(words > begin && words < begin + given.size() / 8, "an event lies in its block");
    static_cast<void>(block.event(i).version());
  }
}

/// What `given` is as a server's bytes: refused, or harmless.
void check_foreign(std::span<const std::byte> given, const Link& link) {
  const auto block = Block::parse_foreign(given, link);
  if (!block) {
    DAYBOOK_CHECK(block.error().code == Code::corruption, "a malformed block is corruption");
    return;
  }
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < (*block)->event_count(); ++i) {
    const Event event = (*block)->event(i).to_event();
    bytes += event.stream.size() + event.type.size() + event.data.size() + event.traceparent.value_or("").size();
    if (event.content_type != kContentTypeJson) bytes += event.content_type.size();
    for (const std::string& tag : event.tags) bytes += tag.size();
    for (const Header& header : event.headers) bytes += header.name.size() + header.value.size();
  }
  DAYBOOK_CHECK(bytes <= given.size(), "no more is read than was sent");
  static_cast<void>((*block)->commits());
  // The same bytes as an excerpt, with each event a little further.
  std::vector<Sequence> sequences;
  for (std::uint32_t i = 0; i < (*block)->event_count(); ++i)
    sequences.push_back((*block)->first_sequence().plus(2 * i));
  const auto excerpt = Block::parse_excerpt(given, link, Link{}, sequences);
  DAYBOOK_CHECK(excerpt || sequences.back() > kSequenceMax, "a block's events can be an excerpt's");
  if (excerpt) static_cast<void>((*excerpt)->commits());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  std::vector<std::byte> block_bytes(bytes);
  if (bytes > 0) std::memcpy(block_bytes.data(), data, bytes);
  // The first word says how long the message is; right, so that what is behind it is looked at.
  const bool framed = bytes >= 8 && data[0] % 2 == 0;
  if (framed) {
    const std::uint64_t frame = (bytes / 8 - 1) << 32;
    std::memcpy(block_bytes.data(), &frame, 8);
  }
  Link link{hash128(std::span<const std::byte>(block_bytes))};
  if (const auto block = Block::parse(block_bytes, link)) {
    check_block(**block, block_bytes);
  } else {
    DAYBOOK_CHECK(block.error().code == Code::corruption, "a malformed block is corruption");
  }
  check_foreign(block_bytes, link);
  link.bytes[bytes % 16] ^= 1;
  DAYBOOK_CHECK(!Block::parse(block_bytes, link), "a link that does not fit is refused");
  return 0;
}
