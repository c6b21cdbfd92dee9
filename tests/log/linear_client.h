// A client of a log that many use at once: what it does is drawn from a seed, what it was told is kept for
// tests/log/linear_history.h.
//
// Threads: run() on its own; the rest after it. Owns: what it was told; refers to the log and the history.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "daybook/log.h"
#include "tests/log/linear_history.h"

namespace daybook::test {

/// It knows what its last answers told it, as real clients do, so many expectations are stale.
class LinearClient {
 public:
  /// `number` is its own; it shares keys with its neighbour.
  LinearClient(Log& log, LinearHistory& history, std::uint64_t seed, int number);

  /// Appends and reads, `rounds` times.
  void run(int rounds);
  /// Hands over what it was told.
  void tell(LinearHistory& history);

 private:
  [[nodiscard]] std::string stream();
  [[nodiscard]] Query query();
  [[nodiscard]] std::vector<Event> events(std::mt19937_64& random, const std::string& name);
  [[nodiscard]] Commit shared_commit();
  [[nodiscard]] Result<Appended> append(const Commit& commit, AppendOptions options = {});
  void append_with_conditions();
  void append_in_a_hurry();
  void read_stream();
  void read_events();
  void remember(const Result<Appended>& result);

  Log& log_;
  LinearHistory& history_;
  const std::string name_;
  std::mt19937_64 random_;
  const std::string shared_name_;
  std::mt19937_64 shared_random_;
  std::map<std::string, Version> known_;
  int round_ = 0;
  std::vector<AppendSeen> appends_;
  std::vector<ReadSeen> reads_;
};

}  // namespace daybook::test
