// Kill -9 of a writer at random moments. The oracle is the test's own process: it heard of every acknowledgement
// through a pipe before the writer died.
#include <signal.h>
#include <algorithm>
#include <chrono>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/killed_command.h"
#include "tests/crash/oracle.h"
#include "tests/crash/writer.h"
#include "tests/log/log_fixture.h"
#include "tests/support/test_seed.h"

namespace daybook::test {
namespace {

constexpr int kKills = 50;

WriterPlan random_plan(std::uint64_t& random, const std::filesystem::path& directory, Durability durability,
                       std::uint32_t run) {
  WriterPlan plan{.directory = directory, .options = writer_options(durability), .run = run, .known = {}};
  random = mixed(random);
  plan.async = random % 2 == 0;
  plan.threads = 1 + static_cast<std::uint32_t>(random / 2 % 4);
  // One in five gets as far as closing.
  if (random / 8 % 5 == 0) plan.commits_max = static_cast<std::uint32_t>(random / 64 % 60);
  return plan;
}

/// Runs the writer until a random moment and kills it. What it had acknowledged by then.
std::vector<Acknowledgement> run_and_kill(const WriterPlan& plan, std::uint64_t& random) {
  Child writer([&plan](const Pipe& pipe) { run_writer(pipe, plan); });
  random = mixed(random);
  // Most are killed while they append, some while they open the log.
  bool runs = true;
  while (random % 5 != 0 && runs && writer.said().empty()) runs = writer.listen(std::chrono::milliseconds(100));
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(random / 8 % 40'000);
  while (runs && std::chrono::steady_clock::now() < end) runs = writer.listen(std::chrono::milliseconds(1));
  writer.kill();
  const ChildEnd ended = writer.end();
  CAPTURE(ended.trouble());
  REQUIRE((ended.signal == SIGKILL || ended.exit_code == 0));
  return acknowledgements_in(ended.said);
}

void kill_again_and_again(Durability durability, bool growing) {
  std::uint64_t random = test_seed();
  const int kills = kills_of_run(kKills);
  TemporaryDirectory directory;
  std::vector<Acknowledgement> acknowledged;
  std::vector<Acknowledgement> latest;
  std::size_t killed_with_events = 0;
  std::size_t acknowledged_count = 0;
  for (std::uint32_t run = 0; run < static_cast<std::uint32_t>(kills); ++run) {
    CAPTURE(run);
    const auto path = directory.path() / (growing ? "log" : "log" + std::to_string(run));
    WriterPlan plan = random_plan(random, path, durability, run);
    plan.known = growing ? latest : std::vector<Acknowledgement>();
    if (!growing) acknowledged.clear();
    latest = run_and_kill(plan, random);
    killed_with_events += latest.empty() ? 0 : 1;
    acknowledged_count += latest.size();
    acknowledged.insert(acknowledged.end(), latest.begin(), latest.end());
    const auto projection = directory.path() / (growing ? "count" : "count" + std::to_string(run));
    const ChildEnd checked = in_child(
        [&](const Pipe&) { end_on_trouble(check_log(plan.directory, plan.options, acknowledged, projection)); });
    REQUIRE(checked.trouble() == "");
  }
  MESSAGE(killed_with_events << " of " << kills << " were killed with commits acknowledged, " << acknowledged_count
                             << " in all");
  CHECK(killed_with_events > static_cast<std::size_t>(kills) / 4);
}

}  // namespace

TEST_CASE("kill: kills of an fsync writer on one growing log lose nothing that was acknowledged") {
  kill_again_and_again(Durability::fsync, true);
}

TEST_CASE("kill: kills of a buffered writer on one growing log lose nothing that was acknowledged") {
  kill_again_and_again(Durability::buffered, true);
}

TEST_CASE("kill: kills of fsync writers on fresh logs lose nothing that was acknowledged") {
  kill_again_and_again(Durability::fsync, false);
}

TEST_CASE("kill: kills of buffered writers on fresh logs lose nothing that was acknowledged") {
  kill_again_and_again(Durability::buffered, false);
}

}  // namespace daybook::test
