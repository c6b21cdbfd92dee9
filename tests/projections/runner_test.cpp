// The runner: what is folded, how far, and what happens when something is in the way.
#include <atomic>
#include <filesystem>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include "tests/projections/runner_fixture.h"
#include "tests/support/test_seed.h"

namespace daybook {
namespace {

using test::counting;
using test::Rows;
using test::rows_of;
using test::RunnerFixture;

void run(ProjectionRunner& runner, Sequence through = kSequenceMax) {
  const auto done = runner.run(through);
  REQUIRE_MESSAGE(done.has_value(), done.error().message);
}

std::vector<std::string> random_data(std::mt19937_64& random, std::size_t count) {
  std::vector<std::string> data;
  for (std::size_t i = 0; i < count; ++i)
    data.push_back(std::string(random() % 20, 'd') + std::to_string(random() % 9));
  return data;
}

}  // namespace

TEST_CASE("runner: it folds what its query selects and stands at the head, whatever the last events are") {
  RunnerFixture fixture;
  const auto runner = fixture.open();
  CHECK(runner->status().checkpoint == fixture.log().head_checkpoint().value());
  fixture.append({"a", "b", "a"});
  fixture.append({"x", "y"}, "Other");
  run(*runner);
  CHECK(runner->status().checkpoint == fixture.log().head_checkpoint().value());
  CHECK(runner->status().name == "counting");
  CHECK(runner->status().fold_version == 1);
  CHECK(!runner->status().failure.has_value());
  CHECK(!runner->status().rebuilt);
  CHECK(rows_of(runner->state()) == Rows{{"data/a", "2"}, {"data/b", "1"}, {"rows", "2"}, {"stream/stream-1", "3"}});
}

TEST_CASE("runner: live state equals replayed state, byte for byte, whatever the batches and restarts") {
  std::mt19937_64 random(test::test_seed());
  RunnerFixture fixture;
  auto runner = fixture.open();
  for (int round = 0; round < 60; ++round) {
    fixture.append(random_data(random, 1 + random() % 30), random() % 4 == 0 ? "Other" : "Counted");
    if (random() % 5 == 0) {
      runner.reset();
      runner = fixture.open(counting(), {.batch_events_max = 1 + random() % 20});
    }
    switch (random() % 3) {
      case 0:
        run(*runner, Sequence(random() % (fixture.log().head().value() + 3)));
        break;
      case 1:
        REQUIRE(runner->step().has_value());
        break;
      default:
        break;
    }
    CHECK(rows_of(runner->state()) == fixture.expected(counting(), runner->status().checkpoint.sequence));
    CHECK(fixture.log().check(runner->status().checkpoint).has_value());
  }
  run(*runner);
  const auto replayed = fixture.open(counting(), {}, "replayed");
  run(*replayed);
  CHECK(rows_of(runner->state()) == rows_of(replayed->state()));
  CHECK(runner->status().checkpoint == replayed->status().checkpoint);
  CHECK(rows_of(replayed->state()) == fixture.expected(counting(), kSequenceMax));
}

TEST_CASE("runner: a step folds one batch, and says whether there is more") {
  RunnerFixture fixture;
  fixture.append({"a", "b", "c", "d", "e"});
  const auto runner = fixture.open(counting(), {.batch_events_max = 2});
  CHECK(runner->step().value());
  CHECK(runner->status().checkpoint.sequence == Sequence(2));
  CHECK(runner->step().value());
  CHECK(runner->status().checkpoint.sequence == Sequence(4));
  CHECK(!runner->step().value());
  CHECK(runner->status().checkpoint == fixture.log().head_checkpoint().value());
  CHECK(!runner->step().value());
}

TEST_CASE("runner: between two batches of one block the end may change, to a nearer or a farther one") {
  RunnerFixture fixture;
  fixture.append({"a", "b", "c", "d", "e", "f"});
  for (const std::uint64_t end : {3U, 4U, 6U}) {
    const auto runner = fixture.open(counting(), {.batch_events_max = 2}, "from step to " + std::to_string(end));
    CHECK(runner->step().value());
    run(*runner, Sequence(end));
    CHECK(runner->status().checkpoint.sequence == Sequence(end));
    CHECK(rows_of(runner->state()) == fixture.expected(counting(), Sequence(end)));
    run(*runner);
    CHECK(rows_of(runner->state()) == fixture.expected(counting(), kSequenceMax));
  }
  const auto stopped = fixture.open(counting(), {.batch_events_max = 2}, "stopped");
  REQUIRE(stopped->run(Sequence(3), [](Sequence) { return false; }).has_value());
  run(*stopped, Sequence(5));
  CHECK(rows_of(stopped->state()) == fixture.expected(counting(), Sequence(5)));
}

TEST_CASE("runner: a run ends where it is told, within a block, and where its progress says so") {
  RunnerFixture fixture;
  fixture.append({"a", "b", "c", "d", "e", "f"});
  const auto runner = fixture.open(counting(), {.batch_events_max = 1});
  run(*runner, Sequence(2));
  CHECK(runner->status().checkpoint == fixture.log().checkpoint_at(Sequence(2)).value());
  Sequence seen;
  REQUIRE(runner
              ->run(kSequenceMax,
                    [&](Sequence reached) {
                      seen = reached;
                      return reached < Sequence(4);
                    })
              .has_value());
  CHECK(seen == Sequence(4));
  CHECK(runner->status().checkpoint.sequence == Sequence(4));
  run(*runner, Sequence(3));
  CHECK(runner->status().checkpoint.sequence == Sequence(4));
  CHECK(rows_of(runner->state()) == fixture.expected(counting(), Sequence(4)));
}

TEST_CASE("runner: another fold version rebuilds the state") {
  RunnerFixture fixture;
  fixture.append({"a", "b"});
  run(*fixture.open());
  Projection changed = counting(2);
  changed.apply = [](const EventView& event, State& state) { return state.put("last", event.data()); };
  {
    const auto runner = fixture.open(changed);
    CHECK(runner->status().rebuilt);
    CHECK(runner->status().checkpoint.sequence == Sequence(0));
    CHECK(rows_of(runner->state()).empty());
    run(*runner);
    CHECK(rows_of(runner->state()) == Rows{{"last", "b"}});
  }
  CHECK(!fixture.open(changed)->status().rebuilt);
}

TEST_CASE("runner: a checkpoint that the log does not hold rebuilds the state") {
  RunnerFixture fixture;
  fixture.append({"a", "b", "c"});
  run(*fixture.open());
  // As after a restored copy: a log of its own, longer than the checkpoint.
  fixture.replace_log();
  fixture.append({"x", "y", "z", "x"});
  const auto runner = fixture.open();
  CHECK(runner->status().rebuilt);
  run(*runner);
  CHECK(rows_of(runner->state()) == fixture.expected(counting(), kSequenceMax));
  CHECK(runner->status().checkpoint == fixture.log().head_checkpoint().value());
}

TEST_CASE("runner: a log that was restored from a copy, or forked, rebuilds what ran ahead of it or beside it") {
  const test::ScratchDirectory scratch;
  const Options options{.create_if_missing = true, .durability = Durability::buffered, .disk_free_bytes_min = 0};
  const auto with_log = [&](const std::string& name, const std::function<void(Log&)>& use) {
    auto log = Log::open(scratch / name, options);
    REQUIRE_MESSAGE(log.has_value(), log.error().message);
    use(**log);
    REQUIRE((*log)->close().has_value());
  };
  const auto append = [](Log& log, const std::string& data) {
    Commit commit;
    commit.events.push_back({.stream = "s", .type = "Counted", .data = data});
    REQUIRE(log.append(std::move(commit)).has_value());
  };
  with_log("log", [&](Log& log) { append(log, "a"); });
  std::filesystem::copy(scratch / "log", scratch / "copy", std::filesystem::copy_options::recursive);
  with_log("log", [&](Log& log) {
    append(log, "b");
    auto runner = ProjectionRunner::open(log, counting(), scratch / "state");
    REQUIRE(runner.has_value());
    run(**runner);
  });
  // The copy is of the same log, and shorter; then as long, with another second event.
  for (const bool forked : {false, true}) {
    with_log("copy", [&](Log& log) {
      if (forked) append(log, "c");
      std::filesystem::copy(scratch / "state", scratch / "moved", std::filesystem::copy_options::recursive);
      auto runner = ProjectionRunner::open(log, counting(), scratch / "moved");
      REQUIRE(runner.has_value());
      CHECK((*runner)->status().rebuilt);
      run(**runner);
      CHECK((*runner)->status().checkpoint == log.head_checkpoint().value());
      const Rows rows = rows_of((*runner)->state());
      CHECK(rows.at("rows") == (forked ? "2" : "1"));
      CHECK(rows.contains("data/c") == forked);
      CHECK(!rows.contains("data/b"));
    });
    std::filesystem::remove_all(scratch / "moved");
  }
}

TEST_CASE("runner: a failing event stops it with sequence, stream and reason; what came before is kept") {
  RunnerFixture fixture;
  fixture.append({"a", "bb"});
  fixture.append({"a", "bad-one", "c"});
  {
    const auto runner = fixture.open();
    const auto stopped = runner->run();
    REQUIRE(!stopped.has_value());
    CHECK(stopped.error().code == Code::invalid);
    CHECK(stopped.error().message == "projection counting stopped at sequence 4, stream stream-0: the data is bad-one");
  }
  const auto runner = fixture.open();
  const auto& failure = runner->status().failure;
  REQUIRE(failure.has_value());
  CHECK(failure->sequence == Sequence(4));
  CHECK(failure->stream == "stream-0");
  CHECK(failure->reason == "the data is bad-one");
  CHECK(runner->status().checkpoint == fixture.log().checkpoint_at(Sequence(3)).value());
  // Nothing of what the failing event had changed already.
  CHECK(rows_of(runner->state()) == fixture.expected(counting(), Sequence(3)));
  run(*runner, Sequence(3));
  CHECK(runner->status().failure.has_value());
  CHECK(!runner->step().has_value());
}

TEST_CASE("runner: the first event of a block, and of the log, may be the failing one") {
  RunnerFixture fixture;
  fixture.append({"bad"});
  const auto runner = fixture.open();
  CHECK(!runner->run().has_value());
  CHECK(runner->status().checkpoint == fixture.log().checkpoint_at(Sequence(0)).value());
  fixture.append({"bad"});
  Projection mended = counting(1, "other");
  mended.apply = [](const EventView& event, State& state) -> Result<void> {
    if (event.sequence() == Sequence(2)) return fail(Code::invalid, "no");
    return state.put("last", event.data());
  };
  const auto other = fixture.open(mended, {}, "other");
  CHECK(!other->run().has_value());
  CHECK(other->status().checkpoint == fixture.log().checkpoint_at(Sequence(1)).value());
}

TEST_CASE("runner: a projection that is mended goes on with the event that it stopped at, and its record is gone") {
  RunnerFixture fixture;
  fixture.append({"a", "bad", "a"});
  CHECK(!fixture.open()->run().has_value());
  Projection mended = counting();
  mended.apply = [good = mended.apply](const EventView& event, State& state) {
    return event.data() == "bad" ? Result<void>() : good(event, state);
  };
  {
    const auto runner = fixture.open(mended);
    CHECK(runner->status().failure.has_value());
    run(*runner);
    CHECK(!runner->status().failure.has_value());
    CHECK(runner->status().checkpoint.sequence == Sequence(3));
    CHECK(rows_of(runner->state()) == fixture.expected(mended, kSequenceMax));
  }
  CHECK(!fixture.open(mended)->status().failure.has_value());
}

TEST_CASE("runner: what apply throws is on record as well, and a long reason is cut between two characters") {
  RunnerFixture fixture;
  fixture.append({"a"});
  Projection throwing = counting();
  throwing.apply = [](const EventView&, State&) -> Result<void> { throw std::runtime_error("no luck"); };
  const auto runner = fixture.open(throwing);
  CHECK(!runner->run().has_value());
  CHECK(runner->status().failure->reason == "apply threw: no luck");
  Projection wordy = counting(1, "wordy");
  wordy.apply = [](const EventView&, State&) -> Result<void> {
    std::string reason = "x";
    for (int i = 0; i < 1000; ++i) reason += "é";
    return fail(Code::invalid, reason);
  };
  const auto other = fixture.open(wordy, {}, "other");
  CHECK(!other->run().has_value());
  CHECK(other->status().failure->reason.size() == 1023);
}

TEST_CASE("runner: a second runner of one projection is busy") {
  RunnerFixture fixture;
  auto first = fixture.open();
  const auto second = ProjectionRunner::open(fixture.log(), counting(), fixture.folder());
  REQUIRE(!second.has_value());
  CHECK(second.error().code == Code::busy);
  first.reset();
  CHECK(ProjectionRunner::open(fixture.log(), counting(), fixture.folder()).has_value());
}

TEST_CASE("runner: a wrong name, query, option or folder is refused") {
  RunnerFixture fixture;
  const auto code = [&](const Projection& projection, const RunnerOptions& options = {}) {
    const auto opened = ProjectionRunner::open(fixture.log(), projection, fixture.folder("refused"), options);
    REQUIRE(!opened.has_value());
    return opened.error().code;
  };
  for (const char* name : {"", "Upper", "a/b", "..", "é"}) CHECK(code(counting(1, name)) == Code::invalid);
  CHECK(code(counting(1, std::string(65, 'a'))) == Code::invalid);
  CHECK(code({.name = "empty", .fold_version = 1, .apply = nullptr}) == Code::invalid);
  CHECK(code(counting(), {.batch_events_max = 0}) == Code::invalid);
  CHECK(code(counting(), {.batch_bytes_max = 1}) == Code::invalid);
  Projection both = counting();
  both.query.items[0].streams = {"a"};
  both.query.items[0].stream_prefix = "a";
  CHECK(code(both) == Code::invalid);
  CHECK(!std::filesystem::exists(fixture.folder("refused")));
  run(*fixture.open());
  const auto foreign = ProjectionRunner::open(fixture.log(), counting(1, "another"), fixture.folder());
  REQUIRE(!foreign.has_value());
  CHECK(foreign.error().message == "this folder holds projection counting, not another");
}

TEST_CASE("runner: more state than its bound is folded all the same, in smaller batches") {
  RunnerFixture fixture;
  for (int i = 0; i < 40; ++i) fixture.append({std::string(100'000, 'x') + std::to_string(i)});
  Projection storing = counting();
  storing.apply = [](const EventView& event, State& state) {
    return state.put("row" + std::to_string(event.sequence().value()), event.data());
  };
  const auto runner = fixture.open(storing, {.batch_bytes_max = 1024 * 1024});
  CHECK(runner->step().value());
  CHECK(runner->status().checkpoint.sequence < Sequence(20));
  run(*runner);
  CHECK(rows_of(runner->state()) == fixture.expected(storing, kSequenceMax));
}

TEST_CASE("runner: following folds what is appended meanwhile and commits it, until it is told to stop") {
  RunnerFixture fixture;
  fixture.append({"a", "b"});
  const auto runner = fixture.open();
  std::atomic<bool> stop = false;
  std::atomic<int> folded = 0;
  Projection counted = counting(1, "followed");
  counted.apply = [&, good = counted.apply](const EventView& event, State& state) {
    ++folded;
    folded.notify_all();
    return good(event, state);
  };
  const auto followed = fixture.open(counted, {}, "followed");
  std::jthread thread([&] { CHECK(followed->follow([&] { return stop.load(); }).has_value()); });
  for (int i = 0; i < 50; ++i) {
    for (int now = folded; now < 2 + i; now = folded) folded.wait(now);
    fixture.append({"live" + std::to_string(i)});
  }
  for (int now = folded; now < 52; now = folded) folded.wait(now);
  stop = true;
  thread.join();
  CHECK(followed->status().checkpoint == fixture.log().head_checkpoint().value());
  CHECK(rows_of(followed->state()) == fixture.expected(counting(), kSequenceMax));
}

TEST_CASE("runner: following ends with the failing event on record") {
  RunnerFixture fixture;
  fixture.append({"a", "bad"});
  const auto runner = fixture.open();
  const auto stopped = runner->follow([] { return false; });
  REQUIRE(!stopped.has_value());
  CHECK(runner->status().failure->sequence == Sequence(2));
}

}  // namespace daybook
