// A run first draws which actions it has at all and how often (so that some runs crash at every turn, and some write
// for long), then draws one action after another. It ends as every run must: the power is cut, the log is opened, and
// everything is compared.
#include "tests/simulation/simulation.h"

#include <array>

#include "log/head_file.h"
#include "tests/simulation/readers.h"

namespace daybook::simulation {
namespace {

// RocksDB makes a writer wait from 4 memtables or 36 table files that overlap on; nobody would end that wait here.
constexpr std::uint64_t kFlushesMax = 2;
constexpr std::uint64_t kTableFilesMax = 12;
/// Rebuilding an index of so many events writes them in larger batches, which takes less time.
constexpr std::uint64_t kSmallLogEvents = 200;
/// A smaller tail makes a table file of a few commits.
constexpr std::size_t kLargeTailBytes = 1 << 20;

}  // namespace

Simulation::Simulation(std::uint64_t seed, bool print) : world_(seed, print), appends_(world_) {
  choose_actions();
  const std::uint64_t subscribers = world_.random.below(3);
  for (std::uint64_t i = 0; i < subscribers; ++i) subscribers_.emplace_back(world_);
  if (world_.random.chance(60)) projectors_.emplace_back(world_, "fold");
}

void Simulation::choose_actions() {
  Random& random = world_.random;
  const auto add = [&](std::uint64_t weight, void (Simulation::*action)(), std::uint64_t percent = 100) {
    if (!random.chance(percent)) return;
    weight = std::max<std::uint64_t>(1, weight * random.one_of(std::array<std::uint64_t, 3>{1, 3, 10}) / 3);
    actions_.push_back({weight, action});
    weight_ += weight;
  };
  disk_may_fail_ = random.chance(25);
  process_may_end_ = random.chance(80);
  add(300, &Simulation::submit);
  add(30, &Simulation::submit_many, 50);
  add(200, &Simulation::step_sequencer);
  add(100, &Simulation::step_indexer);
  add(80, &Simulation::step_completions, 90);
  add(20, &Simulation::request_freeze, 70);
  add(60, &Simulation::run_job);
  add(15, &Simulation::begin_flush, 70);
  add(50, &Simulation::pass_time);
  add(100, &Simulation::look);
  add(5, &Simulation::look_beside, 40);
  add(80, &Simulation::step_subscriber);
  add(50, &Simulation::step_projector);
  add(5, &Simulation::close_projector);
  add(5, &Simulation::close_and_open, 60);
  if (process_may_end_) {
    add(10, &Simulation::die, 70);
    add(10, &Simulation::end_soon, 70);
  }
  if (disk_may_fail_) add(5, &Simulation::fail_soon);
}

RunReport Simulation::run() {
  open();
  const std::uint64_t actions = world_.random.one_of(std::array<std::uint64_t, 4>{50, 200, 400, 800});
  for (std::uint64_t i = 0; i < actions && world_.trouble.empty(); ++i) act();
  if (world_.trouble.empty() && !world_.disk.ended()) check_everything();
  if (world_.trouble.empty()) {
    disk_may_fail_ = false;
    process_may_end_ = false;
    world_.disk.end_process();
    forget_process();
    restart(true);
    check_everything();
  }
  // The end is no part of the history: it stands, whatever becomes of the process.
  const std::string digest = world_.history.digest();
  world_.disk.end_process();
  forget_process();
  return {.trouble = world_.trouble,
          .digest = digest,
          .commits = appends_.appended(),
          .refused = appends_.refused(),
          .crashes = crashes_,
          .power_cuts = power_cuts_,
          .calls = world_.disk.calls()};
}

void Simulation::act() {
  std::uint64_t draw = world_.random.below(weight_);
  for (const Action& action : actions_) {
    if (draw >= action.weight) {
      draw -= action.weight;
      continue;
    }
    (this->*action.act)();
    break;
  }
  if (!world_.disk.ended() && world_.disk.has_failed() && world_.random.chance(10)) close_and_open();
  if (!world_.disk.ended()) return;
  ++crashes_;
  forget_process();
  restart(world_.random.chance(50));
}

void Simulation::submit_many() {
  const std::uint64_t count = world_.random.between(2, 30);
  for (std::uint64_t i = 0; i < count; ++i) appends_.submit();
}

void Simulation::run_job() {
  const std::size_t jobs = world_.env.job_count();
  if (jobs > 0) world_.env.run_job(world_.random.below(jobs));
}

void Simulation::run_all_jobs() {
  while (world_.env.job_count() > 0) world_.env.run_job(0);
  flushes_ = 0;
  table_files_ = 0;
}

void Simulation::made_table_file() {
  if (++table_files_ >= kTableFilesMax) run_all_jobs();
}

void Simulation::step_indexer() {
  if (world_.impl->step_indexer()) made_table_file();
}

/// Closing indexes what waits, without a pause for RocksDB's jobs: not too much at once.
void Simulation::drain_if_much() {
  const bool much = world_.impl->core.tail()->set()->generations.size() > kTableFilesMax / 2 ||
                    options_.index_batch_events < kSmallLogEvents / 10 || options_.tail_bytes_max < kLargeTailBytes;
  for (bool more = much; more && !world_.disk.ended();) {
    more = world_.impl->step_sequencer();
    if (!world_.impl->step_indexer()) continue;
    more = true;
    made_table_file();
  }
  run_all_jobs();
}

/// As a full memtable would.
void Simulation::begin_flush() {
  if (++flushes_ > kFlushesMax) run_all_jobs();
  made_table_file();
  const auto begun = world_.impl->core.store()->begin_flush();
  if (!begun) world_.unless_disk_failed(begun.error(), "begin a flush");
}

void Simulation::pass_time() {
  world_.clock.advance(std::chrono::microseconds(world_.random.below(5'000)));
  if (world_.random.chance(5))
    world_.clock.jump(std::chrono::seconds(world_.random.below(20)) - std::chrono::seconds(10));
}

void Simulation::look() {
  appends_.settle();
  switch (world_.random.below(4)) {
    case 0:
      return check_point(world_, *world_.log);
    case 1:
      return check_streams(world_, *world_.log);
    case 2:
      if (world_.random.chance(10)) check_verify(world_, *world_.log);
      return check_statistics(world_);
    default:
      return check_query(world_, *world_.log);
  }
}

void Simulation::look_beside() {
  appends_.settle();
  if (appends_.log_is_broken() || world_.disk.has_failed() || world_.disk.ended()) return;
  static_cast<void>(check_follower(world_, options_, true));
}

void Simulation::step_subscriber() {
  if (subscribers_.empty()) return;
  appends_.settle();
  Subscriber& subscriber = subscribers_[world_.random.below(subscribers_.size())];
  subscriber.step();
  if (world_.random.chance(10)) subscriber.forget_process();
}

void Simulation::step_projector() {
  if (projectors_.empty()) return;
  appends_.settle();
  Projector& projector = projectors_.front();
  std::optional<SimulatedEnv::Waiting> waiting;
  if (!projector.is_open()) waiting.emplace(world_.env);
  projector.step();
  if (world_.random.chance(20)) projector.check();
}

void Simulation::close_projector() {
  if (projectors_.empty()) return;
  const SimulatedEnv::Waiting waiting(world_.env);
  projectors_.front().forget_process();
}

void Simulation::end_soon() {
  world_.disk.fail_at(world_.disk.calls() + 1 + world_.random.below(300), Fault::end);
}

void Simulation::fail_soon() {
  constexpr std::array kFaults = {Fault::io_error, Fault::no_space, Fault::short_write, Fault::lost_sync};
  world_.disk.fail_at(world_.disk.calls() + 1 + world_.random.below(100), world_.random.one_of(kFaults));
}

void Simulation::die() {
  world_.disk.end_process();
}

/// Lets go of everything that a process has; what it still tries on the disk does nothing if it has ended.
void Simulation::forget_process() {
  for (Subscriber& subscriber : subscribers_) subscriber.forget_process();
  {
    const SimulatedEnv::Waiting waiting(world_.env);
    for (Projector& projector : projectors_) projector.forget_process();
    // Nobody hears what is told now.
    if (world_.log && world_.disk.ended()) {
      while (world_.impl->step_completions()) {
      }
      const Sequence shown = world_.log->head();
      exists_through_ = std::max(exists_through_, shown);
      if (options_.durability == Durability::fsync) safe_through_ = std::max(safe_through_, shown);
      if (const auto tail = world_.impl->core.tail()) {
        safe_through_ = std::max(safe_through_, tail->set()->indexed_through);
      }
    }
    world_.close_log();
  }
  appends_.forget_process();
}

void Simulation::close_and_open() {
  drain_if_much();
  appends_.settle();
  for (Subscriber& subscriber : subscribers_) subscriber.forget_process();
  bool closed = false;
  {
    const SimulatedEnv::Waiting waiting(world_.env);
    for (Projector& projector : projectors_) projector.forget_process();
    const auto done = world_.log->close();
    if (!done) world_.unless_disk_failed(done.error(), "close");
    closed = done && !world_.disk.has_failed() && !world_.disk.ended() && !appends_.log_is_broken();
  }
  if (world_.disk.ended()) return;
  world_.fail_if(closed && appends_.any_waiting(), "the log was closed, and somebody was not told");
  forget_process();
  exists_through_ = std::max(exists_through_, world_.model.head());
  if (closed) safe_through_ = world_.model.head();
  const bool power_cut = closed && world_.random.chance(50);
  restart(power_cut);
  if (closed && opened_at_once_ && world_.log && world_.trouble.empty()) {
    const auto statistics = world_.log->statistics();
    world_.fail_if(statistics && statistics->recovered != Recovered::clean, "a log that was closed is not found so");
  }
}

void Simulation::restart(bool power_cut) {
  if (!world_.trouble.empty()) return;
  if (power_cut) {
    ++power_cuts_;
    exists_through_ = safe_through_;
  } else {
    exists_through_ = std::max(exists_through_, world_.model.head());
  }
  world_.disk.restart(power_cut, world_.random);
  open();
}

/// Opens the log, past any crash and failure on the way.
void Simulation::open() {
  for (int attempt = 0; world_.trouble.empty() && !world_.log; ++attempt) {
    opened_at_once_ = attempt == 0;
    options_ = world_.shapes.options(world_.clock);
    if (world_.model.head().value() > kSmallLogEvents) {
      options_.index_batch_events = std::max<std::size_t>(options_.index_batch_events, kSmallLogEvents / 10);
      options_.tail_events_max = std::max(options_.tail_events_max, 2 * options_.index_batch_events);
    }
    if (attempt < 3 && process_may_end_ && world_.random.chance(15)) end_soon();
    if (attempt < 3 && disk_may_fail_ && world_.random.chance(10)) fail_soon();
    if (try_open(options_)) break;
    forget_process();
    const bool power_cut = world_.disk.ended() && world_.random.chance(50);
    if (power_cut) {
      ++power_cuts_;
      exists_through_ = safe_through_;
    }
    world_.disk.restart(power_cut, world_.random);
  }
  if (!world_.trouble.empty()) return;
  if (world_.random.chance(70) || options_.index_batch_events < kSmallLogEvents) run_all_jobs();
  check_after_opening();
}

bool Simulation::try_open(const Options& options) {
  std::optional<Sequence> shown;
  const bool looks = world_.random.chance(20) && world_.disk.names().find("/log") != nullptr;
  if (looks) shown = check_follower(world_, options, false);
  if (world_.disk.ended()) return false;
  FileLayer files(world_.env);
  const auto head = read_head(files, "/log");
  const auto opened = world_.open_log(options);
  if (world_.disk.ended()) return false;
  if (!opened) {
    world_.unless_disk_failed(opened.error(), "open");
    return false;
  }
  const Sequence found = world_.log->head();
  if (head && *head) world_.fail_if((*head)->durable > found, "HEAD said more than there is");
  world_.fail_if(shown && *shown != found, "a reader alone saw " + std::to_string(shown.value_or(Sequence()).value()) +
                                               ", and the writer finds " + std::to_string(found.value()));
  return true;
}

void Simulation::check_after_opening() {
  appends_.recover(exists_through_);
  safe_through_ = exists_through_ = world_.model.head();
  if (!world_.trouble.empty() || world_.disk.ended()) return;
  check_verify(world_, *world_.log);
  check_statistics(world_);
  check_streams(world_, *world_.log);
  appends_.check_keys();
}

void Simulation::check_everything() {
  if (!world_.trouble.empty() || !world_.log) return;
  appends_.settle();
  check_events(world_, Sequence(1));
  check_verify(world_, *world_.log);
  check_streams(world_, *world_.log);
  for (int i = 0; i < 5; ++i) check_query(world_, *world_.log);
  for (int i = 0; i < 5; ++i) check_point(world_, *world_.log);
  for (Subscriber& subscriber : subscribers_) subscriber.step();
  const SimulatedEnv::Waiting waiting(world_.env);
  for (Projector& projector : projectors_) projector.step();
  for (Projector& projector : projectors_) projector.check();
}

}  // namespace daybook::simulation
