// An event names its commit in a header, so a reader can make the commit again and compare every field.
#include "tests/crash/workload.h"

#include <charconv>
#include <cstring>
#include <utility>

namespace daybook::test {
namespace {

constexpr std::string_view kNameHeader = "commit";
constexpr std::uint64_t kSharedStreams = 40;

class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t end) { return mixed(state_++) % end; }

 private:
  std::uint64_t state_;
};

std::uint64_t seed_of(const CommitName& name) {
  return mixed(mixed(mixed(name.run) + name.thread) + name.number);
}

std::string text_of(const CommitName& name) {
  return std::to_string(name.run) + "." + std::to_string(name.thread) + "." + std::to_string(name.number);
}

Uuid uuid_of(std::uint64_t seed) {
  Uuid uuid;
  const std::uint64_t halves[] = {mixed(seed), mixed(seed + 1)};
  std::memcpy(uuid.bytes.data(), halves, sizeof halves);
  return uuid;
}

std::string data_of(Numbers& numbers) {
  // Mostly small, now and then larger than a block.
  const std::uint64_t kind = numbers.below(200);
  const std::uint64_t length = kind == 0 ? 40'000 + numbers.below(30'000) : numbers.below(kind < 20 ? 3'000 : 200);
  std::string data = "{\"x\":\"";
  const std::uint64_t first = numbers.below(1 << 20);
  for (std::uint64_t i = 0; i < length; ++i) data.push_back(static_cast<char>('a' + (first + i * i) % 26));
  return data + "\"}";
}

std::optional<CommitName> name_of(const EventView& event) {
  for (std::size_t i = 0; i < event.header_count(); ++i) {
    const auto [name, value] = event.header(i);
    if (name != kNameHeader) continue;
    CommitName found;
    const char* at = value.data();
    const char* const end = value.data() + value.size();
    for (std::uint32_t* part : {&found.run, &found.thread, &found.number}) {
      const auto parsed = std::from_chars(at, end, *part);
      if (parsed.ec != std::errc()) return std::nullopt;
      at = parsed.ptr + (parsed.ptr == end ? 0 : 1);
    }
    return found;
  }
  return std::nullopt;
}

bool is_equal(const Event& expected, const Event& actual) {
  return expected.stream == actual.stream && expected.type == actual.type && expected.data == actual.data &&
         expected.tags == actual.tags && expected.content_type == actual.content_type &&
         expected.occurred_at == actual.occurred_at && expected.correlation_id == actual.correlation_id &&
         expected.causation_id == actual.causation_id && expected.traceparent == actual.traceparent &&
         expected.headers == actual.headers && (!expected.id || expected.id == actual.id);
}

}  // namespace

std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::string own_stream(const CommitName& name) {
  return "own-" + std::to_string(name.run) + "-" + std::to_string(name.thread);
}

Commit make_commit(const CommitName& name) {
  Numbers numbers(seed_of(name));
  Commit commit;
  const std::uint64_t shared = numbers.below(8);
  for (std::uint64_t i = 0; i <= shared; ++i) {
    Event event;
    event.stream = i == 0 ? own_stream(name) : "shared-" + std::to_string(numbers.below(kSharedStreams));
    event.type = "Type" + std::to_string(numbers.below(5));
    event.data = data_of(numbers);
    for (std::uint64_t tag = numbers.below(3); tag > 0; --tag) {
      event.tags.push_back("tag:" + std::to_string(numbers.below(30)));
    }
    if (numbers.below(3) == 0) event.correlation_id = uuid_of(numbers.below(1000));
    if (numbers.below(4) == 0) event.causation_id = uuid_of(numbers.below(1 << 30));
    if (numbers.below(4) == 0) event.occurred_at = Timestamp(std::chrono::nanoseconds(numbers.below(1ull << 60)));
    if (numbers.below(4) == 0) event.traceparent = "00-" + std::to_string(numbers.below(1 << 30)) + "-01";
    if (numbers.below(2) == 0) event.id = uuid_of(numbers.below(1ull << 60));
    event.headers = {{std::string(kNameHeader), text_of(name)}};
    commit.events.push_back(std::move(event));
  }
  commit.expected = {{own_stream(name), Version(name.number)}};
  if (numbers.below(2) == 0) commit.key = uuid_of(seed_of(name) + 7);
  return commit;
}

std::string Reader::take_in_commit(const EventView& event) {
  const auto name = name_of(event);
  if (!name) return "it names no commit";
  if (left_in_commit_ == 0) {
    if (!commits_.emplace(*name, event.sequence()).second) return "the commit " + text_of(*name) + " is there twice";
    commit_name_ = *name;
    commit_events_ = make_commit(*name).events;
    left_in_commit_ = commit_events_.size();
  } else if (commit_name_ != name) {
    return "the commit " + text_of(*commit_name_) + " is not whole";
  }
  const Event& expected = commit_events_[commit_events_.size() - left_in_commit_];
  --left_in_commit_;
  return is_equal(expected, event.to_event()) ? "" : "it is not the event that was appended";
}

std::string Reader::take(const EventView& event) {
  const std::string where = "event " + std::to_string(event.sequence().value()) + ": ";
  if (event.sequence() != sequence_.next()) {
    return where + "expected was " + std::to_string(sequence_.next().value());
  }
  sequence_ = event.sequence();
  if (event.recorded_at() < recorded_at_) return where + "recorded before the one before it";
  recorded_at_ = event.recorded_at();
  if (from_beginning_ && event.version().value() != ++versions_[std::string(event.stream())]) {
    return where + "version " + std::to_string(event.version().value()) + " of " + std::string(event.stream());
  }
  const std::string trouble = take_in_commit(event);
  return trouble.empty() ? "" : where + trouble;
}

std::string read_on(Log& log, Reader& reader) {
  auto cursor = log.read({.from = reader.sequence().next()});
  if (!cursor) return to_string(cursor.error());
  while (true) {
    const auto batch = cursor->next();
    if (!batch) return to_string(batch.error());
    if (!*batch) return {};
    for (const EventView event : **batch) {
      if (auto trouble = reader.take(event); !trouble.empty()) return trouble;
    }
  }
}

std::string line_of(const EventView& view) {
  const Event event = view.to_event();
  const auto uuid = [](const std::optional<Uuid>& id) { return id ? id->text() : std::string("-"); };
  std::string line =
      std::to_string(view.sequence().value()) + " " + event.stream + "@" + std::to_string(view.version().value()) +
      " " + event.type + " at " + std::to_string(view.recorded_at().time_since_epoch().count()) + " id " +
      uuid(event.id) + " correlation " + uuid(event.correlation_id) + " causation " + uuid(event.causation_id) +
      " occurred " + (event.occurred_at ? std::to_string(event.occurred_at->time_since_epoch().count()) : "-") +
      " trace " + event.traceparent.value_or("-") + " tags";
  for (const std::string& tag : event.tags) line += " " + tag;
  line += " headers";
  for (const Header& header : event.headers) line += " " + header.name + "=" + header.value;
  return line + " " + event.content_type + " " + event.data;
}

}  // namespace daybook::test
