// A replay's state is the runner's, byte for byte, whatever the fold does and however little memory there is.
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daybook/replay.h"
#include "daybook/retail.h"
#include "tests/projections/runner_fixture.h"
#include "tests/support/test_seed.h"

namespace daybook {
namespace {

using test::counting;
using test::Rows;
using test::rows_of;
using test::RunnerFixture;

std::unique_ptr<ProjectionReplay> open_replay(RunnerFixture& fixture, Projection projection = counting(),
                                              const ReplayOptions& options = {}) {
  auto replay = ProjectionReplay::open(fixture.log(), std::move(projection), options);
  REQUIRE_MESSAGE(replay.has_value(), replay.error().message);
  return std::move(*replay);
}

// Commits of one to five events with data that repeats, so that rows are written, overwritten and erased.
void append_random(RunnerFixture& fixture, std::uint64_t seed, int commits) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < commits; ++i) {
    std::vector<std::string> data(1 + random() % 5);
    for (std::string& text : data) text = "item-" + std::to_string(random() % 40);
    fixture.append(data, random() % 4 == 0 ? "Recounted" : "Counted");
  }
}

// A fold whose rows are large: each event writes its own, reads and rewrites one that is long gone from memory, and
// puts one without reading it.
Projection bulky() {
  const auto apply = [](const EventView& event, State& state) -> Result<void> {
    const std::uint64_t at = event.sequence().value();
    if (auto put = state.put("row-" + std::to_string(at), std::string(4096, static_cast<char>('a' + at % 26))); !put) {
      return put;
    }
    if (auto put = state.put("latest-" + std::to_string(at % 300), std::to_string(at)); !put) return put;
    const std::string old = "row-" + std::to_string(at / 2);
    const auto found = state.get(old);
    if (!found) return std::unexpected(found.error());
    if (!*found) return {};
    const std::string value = std::string(**found) + "+";
    return at % 7 == 0 ? state.erase(old) : state.put(old, value);
  };
  return {.name = "bulky", .fold_version = 1, .query = {}, .apply = apply};
}

// A state that a program keeps up to date with nothing but what a replay says has changed.
class Mirror {
 public:
  bool take(State& before, State& after) {
    const Rows was = rows_of(before);
    for (const auto& [key, value] : was) {
      const auto held = rows_.find(key);
      REQUIRE(held != rows_.end());
      REQUIRE(held->second == value);
      rows_.erase(held);
    }
    for (const auto& [key, value] : rows_of(after)) {
      const auto old = was.find(key);
      const bool new_key = old == was.end();
      REQUIRE((new_key || old->second != value));
      const bool inserted = rows_.emplace(key, value).second;
      REQUIRE(inserted);
    }
    return true;
  }
  [[nodiscard]] const Rows& rows() const { return rows_; }

 private:
  Rows rows_;
};

}  // namespace

TEST_CASE("replay: at every sequence its state equals the runner's, byte for byte") {
  const std::uint64_t seed = test::test_seed();
  CAPTURE(seed);
  RunnerFixture fixture;
  append_random(fixture, seed, 60);
  const auto runner = fixture.open(counting(), {.batch_events_max = 7});
  const auto replay = open_replay(fixture);
  const Sequence head = fixture.log().head();
  for (Sequence at(1); at <= head; at = at.next()) {
    REQUIRE(runner->run(at).has_value());
    REQUIRE(replay->run(at).has_value());
    REQUIRE(replay->reached() == at);
    REQUIRE(rows_of(replay->state()) == rows_of(runner->state()));
  }
  CHECK(replay->events() == head.value());
}

TEST_CASE("replay: a state larger than its memory goes to a folder, which is gone afterwards, and is the same") {
  RunnerFixture fixture;
  std::vector<std::string> data;
  for (int i = 0; i < 1500; ++i) data.push_back(std::to_string(i));
  fixture.append(data);
  const test::ScratchDirectory scratch;
  const auto runner = fixture.open(bulky());
  REQUIRE(runner->run().has_value());
  {
    const auto replay = open_replay(fixture, bulky(), {.state_bytes_max = 1024 * 1024, .scratch = scratch.path()});
    Mirror mirror;
    REQUIRE(replay
                ->run(kSequenceMax, {},
                      [&](const EventView&, State& before, State& after) { return mirror.take(before, after); })
                .has_value());
    CHECK_FALSE(std::filesystem::is_empty(scratch.path()));
    const Rows replayed = rows_of(replay->state());
    CHECK(replayed == rows_of(runner->state()));
    CHECK(replayed == mirror.rows());
  }
  CHECK(std::filesystem::is_empty(scratch.path()));
}

TEST_CASE("replay: where no folder can be made, a state that outgrows its memory is refused") {
  RunnerFixture fixture;
  fixture.append(std::vector<std::string>(500, "x"));
  const auto replay =
      open_replay(fixture, bulky(), {.state_bytes_max = 1024 * 1024, .scratch = "/proc/no-such-folder"});
  const auto run = replay->run();
  REQUIRE_FALSE(run.has_value());
  CHECK(run.error().code == Code::io);
  CHECK(run.error().message.find("name another one in TMPDIR") != std::string::npos);
}

TEST_CASE("replay: what it says has changed adds up to the state") {
  const std::uint64_t seed = test::test_seed();
  CAPTURE(seed);
  RunnerFixture fixture;
  append_random(fixture, seed, 80);
  const auto replay = open_replay(fixture);
  Mirror mirror;
  std::uint64_t told = 0;
  const auto run = replay->run(kSequenceMax, {}, [&](const EventView& event, State& before, State& after) {
    CHECK(event.sequence().value() == ++told);
    return mirror.take(before, after);
  });
  REQUIRE(run.has_value());
  CHECK(told == fixture.log().head().value());
  CHECK(mirror.rows() == rows_of(replay->state()));
}

TEST_CASE("replay: a row put without being read, and one put back as it was, are told rightly") {
  RunnerFixture fixture;
  fixture.append({"a", "b", "b"});
  const auto apply = [](const EventView& event, State& state) { return state.put("row", event.data()); };
  const auto replay = open_replay(fixture, {.name = "last", .fold_version = 1, .query = {}, .apply = apply});
  std::vector<std::string> told;
  REQUIRE(replay
              ->run(kSequenceMax, {},
                    [&](const EventView&, State& before, State& after) {
                      std::string text;
                      for (const auto& [key, value] : rows_of(before)) text += value;
                      text += ">";
                      for (const auto& [key, value] : rows_of(after)) text += value;
                      told.push_back(text);
                      return true;
                    })
              .has_value());
  CHECK(told == std::vector<std::string>{">a", "a>b", ">"});
}

TEST_CASE("replay: a failing event stops it with the runner's words, and what came before is folded") {
  RunnerFixture fixture;
  fixture.append({"a", "b"});
  fixture.append({"c", "bad one", "d"});
  const auto runner = fixture.open();
  const auto stopped = runner->run();
  REQUIRE_FALSE(stopped.has_value());
  const auto replay = open_replay(fixture);
  for (int again = 0; again < 2; ++again) {
    const auto run = replay->run();
    REQUIRE_FALSE(run.has_value());
    CHECK(run.error().code == stopped.error().code);
    CHECK(run.error().message == stopped.error().message);
    CHECK(replay->reached() == Sequence(3));
    REQUIRE(replay->failure().has_value());
    CHECK(replay->failure()->sequence == runner->status().failure->sequence);
    CHECK(replay->failure()->stream == runner->status().failure->stream);
    CHECK(replay->failure()->reason == runner->status().failure->reason);
    CHECK(rows_of(replay->state()) == rows_of(runner->state()));
  }
}

TEST_CASE("replay: it stops where its listener says so, and goes on from there") {
  RunnerFixture fixture;
  fixture.append({"a", "b", "c", "d"});
  const auto replay = open_replay(fixture);
  REQUIRE(
      replay
          ->run(kSequenceMax, {}, [](const EventView& event, State&, State&) { return event.sequence() < Sequence(2); })
          .has_value());
  CHECK(replay->reached() == Sequence(2));
  REQUIRE(replay->run(Sequence(3)).has_value());
  CHECK(replay->reached() == Sequence(3));
  CHECK(rows_of(replay->state()) == fixture.expected(counting(), Sequence(3)));
  REQUIRE(replay->run().has_value());
  CHECK(rows_of(replay->state()) == fixture.expected(counting(), Sequence(4)));
}

TEST_CASE("replay: its state cannot be changed from outside, and its options have bounds") {
  RunnerFixture fixture;
  fixture.append({"a"});
  const auto replay = open_replay(fixture);
  REQUIRE(replay
              ->run(kSequenceMax, {},
                    [](const EventView&, State& before, State& after) {
                      CHECK(before.put("x", "y").error().code == Code::unsupported);
                      CHECK(after.erase("x").error().code == Code::unsupported);
                      CHECK(after.get("").error().code == Code::invalid);
                      CHECK_FALSE(after.get("none")->has_value());
                      CHECK(after.get("rows")->value() == "1");
                      return true;
                    })
              .has_value());
  CHECK(replay->state().put("x", "y").error().code == Code::unsupported);
  for (const std::size_t bytes : {std::size_t{1024 * 1024 - 1}, (std::size_t{16} << 30) + 1}) {
    const auto refused = ProjectionReplay::open(fixture.log(), counting(), {.state_bytes_max = bytes});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::invalid);
  }
  CHECK(ProjectionReplay::open(fixture.log(), counting(1, "No Name")).error().code == Code::invalid);
}

}  // namespace daybook
