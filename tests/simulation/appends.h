// The appenders of a simulation: they submit commits, and hold every answer against the model.
//
// Threads: one at a time. Owns: the commits whose fate is not known.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace daybook::simulation {

class Appends {
 public:
  explicit Appends(World& world) : world_(world) {}

  /// Submits a new commit or a retry.
  void submit();
  /// Has every verdict told; then model and log agree on the head.
  void settle();
  [[nodiscard]] bool any_waiting() const { return !waiting_.empty(); }
  /// The process is gone: nobody is told any more.
  void forget_process();
  /// What is in the log that was just opened is what was there, and then commits that were told nothing or "may have
  /// been appended". At least `floor` events must have survived; the model becomes what the log is.
  void recover(Sequence floor);
  /// Retries a few known commits, and one key with other events: each must be known, with what was told then.
  void check_keys();
  /// A write failed: the log must be read-only.
  [[nodiscard]] bool log_is_broken() const { return broken_; }
  [[nodiscard]] std::uint64_t appended() const { return appended_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Waiting {
    SubmittedPtr commit;
    std::chrono::steady_clock::time_point deadline;
  };

  [[nodiscard]] Commit make_commit();
  void submit(Commit commit);
  void told(const SubmittedPtr& commit, const Result<Appended>& result);
  void told_success(const Submitted& commit, const Appended& appended, const SubmittedPtr& shared);
  void told_error(const Submitted& commit, const Error& error, const SubmittedPtr& shared);
  void take_in(const Block& block, const CommitInfo& info);

  World& world_;
  std::uint64_t number_ = 0;
  std::deque<Waiting> waiting_;           ///< In the order in which they were submitted.
  std::vector<SubmittedPtr> unresolved_;  ///< May or may not be in the log.
  std::uint64_t last_told_ = 0;
  std::uint64_t last_taken_in_ = 0;
  bool broken_ = false;
  std::uint64_t appended_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace daybook::simulation
