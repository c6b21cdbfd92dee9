// Random kills seldom hit what takes microseconds: making a log, closing it, recovering it. So here the process ends at
// its first call that changes something on disk, then at its second, and so on through all of them.
#include <signal.h>
#include <unistd.h>
#include <functional>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/directory_state.h"
#include "tests/crash/last_call.h"
#include "tests/crash/oracle.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

constexpr std::uint64_t kCallsMax = 2'000;

/// From one call to the next that is tried. ThreadSanitizer's processes take ten times as long to fork and end, and
/// what it looks for does not hang on the call: it gets a sample. Odd, so that both kinds of last call come up.
#ifdef __SANITIZE_THREAD__
constexpr std::uint64_t kStride = 17;
#else
constexpr std::uint64_t kStride = 1;
#endif

Options small_options(Durability durability = Durability::fsync) {
  Options options = writer_options(durability);
  options.index_batch_events = 20;
  return options;
}

constexpr auto kAll = std::filesystem::copy_options::recursive;

void say(const Pipe& pipe, const CommitName& name, const Appended& appended) {
  const Acknowledgement said{.name = name, .first = appended.first.value(), .last = appended.last.value()};
  pipe.say({reinterpret_cast<const char*>(&said), sizeof said});
}

/// Opens, appends `commits`, writes postings in the middle, closes.
void live(const Pipe& pipe, const WriterPlan& plan) {
  auto log = Log::open(plan.directory, plan.options);
  if (!log) return end_on_trouble("open: " + to_string(log.error()));
  for (CommitName name{.run = plan.run}; name.number < plan.commits_max; ++name.number) {
    const auto appended = (*log)->append(make_commit(name));
    if (!appended) return end_on_trouble("append: " + to_string(appended.error()));
    say(pipe, name, *appended);
    if (name.number == plan.commits_max / 2) {
      if (auto flushed = (*log)->flush_index(); !flushed) end_on_trouble("flush: " + to_string(flushed.error()));
    }
  }
  if (auto closed = (*log)->close(); !closed) end_on_trouble("close: " + to_string(closed.error()));
}

/// A reader beside nobody: it may find no log yet, and nothing else that is wrong; and it changes nothing.
std::string look(const WriterPlan& plan) {
  Options options = plan.options;
  options.create_if_missing = false;
  options.mode = Mode::read_only;
  auto log = Log::open(plan.directory, options);
  if (!log) return log.error().code == Code::not_found ? "" : "read-only: " + to_string(log.error());
  Reader reader{Sequence(0)};
  if (auto trouble = read_on(**log, reader); !trouble.empty()) return "read-only: " + trouble;
  if (reader.sequence() != (*log)->head() || !reader.at_commit_end()) return "read-only: the head is inside a commit";
  if ((*log)->damage()) return "";  // a torn group, which verify names too
  const auto statistics = (*log)->statistics();
  if (!statistics && statistics.error().code == Code::unsupported) return "";  // no postings until a writer made them
  const auto report = (*log)->verify();
  if (!report) return "read-only verify: " + to_string(report.error());
  return report->clean() ? "" : "read-only verify: " + report->damage.front().message;
}

/// Runs live() on a copy of `before`, ended at every call in turn, and checks what is left each time.
void end_at_every_call(const Contents& before, WriterPlan plan, const std::vector<Acknowledgement>& acknowledged) {
  QuickDirectory directory;
  plan.directory = directory.path() / "log";
  for (std::uint64_t number = 1; number < kCallsMax; number += kStride) {
    CAPTURE(number);
    std::filesystem::remove_all(plan.directory);
    if (!before.empty()) put_contents(plan.directory, before);
    const LastCall how = number % 2 == 0 ? LastCall::half_made : LastCall::not_made;
    const ChildEnd ended = in_child([&](const Pipe& pipe) {
      end_at_call(number, how);
      live(pipe, plan);
    });
    CAPTURE(ended.trouble());
    REQUIRE((ended.signal == SIGKILL || ended.exit_code == 0));
    std::vector<Acknowledgement> all = acknowledged;
    for (const Acknowledgement& one : acknowledgements_in(ended.said)) all.push_back(one);
    if (std::filesystem::exists(plan.directory)) {
      const std::string found = fingerprint_of(plan.directory);
      REQUIRE(in_child([&](const Pipe&) { end_on_trouble(look(plan)); }).trouble() == "");
      REQUIRE(fingerprint_of(plan.directory) == found);
    }
    REQUIRE(in_child([&](const Pipe&) { end_on_trouble(check_log(plan.directory, plan.options, all)); }).trouble() ==
            "");
    if (ended.exit_code == 0) return;
  }
  FAIL("the process makes more calls than expected");
}

/// A log with some history, as it lies on disk.
Contents prepared(WriterPlan plan, std::vector<Acknowledgement>& acknowledged) {
  QuickDirectory directory;
  plan.directory = directory.path() / "log";
  const ChildEnd ended = in_child([&](const Pipe& pipe) { live(pipe, plan); });
  REQUIRE(ended.trouble() == "");
  acknowledged = acknowledgements_in(ended.said);
  return contents_of(plan.directory);
}

/// The same log after a writer that ended in the middle of writing a group.
Contents torn(const Contents& before, WriterPlan plan, std::vector<Acknowledgement>& acknowledged) {
  for (std::uint64_t number = 2; number < kCallsMax; ++number) {
    QuickDirectory directory;
    plan.directory = directory.path() / "log";
    put_contents(plan.directory, before);
    const ChildEnd ended = in_child([&](const Pipe& pipe) {
      end_at_call(number, LastCall::half_made);
      live(pipe, plan);
    });
    REQUIRE(ended.signal == SIGKILL);
    const ChildEnd looked = in_child([&](const Pipe& pipe) {
      const auto log = Log::open(plan.directory, {.mode = Mode::read_only});
      if (log && (*log)->damage()) pipe.say("torn");
    });
    if (looked.said.empty()) continue;
    for (const Acknowledgement& one : acknowledgements_in(ended.said)) acknowledged.push_back(one);
    return contents_of(plan.directory);
  }
  FAIL("no call leaves a torn group");
  return {};
}

/// A killed log that lost its unsynced end in a power cut, with postings of what it lost.
Contents with_postings_ahead(WriterPlan plan, std::vector<Acknowledgement>& acknowledged) {
  QuickDirectory directory;
  plan.directory = directory.path() / "log";
  Contents shorter;
  const ChildEnd ended = in_child([&](const Pipe& pipe) {
    auto log = Log::open(plan.directory, plan.options);
    if (!log) return end_on_trouble("open: " + to_string(log.error()));
    for (CommitName name{.run = plan.run}; name.number < 12; ++name.number) {
      const auto appended = (*log)->append(make_commit(name));
      if (!appended) return end_on_trouble("append: " + to_string(appended.error()));
      if (name.number < 6) say(pipe, name, *appended);
      if (name.number == 5) std::filesystem::copy(plan.directory, directory.path() / "then", kAll);
    }
    if (!(*log)->flush_index()) return end_on_trouble("flush_index");
    ::kill(::getpid(), SIGKILL);
  });
  REQUIRE(ended.signal == SIGKILL);
  acknowledged = acknowledgements_in(ended.said);
  Contents contents = contents_of(plan.directory);
  for (const auto& [name, bytes] : contents_of(directory.path() / "then")) {
    if (name == "HEAD" || name.ends_with(".log")) contents[name] = bytes;
  }
  return contents;
}

}  // namespace

TEST_CASE(
    "every call: a log whose making was cut short is finished by the next who may create, and is none to others") {
  end_at_every_call({}, {.directory = {}, .options = small_options(), .run = 1, .commits_max = 0, .known = {}}, {});
}

TEST_CASE("every call: opening, appending, indexing and closing lose nothing wherever they are cut short") {
  for (const Durability durability : {Durability::fsync, Durability::buffered}) {
    WriterPlan plan{.directory = {}, .options = small_options(durability), .run = 1, .commits_max = 6, .known = {}};
    std::vector<Acknowledgement> acknowledged;
    const Contents before = prepared(plan, acknowledged);
    plan.run = 3;
    end_at_every_call(before, plan, acknowledged);
  }
}

TEST_CASE("every call: cutting a torn group off loses nothing wherever it is cut short") {
  WriterPlan plan{.directory = {}, .options = small_options(), .run = 1, .commits_max = 4, .known = {}};
  std::vector<Acknowledgement> acknowledged;
  const Contents before = prepared(plan, acknowledged);
  plan.run = 2;
  const Contents damaged = torn(before, plan, acknowledged);
  plan.run = 3;
  plan.commits_max = 1;
  end_at_every_call(damaged, plan, acknowledged);
}

TEST_CASE("every call: building the postings anew is done again wherever it was cut short") {
  WriterPlan plan{.directory = {}, .options = small_options(), .run = 1, .commits_max = 1, .known = {}};
  std::vector<Acknowledgement> acknowledged;
  const Contents before = with_postings_ahead(plan, acknowledged);
  plan.run = 2;
  end_at_every_call(before, plan, acknowledged);
}

}  // namespace daybook::test
