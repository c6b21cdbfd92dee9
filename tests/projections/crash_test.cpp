// Kill -9 at any moment: what stands in the store is a state and its own checkpoint, and the fold goes on from there.
//
// The runner that dies is this test binary once more: the skipped test case below, which tells through descriptor 3
// that another batch is committed. So the moments are random, and no test waits for a clock.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <random>

#include <doctest/doctest.h>

#include "tests/projections/runner_fixture.h"
#include "tests/support/test_seed.h"

namespace daybook {
namespace {

using test::counting;

constexpr int kTellDescriptor = 3;
constexpr const char* kChildCase = "crash: the process that is killed";

std::unique_ptr<Log> open_log(const std::filesystem::path& directory, Mode mode) {
  auto log = Log::open(directory, {.mode = mode,
                                   .create_if_missing = mode == Mode::read_write,
                                   .durability = Durability::buffered,
                                   .disk_free_bytes_min = 0});
  REQUIRE_MESSAGE(log.has_value(), log.error().message);
  return std::move(*log);
}

void write_log(const std::filesystem::path& directory, std::mt19937_64& random, std::size_t events) {
  const auto log = open_log(directory, Mode::read_write);
  for (std::size_t i = 0; i < events; i += 10) {
    Commit commit;
    for (std::size_t k = 0; k < 10; ++k) {
      commit.events.push_back({.stream = "s" + std::to_string(random() % 30),
                               .type = random() % 9 == 0 ? "Other" : "Counted",
                               .data = std::string(random() % 60, 'd') + std::to_string(random() % 500)});
    }
    REQUIRE(log->append(std::move(commit)).has_value());
  }
  REQUIRE(log->close().has_value());
}

// Starts the child, lets it commit `batches` batches (or end), and kills it.
void run_and_kill(const std::string& log, const std::string& state, std::size_t batches) {
  std::array<int, 2> tell{};
  REQUIRE(::pipe2(tell.data(), O_CLOEXEC) == 0);
  REQUIRE(::setenv("DAYBOOK_TEST_LOG", log.c_str(), 1) == 0);
  REQUIRE(::setenv("DAYBOOK_TEST_STATE", state.c_str(), 1) == 0);
  std::string self = "/proc/self/exe";
  std::string only = std::string("--test-case=") + kChildCase;
  std::string skipped = "--no-skip";
  const std::array<char*, 4> arguments{self.data(), only.data(), skipped.data(), nullptr};
  posix_spawn_file_actions_t actions;
  REQUIRE(::posix_spawn_file_actions_init(&actions) == 0);
  REQUIRE(::posix_spawn_file_actions_adddup2(&actions, tell[1], kTellDescriptor) == 0);
  REQUIRE(::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0);
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, self.c_str(), &actions, nullptr, arguments.data(), environ) == 0);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(tell[1]);
  char byte = 0;
  while (batches > 0 && ::read(tell[0], &byte, 1) == 1) --batches;
  REQUIRE(::kill(child, SIGKILL) == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  const bool killed = WIFSIGNALED(status);
  CHECK((killed || WEXITSTATUS(status) == 0));
  ::close(tell[0]);
}

test::Rows fold_through(Log& log, Sequence through) {
  test::MemoryState state;
  auto cursor = log.read({.through = through, .query = counting().query});
  REQUIRE(cursor.has_value());
  for (auto batch = cursor->next(); batch.value().has_value(); batch = cursor->next()) {
    for (const EventView event : **batch) REQUIRE(counting().apply(event, state).has_value());
  }
  return state.rows();
}

}  // namespace

TEST_CASE("crash: the process that is killed" * doctest::skip()) {
  const char* directory = std::getenv("DAYBOOK_TEST_LOG");
  const char* state = std::getenv("DAYBOOK_TEST_STATE");
  if (directory == nullptr || state == nullptr) return;
  const auto log = open_log(directory, Mode::read_only);
  const char* version = std::getenv("DAYBOOK_TEST_FOLD_VERSION");
  const Projection projection = counting(version == nullptr ? 1 : static_cast<std::uint32_t>(std::stoul(version)));
  const auto runner = ProjectionRunner::open(*log, projection, state, {.batch_events_max = 7});
  REQUIRE_MESSAGE(runner.has_value(), runner.error().message);
  CHECK((*runner)->run(kSequenceMax, [](Sequence) { return ::write(kTellDescriptor, ".", 1) == 1; }).has_value());
}

TEST_CASE("crash: after kill -9 at any moment the state is the fold at its checkpoint, and goes on exactly") {
  std::mt19937_64 random(test::test_seed());
  const test::ScratchDirectory scratch;
  write_log(scratch / "log", random, 3000);
  const auto log = open_log(scratch / "log", Mode::read_only);
  Sequence last;
  for (int kill = 0; kill < 12; ++kill) {
    run_and_kill(scratch / "log", scratch / "state", random() % 40);
    const auto reader = ProjectionReader::open(scratch / "state");
    if (!reader) {
      // Killed before it had made its store.
      REQUIRE(reader.error().code == Code::not_found);
      continue;
    }
    const Checkpoint checkpoint = (*reader)->status().checkpoint;
    CHECK(checkpoint.sequence >= last);
    last = checkpoint.sequence;
    CHECK(log->check(checkpoint).has_value());
    CHECK(test::rows_of((*reader)->state()) == fold_through(*log, last));
  }
  const auto runner = ProjectionRunner::open(*log, counting(), scratch / "state");
  REQUIRE_MESSAGE(runner.has_value(), runner.error().message);
  CHECK(!(*runner)->status().rebuilt);
  REQUIRE((*runner)->run().has_value());
  CHECK(test::rows_of((*runner)->state()) == fold_through(*log, kSequenceMax));
  CHECK((*runner)->status().checkpoint == log->head_checkpoint().value());
  MESSAGE("killed 12 times on the way to " << last.value());
}

TEST_CASE("crash: killed within a rebuild, it is still a fold of one version at its checkpoint") {
  std::mt19937_64 random(test::test_seed());
  const test::ScratchDirectory scratch;
  write_log(scratch / "log", random, 1000);
  const auto log = open_log(scratch / "log", Mode::read_only);
  for (int version = 1; version <= 8; ++version) {
    REQUIRE(::setenv("DAYBOOK_TEST_FOLD_VERSION", std::to_string(version).c_str(), 1) == 0);
    run_and_kill(scratch / "log", scratch / "state", random() % 30);
    const auto reader = ProjectionReader::open(scratch / "state");
    if (!reader) continue;
    CHECK(static_cast<int>((*reader)->status().fold_version) <= version);
    CHECK(test::rows_of((*reader)->state()) == fold_through(*log, (*reader)->status().checkpoint.sequence));
  }
  REQUIRE(::unsetenv("DAYBOOK_TEST_FOLD_VERSION") == 0);
}

}  // namespace daybook
