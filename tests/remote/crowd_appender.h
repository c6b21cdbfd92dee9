// One of a crowd's appending clients.
//
// Threads: run() on its own; the rest after it. Owns: its connection.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/remote/crowd.h"

namespace daybook::test {

class CrowdAppender {
 public:
  /// Connects. `number` decides how it appends: alone or many at a time, with expected versions, with keys of its own.
  CrowdAppender(CrowdState& state, const std::string& address, int number, std::uint64_t seed);

  /// Appends until the crowd leaves and all of it is acknowledged.
  void run();
  /// What was acknowledged: sequence and data of each event.
  [[nodiscard]] const std::vector<std::pair<std::uint64_t, std::string>>& told() const { return told_; }

 private:
  struct Flight;

  [[nodiscard]] Commit next_commit();
  void append_one();
  void append_many();
  void append_twice();
  void take(const Commit& commit, const Result<Appended>& result);

  CrowdState& state_;
  const int number_;
  std::mt19937_64 random_;
  std::unique_ptr<Log> log_;
  std::uint64_t commits_ = 0;
  std::uint64_t version_ = 0;  ///< Of its own stream.
  std::vector<std::pair<std::uint64_t, std::string>> told_;
};

}  // namespace daybook::test
