// A process of its own for whatever opens a log. RocksDB's threads do not survive a fork, so the test's process never
// opens one itself: it forks, and what happens in the child, its end included, is what a test looks at.
//
// Threads: one at a time. Owns: the child until it has ended, and the pipe from it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace daybook::test {

/// How a child ended, and what it had to say.
struct ChildEnd {
  std::string said;    ///< Through Pipe::say, all of it.
  std::string errors;  ///< On its standard error.
  int exit_code = -1;  ///< -1: it was ended by a signal.
  int signal = 0;      ///< 0: it ended by itself.
  /// Empty where it ended by itself with 0; otherwise how it ended, for a person.
  [[nodiscard]] std::string trouble() const;
};

/// The child's way to its parent: what was said is with the parent even where the child is killed at once.
class Pipe {
 public:
  explicit Pipe(int descriptor) : descriptor_(descriptor) {}
  /// Any thread; up to 4 KiB are never mixed with what another thread says.
  void say(std::string_view bytes) const;
  /// From now on what the child prints goes this way, also that of a program that takes its place.
  void become_output() const;

 private:
  int descriptor_;
};

/// What a child is given before it counts as hanging.
inline constexpr std::chrono::seconds kChildTime{120};

class Child {
 public:
  /// Forks at once. A child that runs longer than kChildTime is ended by SIGALRM.
  explicit Child(const std::function<void(const Pipe&)>& body);
  /// Kills it if it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Takes in what it says for at most `wait`, or until it ended (then false).
  bool listen(std::chrono::microseconds wait);
  /// As far as it was listened to.
  [[nodiscard]] const std::string& said() const { return end_.said; }
  void kill();
  /// Waits for its end; takes in the rest.
  ChildEnd end();
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int from_child_ = -1;
  int errors_ = -1;
  bool ended_ = false;
  ChildEnd end_;
};

/// Runs `body` in a child and waits for it.
ChildEnd in_child(const std::function<void(const Pipe&)>& body);

}  // namespace daybook::test
