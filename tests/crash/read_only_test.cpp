// Read-only means read-only: no name, byte, inode or time of change, whatever is asked and however the writer ended;
// and it works where writing is not possible at all.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>
#include <chrono>
#include <cstring>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/directory_state.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

/// A log of some commits whose writer was closed or killed.
void make_log(const fs::path& directory, Durability durability, bool killed) {
  WriterPlan plan{.directory = directory, .options = writer_options(durability), .run = 1, .known = {}};
  plan.options.index_batch_events = 40;
  plan.commits_max = 60;
  const ChildEnd ended = in_child([&](const Pipe& pipe) {
    run_writer(pipe, plan);
    if (!killed) return;
    auto log = Log::open(directory, plan.options);
    if (!log) return end_on_trouble(to_string(log.error()));
    for (CommitName name{.run = 2}; name.number < 30; ++name.number) {
      if (!(*log)->append(make_commit(name))) end_on_trouble("append");
    }
    ::kill(::getpid(), SIGKILL);
  });
  REQUIRE((killed ? ended.signal == SIGKILL : ended.exit_code == 0));
}

/// Everything that a reader can ask; what is wrong, or nothing.
std::string ask_everything(const fs::path& directory) {
  auto log = Log::open(directory, {.mode = Mode::read_only});
  if (!log) return "open: " + to_string(log.error());
  Reader reader{Sequence(0)};
  if (auto trouble = read_on(**log, reader); !trouble.empty()) return trouble;
  if (reader.sequence() < Sequence(100)) return "too few events";
  auto cursor = (*log)->read({.query = {{{.types = {"Type1"}}}}, .direction = Direction::backward});
  while (cursor) {
    const auto batch = cursor->next();
    if (!batch) return "query: " + to_string(batch.error());
    if (!*batch) break;
  }
  if (const auto streams = (*log)->streams("shared-"); !streams || streams->empty()) return "streams";
  if (const auto statistics = (*log)->statistics(); !statistics) return to_string(statistics.error());
  const auto report = (*log)->verify();
  if (!report || !report->clean()) return "verify";
  if (!(*log)->first_at(Timestamp{}) || !(*log)->head_checkpoint()) return "first_at";
  const auto subscription = (*log)->subscribe();
  if (!subscription) return "subscribe: " + to_string(subscription.error());
  for (int step = 0; step < 20; ++step) {
    if (!(*subscription)->next(std::chrono::milliseconds(1))) return "next";
  }
  if (!(*log)->refresh()) return "refresh";
  const auto appended = (*log)->append({.events = {{.stream = "a", .type = "T"}}});
  if (appended || appended.error().code != Code::unsupported) return "an append to a read-only log";
  return (*log)->close() ? "" : "close";
}

}  // namespace

TEST_CASE("read-only: no question changes a name, byte, inode or time in the directory") {
  for (const Durability durability : {Durability::fsync, Durability::buffered}) {
    for (const bool killed : {false, true}) {
      CAPTURE(killed);
      QuickDirectory directory;
      make_log(directory.path() / "log", durability, killed);
      const std::string before = fingerprint_of(directory.path());
      const ChildEnd ended = in_child([&](const Pipe&) { end_on_trouble(ask_everything(directory.path() / "log")); });
      CHECK(ended.trouble() == "");
      CHECK(fingerprint_of(directory.path()) == before);
    }
  }
}

TEST_CASE("read-only: a directory without a log stays as it is, and a missing one is not made") {
  QuickDirectory directory;
  const std::string before = fingerprint_of(directory.path());
  for (const fs::path& path : {directory.path(), directory.path() / "missing"}) {
    for (const Mode mode : {Mode::read_only, Mode::read_write}) {
      const ChildEnd ended = in_child([&](const Pipe& pipe) {
        const auto log = Log::open(path, {.mode = mode});
        pipe.say(log ? "opened" : std::string(to_string(log.error().code)));
      });
      CHECK(ended.said == "not_found");
    }
  }
  CHECK(fingerprint_of(directory.path()) == before);
}

TEST_CASE("read-only: it works for a user who may not write the directory") {
  for (const bool killed : {false, true}) {
    QuickDirectory directory;
    make_log(directory.path() / "log", Durability::fsync, killed);
    for (const auto& entry : fs::recursive_directory_iterator(directory.path())) {
      fs::permissions(entry.path(), entry.is_directory() ? fs::perms(0555) : fs::perms(0444));
    }
    fs::permissions(directory.path(), fs::perms(0555));
    const std::string before = fingerprint_of(directory.path());
    const ChildEnd ended = in_child([&](const Pipe&) {
      if (::geteuid() == 0 && ::setuid(kNobody) != 0) return end_on_trouble("setuid");
      end_on_trouble(ask_everything(directory.path() / "log"));
      const auto writer = Log::open(directory.path() / "log");
      if (writer || writer.error().code != Code::denied) end_on_trouble("a writer is not told that it may not write");
    });
    CHECK(ended.trouble() == "");
    CHECK(fingerprint_of(directory.path()) == before);
    for (const auto& entry : fs::recursive_directory_iterator(directory.path())) {
      if (entry.is_directory()) fs::permissions(entry.path(), fs::perms(0755));
    }
    fs::permissions(directory.path(), fs::perms(0755));
  }
}

TEST_CASE("read-only: it works on a read-only file system") {
  for (const bool killed : {false, true}) {
    QuickDirectory directory;
    make_log(directory.path() / "log", Durability::fsync, killed);
    const std::string path = directory.path().string();
    const ChildEnd ended = in_child([&](const Pipe& pipe) {
      const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                           ::mount(path.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
                           ::mount("none", path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0;
      if (!mounted) return pipe.say(std::string("skipped: cannot mount read-only here: ") + std::strerror(errno));
      end_on_trouble(ask_everything(directory.path() / "log"));
    });
    if (!ended.said.empty()) MESSAGE(ended.said);
    CHECK(ended.trouble() == "");
  }
}

}  // namespace daybook::test
