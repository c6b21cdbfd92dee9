// Drawing from a Zipf distribution costs more than appending an event, so a million draws are made once and shared by
// all producers, each of which begins at another place.
#include "bench/workload.h"

#include <algorithm>

namespace daybook::bench {
namespace {

constexpr std::uint32_t kHotStreams = 100'000;
constexpr std::uint32_t kColdStreams = 10'000'000;
constexpr std::size_t kDraws = 1 << 20;
constexpr std::uint32_t kTags = 10'000;

/// splitmix64.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

using Draws = std::shared_ptr<const std::vector<std::uint32_t>>;

Draws zipf_draws(std::uint32_t streams) {
  std::vector<double> cumulative(streams);
  double sum = 0;
  for (std::uint32_t n = 0; n < streams; ++n) cumulative[n] = sum += 1.0 / (n + 1);
  auto draws = std::make_shared<std::vector<std::uint32_t>>(kDraws);
  std::uint64_t state = 7;
  for (std::uint32_t& draw : *draws) {
    const double at = sum * static_cast<double>(mixed(++state) >> 11) * 0x1p-53;
    draw = static_cast<std::uint32_t>(std::ranges::lower_bound(cumulative, at) - cumulative.begin());
  }
  return draws;
}

/// One table for each number of streams asked for; a row asks before it begins.
Draws shared_zipf_draws(std::uint32_t streams) {
  static Draws last;
  static std::uint32_t last_streams = 0;
  if (last_streams != streams) last = zipf_draws(streams);
  last_streams = streams;
  return last;
}

}  // namespace

std::string stream_name(std::uint32_t producer, std::uint32_t number) {
  return std::string("o").append(std::to_string(producer)).append("-").append(std::to_string(number));
}

Workload::Workload(const WorkloadOptions& options)
    : options_(options), state_(mixed(options.seed) + (std::uint64_t{options.producer} << 40)) {
  const std::uint32_t streams = std::max<std::uint32_t>(kHotStreams / options.producers, 1);
  if (options.streams == Streams::zipf) draws_ = shared_zipf_draws(streams);
  at_ = (kDraws / options.producers) * options.producer;
  if (options.expected) versions_.resize(streams);
  data_ = R"({"orderId":"0000000000000000","note":")";
  data_.resize(kDataBytes - 2, 'x');
  data_ += "\"}";
}

std::uint64_t Workload::random() {
  return mixed(++state_);
}

Event Workload::event() {
  static constexpr std::array<const char*, kTypes> types = {
      "OrderPlaced", "OrderPaid",   "OrderShipped", "OrderClosed", "ItemAdded",
      "ItemRemoved", "NoteWritten", "PriceChanged", "MailSent",    "RefundIssued"};
  const std::uint64_t drawn = random();
  const std::uint32_t number = draws_ ? (*draws_)[at_++ % kDraws] : static_cast<std::uint32_t>(drawn % kColdStreams);
  numbers_.push_back(number);
  constexpr std::size_t kIdAt = 12;
  for (std::size_t digit = 0; digit < 16; ++digit) {
    data_[kIdAt + digit] = "0123456789abcdef"[(drawn >> (4 * digit)) & 15];
  }
  std::string tag = std::string("customer:").append(std::to_string((drawn >> 32) % kTags));
  Event event{.stream = stream_name(options_.producer, number),
              .type = types[(drawn >> 20) % kTypes],
              .data = data_,
              .tags = {std::move(tag)}};
  // One business transaction is four events: placed, paid, shipped, mailed.
  if (transaction_events_++ % 4 == 0) transaction_ = drawn;
  Uuid& correlation = event.correlation_id.emplace();
  for (std::size_t at = 0; at < 8; ++at) correlation.bytes[at] = static_cast<std::uint8_t>(transaction_ >> (8 * at));
  correlation.bytes[8] = static_cast<std::uint8_t>(options_.producer);
  return event;
}

/// Producers never share a stream, so each knows its versions: no condition fails but for a bug.
void Workload::expect_versions(Commit& commit) {
  for (std::size_t at = 0; at < numbers_.size(); ++at) {
    const std::uint32_t number = numbers_[at];
    const bool first_use = std::find(numbers_.begin(), numbers_.begin() + static_cast<std::ptrdiff_t>(at), number) ==
                           numbers_.begin() + static_cast<std::ptrdiff_t>(at);
    if (first_use)
      commit.expected.push_back({.stream = commit.events[at].stream, .version = Version(versions_[number])});
  }
  for (const std::uint32_t number : numbers_) ++versions_[number];
}

Commit Workload::next(std::size_t events, Sequence head) {
  numbers_.clear();
  Commit commit;
  commit.events.reserve(events);
  for (std::size_t i = 0; i < events; ++i) commit.events.push_back(event());
  if (options_.keys) {
    IdempotencyKey& key = commit.key.emplace();
    for (std::size_t half = 0; half < 2; ++half) {
      const std::uint64_t drawn = random();
      for (std::size_t at = 0; at < 8; ++at) key.bytes[8 * half + at] = static_cast<std::uint8_t>(drawn >> (8 * at));
    }
  }
  if (options_.expected) expect_versions(commit);
  if (options_.query) {
    const Event& event = commit.events.front();
    commit.fail_if_match.push_back({.query = {{{.types = {event.type}, .tags = event.tags}}}, .after = head});
  }
  return commit;
}

}  // namespace daybook::bench
