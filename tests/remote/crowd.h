// Appending and subscribing clients, all at work at once over connections of their own; and what must hold of what they
// were told, whatever happened to the server and to the lines between.
//
// Threads: the test's. Owns: the clients, a thread each.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "daybook/client.h"
#include "tests/remote/patience.h"

namespace daybook::test {

/// An event as it stands in the log.
struct SeenEvent {
  std::uint64_t sequence = 0;
  std::string type;
  std::string data;
  friend bool operator==(const SeenEvent&, const SeenEvent&) = default;
};

/// What a crowd shares.
struct CrowdState {
  Progress progress;
  std::uint64_t acknowledged = 0;      ///< Commits; under `progress`.
  std::uint64_t delivered = 0;         ///< Events, of all followers together; under `progress`.
  std::string trouble;                 ///< The first thing that was wrong; under `progress`.
  std::atomic<bool> leaving{false};    ///< Appenders: no more commits.
  std::atomic<bool> abandoned{false};  ///< The test has failed: followers, do not wait for the end.

  void wrong(const std::string& what) {
    progress.note([&] {
      if (trouble.empty()) trouble = what;
    });
  }
};

class CrowdAppender;
class CrowdFollower;

/// How clients of these tests connect: quickly again.
[[nodiscard]] ClientOptions quick_client(std::uint64_t seed);

class Crowd {
 public:
  /// Connects them all to `address`. The server is there.
  Crowd(std::string address, std::uint64_t seed, int appenders, int followers);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// Waits until `commits` more are acknowledged and `events` more delivered than now; fails the test if something goes
  /// wrong meanwhile.
  void await_progress(std::uint64_t commits, std::uint64_t events);

  /// Lets every appender finish, has every follower follow to the end, and sends them home.
  void finish();

  /// After finish(). `events` is all that is in the log. Each acknowledged event is there once, where it was said to
  /// be, and nothing else is; each follower was given each event that it asked for, once and in order.
  void check(const std::vector<SeenEvent>& events) const;

  /// Commits that were acknowledged.
  [[nodiscard]] std::uint64_t acknowledged();

 private:
  std::string address_;
  std::uint64_t seed_;
  CrowdState state_;
  std::vector<std::unique_ptr<CrowdAppender>> appenders_;
  std::vector<std::unique_ptr<CrowdFollower>> followers_;
  std::vector<std::thread> appending_;
  std::vector<std::thread> following_;
};

/// Everything in the log in `directory`, which nobody has open.
[[nodiscard]] std::vector<SeenEvent> events_in(const std::string& directory);

}  // namespace daybook::test
