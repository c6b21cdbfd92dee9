// `daybook serve` as a process of its own, over a log in a directory of its own: to be killed, stopped and begun again
// at the same address.
//
// Threads: one at a time; address() any. Owns: the process and the directory.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"

namespace daybook::test {

class ServedLog {
 public:
  /// Starts it. `flags` go to each `serve`.
  explicit ServedLog(std::vector<std::string> flags = {});

  /// Where clients find it: the same for ever.
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::string directory() const { return scratch_ / "log.daybook"; }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

  /// Starts it again; returns at once.
  void start(const std::vector<std::string>& more_flags = {});
  /// Waits until it says that it listens.
  void await_ready();
  /// Kill -9.
  void kill();
  /// SIGTERM; it must end in good order.
  void stop();

 private:
  ScratchDirectory scratch_;
  std::vector<std::string> flags_;
  std::string address_;
  std::unique_ptr<CliProcess> process_;
};

/// A port of the loopback address that nobody listens on, and that the system gives to no outgoing connection: a client
/// that tries again and again to get to a server that is away would else meet itself there.
[[nodiscard]] int quiet_port();

/// Memory of a process that is in use (VmRSS).
[[nodiscard]] std::size_t resident_bytes(pid_t process);
/// The most that it ever was (VmHWM), or was since forget_peak().
[[nodiscard]] std::size_t peak_bytes(pid_t process);
/// Of this process.
void forget_peak();

}  // namespace daybook::test
