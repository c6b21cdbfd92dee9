// What concurrent clients did to a log and were told, with the order of calls and answers; and the check that some
// one-by-one order explains all of it. The log claims to know that order (its sequences), so the check is a replay in
// that order, and a look at whether each answer fits the time between its call and itself.
//
// Threads: stamp() any; the rest one at a time, after all threads ended. Owns: the operations.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daybook/log.h"

namespace daybook::test {

/// When: a call's stamp is taken before it begins, its answer's after it returned. Never the same twice.
using Stamp = std::uint64_t;

/// An append as its client saw it.
struct AppendSeen {
  Stamp called = 0;
  Stamp answered = 0;
  Commit commit;
  Result<Appended> result{};
  Sequence head_after;  ///< What head() said after the answer.
};

/// A read as its client saw it. Without a stream: of events.
struct ReadSeen {
  Stamp called = 0;
  Stamp answered = 0;
  std::string stream;  ///< stream_head() was asked; else empty.
  Version version;     ///< What it said.
  ReadOptions options;
  std::vector<std::pair<std::uint64_t, std::string>> events;  ///< Sequence and data.
};

class LinearHistory {
 public:
  /// The next stamp.
  [[nodiscard]] Stamp stamp() { return stamps_.fetch_add(1); }
  void add(AppendSeen append) { appends_.push_back(std::move(append)); }
  void add(ReadSeen read) { reads_.push_back(std::move(read)); }

  /// Checks everything that was added against `events`, the log's content at the end: data by sequence, from 1. Every
  /// event's data is unique. Ends the test case where something does not fit.
  void check(const std::vector<std::string>& events);

  /// How many appends came to what, for a test that wants to have met them all.
  [[nodiscard]] std::size_t appended() const { return appended_.size(); }
  [[nodiscard]] std::size_t repeated() const { return repeated_; }
  [[nodiscard]] std::size_t refused() const { return refused_; }
  [[nodiscard]] std::size_t unknown() const { return unknown_; }

 private:
  /// Largest sequence known at a stamp: of what was answered, or called, before it.
  using Known = std::map<Stamp, std::uint64_t>;

  void order(std::size_t events);
  void replay(const std::vector<std::string>& events);
  void check_commit_at(const AppendSeen& append);
  void check_answer(const AppendSeen& append);
  void check_conflict(const AppendSeen& append, const Conflict& conflict);
  void check_read(const ReadSeen& read);
  [[nodiscard]] std::uint64_t first_match(const FailIfMatch& condition) const;
  [[nodiscard]] std::uint64_t version_at(const std::string& stream, std::uint64_t sequence) const;
  /// Everything through here was answered before `stamp`, so whoever called later must see it.
  [[nodiscard]] std::uint64_t known_at(Stamp stamp) const;
  /// Nothing beyond this had been called for by `stamp`, so nobody who was answered then can have seen more.
  [[nodiscard]] std::uint64_t possible_at(Stamp stamp) const;

  std::atomic<Stamp> stamps_{1};
  std::vector<AppendSeen> appends_;
  std::vector<ReadSeen> reads_;

  std::map<std::uint64_t, const AppendSeen*> appended_;        ///< By first sequence.
  std::map<IdempotencyKey, const AppendSeen*> by_key_;         ///< Those of them with a key.
  std::vector<const Event*> events_;                           ///< By sequence minus 1.
  std::vector<std::uint64_t> commit_of_;                       ///< First sequence of each event's commit.
  std::map<std::string, std::vector<std::uint64_t>> streams_;  ///< The sequences of each.
  Known known_;
  Known possible_;
  std::size_t repeated_ = 0;
  std::size_t refused_ = 0;
  std::size_t unknown_ = 0;
};

}  // namespace daybook::test
