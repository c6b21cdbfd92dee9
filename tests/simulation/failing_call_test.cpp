// One life of a log, written down, in which exactly one call on the disk fails, or ends the process: the first, then
// the second, and so on through all of them, in every way in which such a call can fail.
#include <doctest/doctest.h>

#include "tests/simulation/appends.h"
#include "tests/simulation/consumers.h"
#include "tests/simulation/readers.h"

using namespace daybook;
using namespace daybook::simulation;

namespace {

constexpr std::uint64_t kSeed = 4;

class Life {
 public:
  /// Where the process ends in the middle: is the power cut too?
  Life(Durability durability, std::uint64_t seed, bool power_cut)
      : world(seed, false), power_cut_(power_cut), folds_(seed == kSeed) {
    options_.durability = durability;
  }

  ~Life() { close(); }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  /// Makes a log, appends, indexes, flushes, folds, closes; opens it again and goes on. Whatever fails is gone past.
  void live() {
    open(world.model.head());
    if (!world.log) return;
    if (folds_) projector_.step();
    for (int i = 0; i < 12; ++i) {
      appends_.submit();
      if (i % 2 == 1) world.impl->step_sequencer();
      if (i == 5) index();
      if (i == 7) flush();
    }
    settle();
    if (folds_) projector_.step();
    close();
    open(world.model.head());
    if (!world.log) return;
    for (int i = 0; i < 3; ++i) appends_.submit();
    settle();
    index();
    if (folds_) projector_.step();
    settle();
  }

  /// The call has failed by now: the log says what it must, and can be read.
  void check_afterwards() {
    failed_ = world.disk.has_failed();
    world.disk.forget_faults();
    if (appends_.log_is_broken()) {
      const auto told = append({.events = {{.stream = "after", .type = "T"}}});
      world.fail_if(told.has_value(), "a log whose write failed took another commit");
      world.fail_if(!told && told.error().code != Code::closed, "a log whose write failed does not say so");
      world.fail_if(!told && told.error().outcome != Outcome::not_appended, "it is certain that nothing was appended");
    }
    appends_.settle();
    check_events(world, Sequence(1));
    for (int i = 0; i < 5; ++i) check_point(world, *world.log);
    check_streams(world, *world.log);
    check_verify(world, *world.log);
  }

  /// Another process, with or without a power cut: everything is there, and writing goes on.
  void check_reopened(bool power_cut) {
    const Sequence safe = options_.durability == Durability::fsync || !power_cut ? world.model.head() : opened_at_;
    close();
    world.disk.restart(power_cut, world.random);
    failed_ = false;
    open(safe);
    if (!world.trouble.empty()) return;
    check_verify(world, *world.log);
    check_streams(world, *world.log);
    projector_.step();
    projector_.check();
    const auto told = append({.events = {{.stream = "reopened", .type = "T"}}});
    world.fail_if(!told, "a log that was opened anew takes no commit");
    close();
  }

  World world;

 private:
  /// At least `safe` events are there.
  void open(Sequence safe) {
    for (int attempt = 0; attempt < 3 && world.trouble.empty() && !world.log; ++attempt) {
      const auto opened = world.open_log(options());
      if (opened) break;
      world.unless_disk_failed(opened.error(), "open");
      const bool cut = world.disk.ended() && power_cut_;
      if (cut && options_.durability == Durability::buffered) safe = opened_at_;
      world.disk.restart(cut, world.random);
    }
    if (!world.log) return world.fail("the log cannot be opened");
    appends_.recover(safe);
    opened_at_ = world.model.head();
  }

  Options options() {
    options_.create_if_missing = true;
    options_.index_batch_events = 1000;
    options_.block_bytes_max = 1024;
    options_.disk_free_bytes_min = 0;
    options_.clock = &world.clock;
    options_.seed = 7;
    return options_;
  }

  void index() {
    world.impl->request_freeze();
    world.impl->step_sequencer();
    while (world.impl->step_indexer()) {
    }
  }

  void flush() {
    const auto begun = world.impl->core.store()->begin_flush();
    if (!begun) world.unless_disk_failed(begun.error(), "begin a flush");
    while (world.env.job_count() > 0) world.env.run_job(0);
  }

  void settle() {
    while (world.impl->step_sequencer()) {
    }
    appends_.settle();
  }

  void close() {
    const SimulatedEnv::Waiting waiting(world.env);
    projector_.forget_process();
    if (!world.log) return;
    const auto closed = world.log->close();
    // RocksDB goes on refusing to flush after an error of its own.
    if (!closed && !failed_) world.unless_disk_failed(closed.error(), "close");
    world.close_log();
    appends_.forget_process();
  }

  Result<Appended> append(Commit commit) {
    Result<Appended> told = fail(Code::invalid, "not told");
    auto queued =
        world.log->append_async(std::move(commit), [&told](Result<Appended> result) { told = std::move(result); });
    if (!queued) return std::unexpected(queued.error());
    while (world.impl->step_sequencer()) {
    }
    while (world.impl->step_completions()) {
    }
    return told;
  }

  Appends appends_{world};
  Projector projector_{world, "fold"};
  Options options_;
  Sequence opened_at_;
  const bool power_cut_;
  const bool folds_;     ///< Making a projection syncs the log's directory, so that some lives go without.
  bool failed_ = false;  ///< A call did, since the log was opened.
};

/// The calls of a life in which nothing fails.
std::vector<Call> calls_of_life(Durability durability) {
  Life life(durability, kSeed, true);
  std::vector<Call> calls;
  life.world.disk.record_calls(&calls);
  life.live();
  life.world.disk.record_calls(nullptr);
  REQUIRE_MESSAGE(life.world.trouble.empty(), life.world.trouble);
  life.check_reopened(true);
  REQUIRE_MESSAGE(life.world.trouble.empty(), life.world.trouble);
  return calls;
}

void fail_at_every_call(Durability durability, Fault fault, std::uint64_t seed = kSeed) {
  const std::vector<Call> calls = calls_of_life(durability);
  for (std::uint64_t number = 1; number <= calls.size(); ++number) {
    if (!can_fail(calls[number - 1], fault)) continue;
    for (const bool power_cut : {false, true}) {
      CAPTURE(number);
      CAPTURE(to_string(calls[number - 1]));
      CAPTURE(to_string(fault));
      CAPTURE(power_cut);
      Life life(durability, seed, power_cut);
      life.world.disk.fail_at(number, fault);
      life.live();
      if (life.world.trouble.empty() && !life.world.disk.ended()) life.check_afterwards();
      // What a process that ended left unsynced may be lost at a later power cut.
      if (life.world.trouble.empty()) life.check_reopened(power_cut || fault == Fault::end);
      CHECK_MESSAGE(life.world.trouble.empty(), life.world.trouble);
    }
  }
}

}  // namespace

TEST_CASE("failing call: a log whose n-th call ends in EIO keeps every promise, for every n") {
  fail_at_every_call(Durability::fsync, Fault::io_error);
}

TEST_CASE("failing call: a log whose n-th call finds no space keeps every promise, for every n") {
  fail_at_every_call(Durability::fsync, Fault::no_space);
}

TEST_CASE("failing call: a log whose n-th write is cut short keeps every promise, for every n") {
  fail_at_every_call(Durability::fsync, Fault::short_write);
}

TEST_CASE("failing call: a log whose n-th sync loses what it should have synced keeps every promise, for every n") {
  fail_at_every_call(Durability::fsync, Fault::lost_sync);
}

TEST_CASE("failing call: so does a buffered log whose n-th call ends in EIO") {
  fail_at_every_call(Durability::buffered, Fault::io_error);
}

TEST_CASE("failing call: so does a buffered log whose n-th sync loses what it should have synced") {
  fail_at_every_call(Durability::buffered, Fault::lost_sync);
}

TEST_CASE(
    "failing call: a process that ends at its n-th call, and a power cut then or one process later, lose nothing") {
  for (std::uint64_t seed = kSeed; seed < kSeed + 2; ++seed) fail_at_every_call(Durability::fsync, Fault::end, seed);
}
