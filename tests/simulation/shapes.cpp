// Sizes are drawn from few very different ones rather than evenly: what breaks stands at edges, such as one event a
// block, a commit larger than a block, or a tail that is full after three commits.
#include "tests/simulation/shapes.h"

#include <algorithm>
#include <array>

namespace daybook::simulation {
namespace {

constexpr std::size_t kMany = 1 << 20;

template <std::size_t count>
std::size_t any_of(Random& random, const std::array<std::size_t, count>& choices) {
  return random.one_of(choices);
}

}  // namespace

Shapes::Shapes(Random& random)
    : random_(random),
      streams_(any_of<4>(random, {1, 4, 30, 1000})),
      types_(any_of<3>(random, {1, 3, 20})),
      tags_(any_of<3>(random, {1, 5, 200})),
      correlations_(any_of<2>(random, {2, 50})),
      events_max_(any_of<5>(random, {1, 2, 5, 5, 60})),
      data_bytes_max_(any_of<5>(random, {0, 40, 40, 2000, 40000})),
      key_percent_(any_of<3>(random, {5, 50, 100})),
      version_percent_(any_of<3>(random, {0, 30, 80})),
      match_percent_(any_of<3>(random, {0, 20, 60})),
      names_are_long_(random.chance(10)),
      durability_(random.chance(60) ? Durability::fsync : Durability::buffered) {}

std::string Shapes::stream() {
  const std::uint64_t number = random_.below(streams_);
  std::string name = (number % 3 == 0 ? "order-" : number % 3 == 1 ? "order" : "customer/") + std::to_string(number);
  if (names_are_long_) name.append(400, 'x');
  return name;
}

IdempotencyKey Shapes::uuid() {
  Uuid uuid;
  for (auto& byte : uuid.bytes) byte = static_cast<std::uint8_t>(random_.next());
  return uuid;
}

Event Shapes::event(std::uint64_t number, std::size_t place) {
  Event event{.stream = stream(),
              .type = "T" + std::to_string(random_.below(types_)),
              .data = std::to_string(number) + "/" + std::to_string(place) + " "};
  event.data.append(data_bytes_max_ == 0 ? 0 : random_.below(random_.chance(80) ? 40 : data_bytes_max_), 'd');
  const std::uint64_t tags = random_.chance(5) ? 64 : random_.below(4);
  for (std::uint64_t i = 0; i < tags; ++i) event.tags.push_back("tag" + std::to_string(random_.below(tags_)));
  if (random_.chance(30)) event.correlation_id = Uuid{{static_cast<std::uint8_t>(random_.below(correlations_))}};
  if (random_.chance(10)) event.causation_id = uuid();
  if (random_.chance(10)) event.id = uuid();
  if (random_.chance(10)) event.occurred_at = Timestamp(std::chrono::nanoseconds(random_.below(1u << 30)));
  if (random_.chance(5)) event.content_type = "text/plain";
  if (random_.chance(5)) event.traceparent = random_.chance(50) ? "" : "00-1-2-01";
  if (random_.chance(5)) event.headers = {{"name", std::string(random_.below(30), 'h')}};
  return event;
}

/// Mostly near the head, where a decision would have been taken.
Sequence Shapes::place_in(const Model& known) {
  const std::uint64_t head = known.head().value();
  if (random_.chance(40)) return known.head();
  return Sequence(random_.chance(70) ? head - random_.below(std::min<std::uint64_t>(head, 5) + 1)
                                     : random_.below(head + 1));
}

Commit Shapes::commit(const Model& known, std::uint64_t number) {
  Commit commit;
  const std::uint64_t events = random_.chance(50) ? 1 : random_.between(1, events_max_);
  for (std::size_t i = 0; i < events; ++i) commit.events.push_back(event(number, i));
  while (random_.chance(version_percent_) && commit.expected.size() < 4) {
    const std::string name = random_.chance(70) ? commit.events.front().stream : stream();
    if (std::ranges::find(commit.expected, name, &ExpectedVersion::stream) != commit.expected.end()) break;
    const auto head = known.streams().find(name);
    const std::uint64_t version = head == known.streams().end() ? 0 : head->second.version.value();
    commit.expected.push_back({name, Version(random_.chance(80) ? version : random_.below(version + 2))});
  }
  while (random_.chance(match_percent_) && commit.fail_if_match.size() < 4) {
    commit.fail_if_match.push_back({.query = query(known), .after = place_in(known)});
  }
  if (random_.chance(key_percent_)) commit.key = uuid();
  return commit;
}

QueryItem Shapes::item(const Model& known) {
  QueryItem item;
  if (random_.chance(40)) {
    const std::uint64_t count = random_.between(1, 3);
    for (std::uint64_t i = 0; i < count; ++i) item.streams.push_back(stream());
  } else if (random_.chance(30)) {
    const std::string name = stream();
    item.stream_prefix = name.substr(0, random_.below(std::min<std::size_t>(name.size(), 8) + 1));
  }
  while (random_.chance(25)) item.types.push_back("T" + std::to_string(random_.below(types_ + 1)));
  while (random_.chance(25)) item.tags.push_back("tag" + std::to_string(random_.below(tags_ + 1)));
  if (random_.chance(10)) item.correlation_id = Uuid{{static_cast<std::uint8_t>(random_.below(correlations_))}};
  // A query that selects a few of what is there.
  if (random_.chance(30) && known.head() > Sequence(0)) {
    const Event& event = known.at(Sequence(random_.between(1, known.head().value()))).event();
    item = {.streams = {event.stream}};
    if (!event.tags.empty()) item.tags = {event.tags.front()};
  }
  return item;
}

Query Shapes::query(const Model& known) {
  Query query;
  const std::uint64_t items = random_.chance(70) ? 1 : random_.below(4);
  for (std::uint64_t i = 0; i < items; ++i) query.items.push_back(item(known));
  return query;
}

Options Shapes::options(const SimulatedClock& clock) {
  Options options;
  options.create_if_missing = true;
  options.durability = random_.chance(90)                    ? durability_
                       : durability_ == Durability::buffered ? Durability::fsync
                                                             : Durability::buffered;
  options.compression = random_.chance(50) ? Compression::lz4 : Compression::none;
  options.block_bytes_max = any_of<4>(random_, {1, 1024, 4096, 32 * 1024});
  options.group_bytes_max = any_of<3>(random_, {1, 8 * 1024, 4 * kMany});
  options.queue_commits_max = any_of<3>(random_, {1, 8, 1024});
  options.queue_bytes_max = any_of<2>(random_, {4096, 64 * kMany});
  options.block_cache_bytes = any_of<3>(random_, {1, 10 * 1024, kMany});
  options.index_batch_events = any_of<5>(random_, {1, 3, 20, 200, 50'000});
  options.tail_events_max = options.index_batch_events * any_of<3>(random_, {2, 3, 100});
  options.tail_bytes_max = any_of<3>(random_, {2048, 64 * 1024, 256 * kMany});
  options.disk_free_bytes_min = 0;
  options.clock = &clock;
  options.seed = random_.next() | 1;
  return options;
}

}  // namespace daybook::simulation
