// Many threads against a model: what concurrent appends with conditions came to must be what some one-by-one order of
// them would have come to. The log claims to know that order (its sequences), so the check is a replay in that order.
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr int kThreads = 64;
constexpr int kStreams = 1000;
constexpr int kAppendsPerThread = 400;

/// One attempt as its thread saw it.
struct Attempt {
  Commit commit;
  Result<Appended> result = fail(Code::invalid, "not tried");
};

std::uint64_t seed_of_run() {
  const char* given = std::getenv("DAYBOOK_TEST_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

/// A thread's client: it knows what its last results told it, as real clients do, so many expectations are stale.
class Client {
 public:
  Client(Log& log, std::uint64_t seed, int number)
      : log_(log), random_(seed * 1000 + static_cast<std::uint64_t>(number)) {}

  void run() {
    for (int i = 0; i < kAppendsPerThread; ++i) {
      Attempt attempt;
      attempt.commit = make_commit();
      const Commit again = attempt.commit;
      attempt.result = log_.append(attempt.commit);
      remember(attempt);
      attempts.push_back(std::move(attempt));
      if (again.key && random_() % 2 == 0) {
        Attempt repeat{.commit = again, .result = log_.append(again)};
        repeats.push_back({attempts.size() - 1, std::move(repeat)});
      }
    }
  }

  std::vector<Attempt> attempts;
  std::vector<std::pair<std::size_t, Attempt>> repeats;  ///< With the place of the first try.

 private:
  std::string stream() { return "stream-" + std::to_string(random_() % (random_() % 2 ? 20 : kStreams)); }

  Commit make_commit() {
    Commit commit;
    const auto events = 1 + random_() % 3;
    for (std::uint64_t e = 0; e < events; ++e) {
      commit.events.push_back({.stream = stream(),
                               .type = "T" + std::to_string(random_() % 3),
                               .data = std::to_string(random_() % 1000),
                               .tags = {"tag-" + std::to_string(random_() % 40)}});
    }
    if (random_() % 2) {
      const std::string name = random_() % 3 ? commit.events[0].stream : stream();
      if (random_() % 4 == 0) {
        const auto head = log_.stream_head(name);
        commit.expected.push_back({name, head ? head->version : Version(0)});
      } else {
        commit.expected.push_back({name, known_[name]});
      }
    }
    if (random_() % 3 == 0) {
      const QueryItem item{.types = {"T" + std::to_string(random_() % 3)},
                           .tags = {"tag-" + std::to_string(random_() % 40)}};
      const std::uint64_t head = log_.head().value();
      commit.fail_if_match.push_back({Query{{item}}, Sequence(head - random_() % (head + 1) / 8)});
    }
    if (random_() % 2) {
      Uuid key;
      for (auto& byte : key.bytes) byte = static_cast<std::uint8_t>(random_());
      commit.key = key;
    }
    return commit;
  }

  void remember(const Attempt& attempt) {
    if (attempt.result) {
      for (const auto& [name, version] : attempt.result->versions) known_[name] = version;
    } else if (attempt.result.error().conflict && attempt.result.error().conflict->kind == Conflict::Kind::version) {
      known_[attempt.result.error().conflict->stream] = attempt.result.error().conflict->actual;
    }
  }

  Log& log_;
  std::mt19937_64 random_;
  std::map<std::string, Version> known_;
};

/// The log as a list, with the plain meaning of each condition.
class Model {
 public:
  /// Applies a commit that the log says it appended at this place.
  void apply(const Commit& commit, const Appended& appended) {
    REQUIRE(appended.first.value() == events_.size() + 1);
    for (const ExpectedVersion& expected : commit.expected) REQUIRE(versions_[expected.stream] == expected.version);
    for (const FailIfMatch& condition : commit.fail_if_match) {
      const auto match = first_match(condition);
      REQUIRE_MESSAGE(match == 0, "appended at " << appended.first.value() << " although " << match << " matches");
    }
    for (const Event& event : commit.events) {
      versions_[event.stream] = versions_[event.stream].next();
      events_.push_back(&event);
    }
    for (const auto& [name, version] : appended.versions) REQUIRE(versions_[name] == version);
  }

  std::uint64_t first_match(const FailIfMatch& condition) const {
    const QueryItem& item = condition.query.items.front();
    for (std::uint64_t i = condition.after.value(); i < events_.size(); ++i) {
      if (events_[i]->type == item.types.front() && events_[i]->tags.front() == item.tags.front()) return i + 1;
    }
    return 0;
  }

  const std::vector<const Event*>& events() const { return events_; }

 private:
  std::vector<const Event*> events_;
  std::map<std::string, Version> versions_;
};

/// A refusal must have been true at some moment: the version it names existed, the event it names matches.
void check_refusal(const Commit& commit, const Error& error, const Model& model) {
  REQUIRE(error.code == Code::conflict);
  REQUIRE(error.outcome == Outcome::not_appended);
  REQUIRE(error.conflict.has_value());
  if (error.conflict->kind == Conflict::Kind::match) {
    const Sequence sequence = error.conflict->sequence;
    REQUIRE(sequence > commit.fail_if_match.front().after);
    REQUIRE(model.first_match(commit.fail_if_match.front()) == sequence.value());
  } else {
    REQUIRE(error.conflict->kind == Conflict::Kind::version);
    REQUIRE(error.conflict->actual != commit.expected.front().version);
    std::uint64_t reached = 0;
    for (const Event* event : model.events()) reached += event->stream == error.conflict->stream ? 1 : 0;
    REQUIRE(reached >= error.conflict->actual.value());
  }
}

}  // namespace

TEST_CASE(
    "linearizability: 64 threads on 1,000 streams with versions, keys and queries lose no update and leave no gap") {
  const std::uint64_t seed = seed_of_run();
  CAPTURE(seed);
  MESSAGE("seed " << seed << "; again with DAYBOOK_TEST_SEED=" << seed << " test_log --test-case='linearizability*'");
  LogFixture log(true, [](Options& options) { options.index_batch_events = 1500; });

  std::vector<Client> clients;
  for (int t = 0; t < kThreads; ++t) clients.emplace_back(*log.operator->(), seed, t);
  std::vector<std::thread> threads;
  for (Client& client : clients) threads.emplace_back([&client] { client.run(); });
  for (std::thread& thread : threads) thread.join();

  std::map<std::uint64_t, const Attempt*> appended;
  for (const Client& client : clients) {
    for (const Attempt& attempt : client.attempts) {
      if (!attempt.result) continue;
      REQUIRE(!attempt.result->repeated);
      REQUIRE(appended.emplace(attempt.result->first.value(), &attempt).second);
    }
  }
  Model model;
  for (const auto& [first, attempt] : appended) model.apply(attempt->commit, *attempt->result);
  CHECK(model.events().size() == log->head().value());

  std::size_t refused = 0;
  for (const Client& client : clients) {
    for (const Attempt& attempt : client.attempts) {
      if (attempt.result) continue;
      check_refusal(attempt.commit, attempt.result.error(), model);
      ++refused;
    }
    for (const auto& [place, repeat] : client.repeats) {
      const Attempt& first = client.attempts[place];
      if (!first.result) continue;  // a refused commit may be tried again under its key
      REQUIRE(repeat.result.has_value());
      REQUIRE(repeat.result->repeated);
      REQUIRE(repeat.result->first == first.result->first);
      REQUIRE(repeat.result->versions == first.result->versions);
    }
  }
  CHECK(refused > 100);
  const auto events = log.events({});
  for (std::size_t i = 0; i < events.size(); ++i) {
    REQUIRE(events[i].view().stream() == model.events()[i]->stream);
    REQUIRE(events[i].view().data() == model.events()[i]->data);
  }
  const auto report = log->verify();
  REQUIRE(report);
  CHECK(report->clean());
}
