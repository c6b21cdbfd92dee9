// A projection's runner that ends at its first call that changes something on disk, then at its second, and so on
// through all of them. Batches are small, so that every kind of commit is among the calls.
#include <signal.h>

#include <map>
#include <string>

#include <doctest/doctest.h>

#include "daybook/projection.h"
#include "tests/crash/child.h"
#include "tests/crash/directory_state.h"
#include "tests/crash/last_call.h"
#include "tests/crash/oracle.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

constexpr std::uint64_t kCallsMax = 2'000;
constexpr std::uint32_t kCommits = 8;
constexpr RunnerOptions kSmallBatches{.batch_events_max = 7};

using Counts = std::map<std::string, std::string, std::less<>>;

std::unique_ptr<Log> opened(const std::filesystem::path& log) {
  auto read_only = Log::open(log, {.mode = Mode::read_only});
  if (!read_only) end_on_trouble("log: " + to_string(read_only.error()));
  return std::move(*read_only);
}

/// Runs the projection through the head.
std::unique_ptr<ProjectionRunner> run(Log& log, const std::filesystem::path& state) {
  auto runner = ProjectionRunner::open(log, counting_projection(), state, kSmallBatches);
  if (!runner) end_on_trouble("runner: " + to_string(runner.error()));
  if (const auto ran = (*runner)->run(); !ran) end_on_trouble("run: " + to_string(ran.error()));
  return std::move(*runner);
}

Counts counts_in(State& state) {
  Counts counts;
  const auto scanned = state.scan("", [&](std::string_view stream, std::string_view count) {
    counts[std::string(stream)] = count;
    return true;
  });
  if (!scanned) end_on_trouble("scan: " + to_string(scanned.error()));
  return counts;
}

/// The last version of each stream is how many events it has.
Counts counts_through(Log& log, Sequence through) {
  Counts counts;
  auto cursor = log.read({.through = through});
  if (!cursor) end_on_trouble("read: " + to_string(cursor.error()));
  while (true) {
    const auto batch = cursor->next();
    if (!batch) end_on_trouble("read: " + to_string(batch.error()));
    if (!*batch) return counts;
    for (const EventView event : **batch) counts[std::string(event.stream())] = std::to_string(event.version().value());
  }
}

/// What the ended runner left is a state and its own checkpoint; the next one goes on from there.
void check_state(const std::filesystem::path& directory, const std::filesystem::path& state) {
  const auto log = opened(directory);
  bool ran = false;
  if (const auto reader = ProjectionReader::open(state)) {
    ran = true;
    const Sequence through = (*reader)->status().checkpoint.sequence;
    if (through.value() > 0 && counts_in((*reader)->state()) != counts_through(*log, through)) {
      end_on_trouble("the state is not the fold through its checkpoint, " + std::to_string(through.value()));
    }
  } else if (reader.error().code != Code::not_found) {
    end_on_trouble("reader: " + to_string(reader.error()));
  }
  const auto runner = run(*log, state);
  if (ran && runner->status().rebuilt) end_on_trouble("it had to begin anew");
  if (runner->status().checkpoint.sequence != log->head()) end_on_trouble("it did not come to the head");
  if (counts_in(runner->state()) != counts_through(*log, log->head())) end_on_trouble("the state is not the fold");
}

}  // namespace

TEST_CASE("every call: a projection's state is the fold at its checkpoint wherever its run is cut short") {
  QuickDirectory directory;
  const WriterPlan plan{.directory = directory.path() / "log",
                        .options = writer_options(Durability::buffered),
                        .commits_max = kCommits,
                        .known = {}};
  REQUIRE(in_child([&](const Pipe& pipe) { run_writer(pipe, plan); }).trouble() == "");
  const auto state = directory.path() / "state";
  for (std::uint64_t number = 1; number < kCallsMax; ++number) {
    CAPTURE(number);
    std::filesystem::remove_all(state);
    const LastCall how = number % 2 == 0 ? LastCall::half_made : LastCall::not_made;
    const ChildEnd ended = in_child([&](const Pipe&) {
      end_at_call(number, how);
      run(*opened(plan.directory), state);
    });
    CAPTURE(ended.trouble());
    REQUIRE((ended.signal == SIGKILL || ended.exit_code == 0));
    REQUIRE(in_child([&](const Pipe&) { check_state(plan.directory, state); }).trouble() == "");
    if (ended.exit_code == 0) return;
  }
  FAIL("the run makes more calls than expected");
}

}  // namespace daybook::test
