// Many threads against a model: what concurrent appends, reads and retries came to must be what some one-by-one order
// of them would have come to, and that order must respect which call ended before which began
// (tests/log/linear_history.h).
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "tests/log/linear_history.h"
#include "tests/log/log_fixture.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr int kThreads = 64;
constexpr int kStreams = 1000;
constexpr int kRoundsPerThread = 200;

/// A thread's client: it knows what its last answers told it, as real clients do, so many expectations are stale.
class Client {
 public:
  Client(Log& log, LinearHistory& history, std::uint64_t seed, int number)
      : log_(log),
        history_(history),
        name_("c" + std::to_string(number)),
        random_(seed * 1000 + static_cast<std::uint64_t>(number)),
        shared_name_("p" + std::to_string(number / 2)),
        shared_random_(seed * 1000 + 500 + static_cast<std::uint64_t>(number / 2)) {}

  void run() {
    for (round_ = 0; round_ < kRoundsPerThread; ++round_) {
      switch (random_() % 8) {
        case 0:
          read_stream();
          break;
        case 1:
          read_events();
          break;
        case 2:
          append_in_a_hurry();
          break;
        default:
          append_with_conditions();
      }
      if (round_ % 8 == 0) static_cast<void>(append(shared_commit()));
    }
  }

  std::vector<AppendSeen> appends;
  std::vector<ReadSeen> reads;

 private:
  std::string stream() { return "stream-" + std::to_string(random_() % (random_() % 2 != 0 ? 20 : kStreams)); }

  static Uuid uuid(std::mt19937_64& random) {
    Uuid made;
    for (auto& byte : made.bytes) byte = static_cast<std::uint8_t>(random());
    return made;
  }

  Query query() {
    return {{{.types = {"T" + std::to_string(random_() % 3)}, .tags = {"tag-" + std::to_string(random_() % 40)}}}};
  }

  std::vector<Event> events(std::mt19937_64& random, const std::string& name) {
    std::vector<Event> made;
    for (auto left = 1 + random() % 3; left > 0; --left) {
      made.push_back({.stream = "stream-" + std::to_string(random() % (random() % 2 != 0 ? 20 : kStreams)),
                      .type = "T" + std::to_string(random() % 3),
                      .data = name + "-" + std::to_string(round_) + "-" + std::to_string(left),
                      .tags = {"tag-" + std::to_string(random() % 40)}});
    }
    return made;
  }

  /// What the neighbour appends as well, at about the same time, under the same key.
  Commit shared_commit() { return {.events = events(shared_random_, shared_name_), .key = uuid(shared_random_)}; }

  Result<Appended> append(const Commit& commit, AppendOptions options = {}) {
    AppendSeen seen{.called = history_.stamp(), .commit = commit};
    seen.result = log_.append(commit, options);
    seen.head_after = log_.head();
    seen.answered = history_.stamp();
    appends.push_back(seen);
    return seen.result;
  }

  void append_with_conditions() {
    Commit commit{.events = events(random_, name_)};
    if (random_() % 2 != 0) {
      const std::string name = random_() % 3 != 0 ? commit.events[0].stream : stream();
      const bool asks = random_() % 4 == 0;
      commit.expected.push_back({name, asks ? log_.stream_head(name).value().version : known_[name]});
    }
    if (random_() % 3 == 0) {
      const std::uint64_t head = log_.head().value();
      commit.fail_if_match.push_back({query(), Sequence(head - random_() % (head + 1) / 8)});
    }
    if (random_() % 2 != 0) commit.key = uuid(random_);
    remember(append(commit));
    if (!commit.key || random_() % 2 != 0) return;
    static_cast<void>(append(commit));
    if (random_() % 8 != 0) return;
    commit.events.front().data += " otherwise";
    commit.expected.clear();
    commit.fail_if_match.clear();
    static_cast<void>(append(commit));
  }

  /// Too little time, and again with the same key until it is known what became of it.
  void append_in_a_hurry() {
    const Commit commit{.events = events(random_, name_), .key = uuid(random_)};
    auto result = append(commit, {.timeout = std::chrono::microseconds(random_() % 300)});
    while (!result && result.error().code == Code::timeout) result = append(commit);
    remember(result);
  }

  void read_stream() {
    ReadSeen seen{.called = history_.stamp(), .stream = stream()};
    seen.version = log_.stream_head(seen.stream).value().version;
    seen.answered = history_.stamp();
    known_[seen.stream] = seen.version;
    reads.push_back(std::move(seen));
  }

  void read_events() {
    const std::uint64_t head = log_.head().value();
    ReadSeen seen{.called = history_.stamp(), .stream = {}};
    seen.options.query = query();
    seen.options.from = Sequence(random_() % 2 != 0 ? 1 : head - random_() % (head + 1) / 4 + 1);
    auto cursor = log_.read(seen.options);
    while (cursor) {
      const auto batch = cursor->next();
      if (!batch || !*batch) break;
      for (const EventView event : **batch) seen.events.emplace_back(event.sequence().value(), event.data());
    }
    seen.answered = history_.stamp();
    reads.push_back(std::move(seen));
  }

  void remember(const Result<Appended>& result) {
    if (result) {
      for (const auto& [name, version] : result->versions) known_[name] = version;
    } else if (result.error().conflict && result.error().conflict->kind == Conflict::Kind::version) {
      known_[result.error().conflict->stream] = result.error().conflict->actual;
    }
  }

  Log& log_;
  LinearHistory& history_;
  const std::string name_;
  std::mt19937_64 random_;
  const std::string shared_name_;
  std::mt19937_64 shared_random_;
  std::map<std::string, Version> known_;
  int round_ = 0;
};

}  // namespace

TEST_CASE(
    "linearizability: what 64 threads with conditions, reads and retries were told is one order, which respects time") {
  const std::uint64_t seed = random_seed();
  MESSAGE(replay_of(seed));
  LogFixture log(true, [](Options& options) {
    options.index_batch_events = 1000;
    options.block_bytes_max = 4096;
  });
  LinearHistory history;
  std::vector<Client> clients;
  for (int t = 0; t < kThreads; ++t) clients.emplace_back(*log.operator->(), history, seed, t);
  std::vector<std::thread> threads;
  for (Client& client : clients) threads.emplace_back([&client] { client.run(); });
  for (std::thread& thread : threads) thread.join();

  std::vector<std::string> events;
  for (const PinnedEvent& event : log.events({})) events.emplace_back(event.view().data());
  for (Client& client : clients) {
    for (AppendSeen& append : client.appends) history.add(std::move(append));
    for (ReadSeen& read : client.reads) history.add(std::move(read));
  }
  history.check(events);
  CHECK(log->head().value() == events.size());
  // Nothing that the check is about was missing.
  CHECK(history.appended() > 1000);
  CHECK(history.refused() > 100);
  CHECK(history.repeated() > 500);
  const auto report = log->verify();
  REQUIRE(report);
  CHECK(report->clean());
}
