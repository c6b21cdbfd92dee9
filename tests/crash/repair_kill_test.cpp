// A repair that is ended at its first call that changes something on disk, then at its second, and so on through all of
// them; each time it is run again.
#include <signal.h>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/last_call.h"
#include "tests/crash/repair_ward.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

constexpr std::uint64_t kCallsMax = 2'000;

}  // namespace

TEST_CASE("repair: killed at any call and run again, it completes") {
  struct Case {
    Ending ending;
    Harm harm;
    bool loses;
  };
  const std::vector<Case> cases{
      {Ending::killed, [](Contents& contents) { contents.erase("log/CURRENT"); }, false},
      {Ending::killed,
       [](Contents& contents) {
         contents.erase("HEAD");
         contents.erase("FORMAT");
         flip(contents[tables_of(contents, true).back()], 40);
       },
       false},
      {Ending::killed,
       [](Contents& contents) {
         std::string& bytes = contents[name_of(contents, ".log")];
         flip(bytes, bytes.size() / 2);
       },
       true},
      {Ending::closed, [](Contents& contents) { contents.erase(tables_of(contents, false).back()); }, true}};
  for (const Case& one : cases) {
    Contents damaged = subject(one.ending).contents;
    one.harm(damaged);
    const std::vector<std::string>& truth = subject(one.ending).lines;
    RepairOptions options;
    std::size_t kept = truth.size();
    for (std::uint64_t number = 0; number < kCallsMax; ++number) {
      CAPTURE(number);
      QuickDirectory directory;
      const auto path = directory.path() / "log";
      put_contents(path, damaged);
      if (number == 0) {
        if (!one.loses) continue;
        kept = repair(path, {.dry_run = true}).keeps_most;
        options.truncate_after = Sequence(kept);
        continue;
      }
      const LastCall how = number % 2 == 0 ? LastCall::half_made : LastCall::not_made;
      const ChildEnd ended = in_child([&](const Pipe&) {
        end_at_call(number, how);
        const auto opened = Repair::open(path, options);
        if (!opened) return end_on_trouble(to_string(opened.error()));
        if (const auto done = (*opened)->execute(); !done) end_on_trouble(to_string(done.error()));
      });
      CAPTURE(ended.trouble());
      REQUIRE((ended.signal == SIGKILL || ended.exit_code == 0));
      CHECK(repair(path, options).error == "");
      std::vector<std::string> lines;
      REQUIRE(look(path, lines) == "clean");
      REQUIRE(lines.size() == kept);
      if (ended.exit_code == 0) break;
      REQUIRE(number + 1 < kCallsMax);
    }
  }
}

}  // namespace daybook::test
