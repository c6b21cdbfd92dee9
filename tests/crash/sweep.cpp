// Opening a log costs a millisecond and a process tens of them, so a child tries many harms. It writes down which one
// it is at before it begins: where it crashes or hangs, the parent knows by what, and goes on behind it.
#include "tests/crash/sweep.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/last_call.h"

namespace daybook::test {
namespace {

constexpr std::size_t kBatch = 500;
constexpr unsigned kSecondsAHarm = 30;

/// How far a child is, where its parent can see it.
class Place {
 public:
  Place() {
    void* const memory = ::mmap(nullptr, sizeof(*at_), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    at_ = new (memory) std::atomic<std::uint64_t>(0);
  }
  ~Place() { ::munmap(at_, sizeof(*at_)); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  std::atomic<std::uint64_t>& operator*() { return *at_; }

 private:
  std::atomic<std::uint64_t>* at_;
};

bool names_it(const Finding& finding, const FileHarm& harm) {
  const std::string base = harm.file.substr(harm.file.find_last_of('/') + 1);
  const std::string& text = finding.refusal;
  if (text.find(base) != std::string::npos) return true;
  const bool code = text.starts_with("corruption") || text.starts_with("unsupported");
  const bool place = text.find("sequence") != std::string::npos || text.find("log/") != std::string::npos ||
                     text.find("DIR/log") != std::string::npos || text.find("postings") != std::string::npos;
  return code && place;
}

std::string outcome_of(const Finding& finding) {
  if (!finding.refusal.empty()) return "names it";
  return finding.cut ? "cuts it and says so" : "reads the same";
}

/// Tries one harm and says, a line each, what came of it.
void try_harm(const Pipe& pipe, const DamageSubject& subject, const FileHarm& harm, const std::filesystem::path& path) {
  const Contents contents = contents_after(subject, harm);
  std::filesystem::remove_all(path);
  put_contents(path, contents);
  std::string said;
  for (const bool reader :
       {true, false}) {  // the reader first: it leaves the directory as it is, and that is looked at
    const Finding finding = reader ? probe_reader(subject, path) : probe_writer(subject, path, contents);
    const std::string who = reader ? "reader" : "writer";
    if (!finding.wrong.empty()) {
      said += "wrong\t" + text_of(harm) + ": " + who + ": " + finding.wrong + "\n";
    } else if (!finding.refusal.empty() && !names_it(finding, harm)) {
      said += "wrong\t" + text_of(harm) + ": " + who + " does not name it: " + finding.refusal + "\n";
    } else {
      said += "tally\t" + std::string(word_of(harm.kind)) + ", " + who + ": " + outcome_of(finding) + "\n";
    }
  }
  pipe.say(said);
}

/// One child and the stretch of `numbers` that it works through.
class Worker {
 public:
  Worker(const DamageSubject& subject, const Harms& harms, const std::vector<std::uint64_t>& numbers, std::size_t begin,
         std::size_t end)
      : harms_(harms), numbers_(numbers), end_(end) {
    *place_ = begin;
    child_ = std::make_unique<Child>([&](const Pipe& pipe) {
      refuse_preallocation();
      for (std::size_t at = begin; at < end; ++at) {
        *place_ = at;
        ::alarm(kSecondsAHarm);
        try_harm(pipe, subject, harms.at(numbers[at]), directory_.path() / "log");
      }
      *place_ = end;
    });
  }

  /// False: it has ended.
  bool listen() { return child_->listen(std::chrono::milliseconds(50)); }

  /// Takes in what it said. Returns where to go on: its end, or behind the harm that ended it.
  std::size_t finish(SweepReport& report) {
    const ChildEnd ended = child_->end();
    std::istringstream lines(ended.said);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t tab = line.find('\t');
      const std::string text = line.substr(tab + 1);
      if (line.starts_with("tally")) {
        ++report.tally[text];
      } else {
        report.wrong.push_back(text);
      }
    }
    const std::size_t at = *place_;
    if (at == end_ && ended.exit_code == 0) return end_;
    report.wrong.push_back(text_of(harms_.at(numbers_[at])) + ": " + ended.trouble());
    return at + 1;
  }
  [[nodiscard]] std::size_t end() const { return end_; }

 private:
  const Harms& harms_;
  const std::vector<std::uint64_t>& numbers_;
  const std::size_t end_;
  QuickDirectory directory_;
  Place place_;
  std::unique_ptr<Child> child_;
};

}  // namespace

SweepReport sweep(const DamageSubject& subject, const Harms& harms, const std::vector<std::uint64_t>& numbers,
                  const std::function<void(std::uint64_t done)>& progress) {
  SweepReport report;
  const std::size_t workers_max = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<Worker>> workers;
  std::size_t begun = 0;
  std::uint64_t done = 0;
  const auto begin = [&](std::size_t from, std::size_t end) {
    workers.push_back(std::make_unique<Worker>(subject, harms, numbers, from, end));
  };
  while (begun < numbers.size() || !workers.empty()) {
    while (workers.size() < workers_max && begun < numbers.size()) {
      const std::size_t end = std::min(begun + kBatch, numbers.size());
      begin(begun, end);
      begun = end;
    }
    for (std::size_t i = 0; i < workers.size();) {
      if (workers[i]->listen()) {
        ++i;
        continue;
      }
      const std::unique_ptr<Worker> ended = std::move(workers[i]);
      workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(i));
      const std::size_t next = ended->finish(report);
      if (next < ended->end()) begin(next, ended->end());
      done += next < ended->end() ? 0 : kBatch;
      if (progress) progress(std::min<std::uint64_t>(done, numbers.size()));
    }
  }
  return report;
}

}  // namespace daybook::test
