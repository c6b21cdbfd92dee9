// One of a crowd's subscribing clients.
//
// Threads: run() on its own; the rest after it. Owns: its connection.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/remote/crowd.h"

namespace daybook::test {

/// The type of the event that every follower waits for, to go home.
inline constexpr const char* kLastType = "Last";

class CrowdFollower {
 public:
  /// Connects. `number` decides what it asks for, and whether it begins anew now and then.
  CrowdFollower(CrowdState& state, const std::string& address, int number, std::uint64_t seed);

  /// Follows until it was given the last event.
  void run();
  /// All that it was given.
  [[nodiscard]] const std::vector<SeenEvent>& given() const { return given_; }
  /// What it asked for: all, or some types.
  [[nodiscard]] const Query& query() const { return options_.query; }

 private:
  [[nodiscard]] bool begin();
  void take(const Batch& batch);

  CrowdState& state_;
  std::mt19937_64 random_;
  const bool restless_;
  std::unique_ptr<Log> log_;
  SubscribeOptions options_;
  std::unique_ptr<Subscription> subscription_;
  std::vector<SeenEvent> given_;
  bool done_ = false;
};

}  // namespace daybook::test
