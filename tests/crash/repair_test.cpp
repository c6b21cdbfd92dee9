// Each kind of damage that can be planted: what verify says, what repair would do, that looking changes nothing, what
// repair does, and that afterwards the log is sound and holds the events it held.
#include <unistd.h>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/recovery_history.h"
#include "tests/crash/repair_ward.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

constexpr std::size_t kHistoryEvents = 8;

}  // namespace

TEST_CASE("repair: a sound log needs none, and is left as it is") {
  for (const Ending ending : {Ending::closed, Ending::killed}) {
    QuickDirectory directory;
    const auto path = directory.path() / "log";
    put_contents(path, subject(ending).contents);
    const Said said = repair(path, {});
    CHECK(said.error == "");
    CHECK(said.damage == 0);
    CHECK(said.steps == 0);
    CHECK(differences(without_lock(subject(ending).contents), without_lock(contents_of(path))).empty());
  }
}

TEST_CASE("repair: a missing or damaged HEAD is written again from what the log holds") {
  for (const Ending ending : {Ending::closed, Ending::killed}) {
    Ward(ending, [](Contents& contents) { contents.erase("HEAD"); }).check_whole();
    for (const std::size_t byte : {0, 9, 17, 30}) {
      Ward(ending, [byte](Contents& contents) { flip(contents["HEAD"], byte); }).check_whole();
    }
    Ward(ending, [](Contents& contents) { contents["HEAD"].resize(7); }).check_whole();
  }
}

TEST_CASE("repair: a missing or damaged FORMAT is written again from the copy in the log") {
  for (const Ending ending : {Ending::closed, Ending::killed}) {
    Ward(ending, [](Contents& contents) { contents.erase("FORMAT"); }).check_whole();
    Ward(ending, [](Contents& contents) { flip(contents["FORMAT"], 30); }).check_whole();
    Ward(ending, [](Contents& contents) {
      contents.erase("FORMAT");
      contents.erase("HEAD");
    }).check_whole();
  }
}

TEST_CASE("repair: without RocksDB's own books log/ is made anew from its files, and nothing is lost") {
  for (const Ending ending : {Ending::closed, Ending::killed}) {
    for (const char* const part : {"log/CURRENT", "log/MANIFEST"}) {
      CAPTURE(part);
      Ward deleted(ending, [&](Contents& contents) { contents.erase(name_of(contents, part)); });
      deleted.check_whole();
      deleted.check_kept();
      Ward(ending, [&](Contents& contents) { flip(contents[name_of(contents, part)], 12); }).check_whole();
    }
    Ward(ending, [](Contents& contents) {
      contents.erase("log/CURRENT");
      contents.erase("FORMAT");
      contents.erase("HEAD");
    }).check_whole();
  }
}

TEST_CASE("repair: postings that are gone or damaged are made again from the events") {
  for (const Ending ending : {Ending::closed, Ending::killed}) {
    Ward(ending, [](Contents& contents) { contents.erase(tables_of(contents, true).front()); }).check_whole();
    Ward(ending, [](Contents& contents) { flip(contents[tables_of(contents, true).back()], 40); }).check_whole();
  }
}

TEST_CASE("repair: behind a damaged block of a table file nothing can be kept, and it says what is lost") {
  Ward ward(Ending::closed, [](Contents& contents) {
    std::string& bytes = contents[tables_of(contents, false).back()];
    flip(bytes, bytes.size() / 4);
  });
  CHECK(ward.check_loss() > 0);
}

TEST_CASE("repair: behind a table file that is gone nothing can be kept; without the first one nothing at all") {
  for (const Ending ending : {Ending::closed, Ending::killed}) {
    Ward first(ending, [](Contents& contents) { contents.erase(tables_of(contents, false).front()); });
    CHECK(first.check_loss() == 0);
  }
  Ward last(Ending::closed, [](Contents& contents) { contents.erase(tables_of(contents, false).back()); });
  CHECK(last.check_loss() > 0);
}

TEST_CASE("repair: a WAL that is gone, or damaged with intact groups behind it, costs what is behind") {
  Ward gone(Ending::killed, [](Contents& contents) { contents.erase(name_of(contents, ".log")); });
  CHECK(gone.check_loss() > 0);
  for (const bool without_head : {false, true}) {
    Ward flipped(Ending::killed, [&](Contents& contents) {
      std::string& bytes = contents[name_of(contents, ".log")];
      flip(bytes, bytes.size() / 2);
      if (without_head) contents.erase("HEAD");
    });
    CHECK(flipped.check_loss() > 0);
  }
}

TEST_CASE("repair: a damaged acknowledged last group is given up only when told, also where HEAD is lost") {
  for (const bool without_head : {false, true}) {
    Ward ward(Ending::killed, [&](Contents& contents) {
      std::string& bytes = contents[name_of(contents, ".log")];
      flip(bytes, bytes.size() - 20);
      if (without_head) contents.erase("HEAD");
    });
    CHECK(ward.check_loss() > 0);
  }
}

TEST_CASE("repair: a torn, never acknowledged end is cut without asking, as the next writer would") {
  History history = make_history(Durability::fsync, kHistoryEvents);
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  put_contents(path, history.head_of(kHistoryEvents - 1).wal_until(kHistoryEvents, 5).contents);
  CHECK(repair(path, {}).error == "");
  std::vector<std::string> lines;
  CHECK(look(path, lines) == "clean");
  CHECK(lines.size() == kHistoryEvents - 1);
  CHECK_FALSE(contents_of(path / "lost").empty());
}

TEST_CASE("repair: a sound log is cut where it is told, and only at the end of a block") {
  for (const Ending ending : {Ending::closed, Ending::killed}) {
    QuickDirectory directory;
    const auto path = directory.path() / "log";
    const std::vector<std::string>& truth = subject(ending).lines;
    put_contents(path, subject(ending).contents);
    const Said beyond = repair(path, {.truncate_after = Sequence(truth.size() + 1)});
    CHECK(beyond.error.find("at most " + std::to_string(truth.size())) != std::string::npos);
    const Said inside = repair(path, {.truncate_after = Sequence(1)});
    const std::size_t ends = inside.error.find("blocks end at 0 and ");
    REQUIRE(ends != std::string::npos);
    const std::size_t kept = std::stoul(inside.error.substr(ends + 20));
    CHECK(repair(path, {.truncate_after = Sequence(kept)}).error == "");
    check_mended(path, truth, kept);
    CHECK(repair(path, {.truncate_after = Sequence(0)}).error == "");
    check_mended(path, truth, 0);
  }
}

TEST_CASE("repair: postings are written anew when asked, where nothing is wrong with them") {
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  put_contents(path, subject(Ending::closed).contents);
  const Said said = repair(path, {.rebuild_postings = true});
  CHECK(said.error == "");
  CHECK(said.steps == 2);
  check_mended(path, subject(Ending::closed).lines, subject(Ending::closed).lines.size());
}

TEST_CASE("repair: beside a writer it is refused with the writer's pid, command and start, and changes nothing") {
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  Child writer([&](const Pipe& pipe) {
    auto log = Log::open(path, writer_options(Durability::fsync));
    if (!log) return end_on_trouble(to_string(log.error()));
    pipe.say("open");
    ::pause();
  });
  while (writer.said().empty() && writer.listen(std::chrono::milliseconds(1000))) {
  }
  const Contents before = contents_of(path);
  for (const bool dry_run : {false, true}) {
    const Said said = repair(path, {.dry_run = dry_run});
    CAPTURE(said.error);
    CHECK(said.error.find("pid " + std::to_string(writer.pid())) != std::string::npos);
    CHECK(said.error.find("test_crash") != std::string::npos);
    CHECK(said.error.find("since 20") != std::string::npos);
  }
  CHECK(differences(before, contents_of(path)).empty());
}

TEST_CASE("repair: where there is no log it says so, and makes nothing") {
  QuickDirectory directory;
  const std::string before = fingerprint_of(directory.path());
  for (const auto& path : {directory.path(), directory.path() / "missing"}) {
    CHECK(repair(path, {}).error.find("there is no log in") != std::string::npos);
  }
  CHECK(fingerprint_of(directory.path()) == before);
}

TEST_CASE("repair: a log whose id nothing names any more is refused with what to put back, and left as it is") {
  Contents contents = subject(Ending::closed).contents;
  contents.erase(tables_of(contents, false).front());
  contents.erase("FORMAT");
  contents.erase("log/CURRENT");
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  put_contents(path, contents);
  const Said said = repair(path, {});
  CHECK(said.error.find("put FORMAT back from a copy") != std::string::npos);
  CHECK(differences(without_lock(contents), without_lock(contents_of(path))).empty());
  // Nor does a writer take it for a log that is still to be made.
  const ChildEnd ended = in_child([&](const Pipe& pipe) {
    const auto log = Log::open(path, {.create_if_missing = true});
    pipe.say(log ? "opened" : std::string(to_string(log.error().code)));
  });
  CHECK(ended.said == "corruption");
  CHECK(differences(without_lock(contents), without_lock(contents_of(path))).empty());
}

}  // namespace daybook::test
