// A bad line: a TCP proxy on the loopback address that cuts connections at any byte, in good order or not, lets bytes
// lie until more came, hands them on in pieces, and swallows them. All drawn from one seed.
//
// Threads: any. Owns: a thread, the sockets.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace daybook::test {

/// What it did so far.
struct ProxyCounts {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> closed{0};     ///< Cut off in good order, most of them inside of a message.
  std::atomic<std::uint64_t> reset{0};      ///< Cut off without.
  std::atomic<std::uint64_t> refused{0};    ///< Cut off before a byte.
  std::atomic<std::uint64_t> swallowed{0};  ///< Cut off after bytes went nowhere.
  std::atomic<std::uint64_t> held{0};       ///< Times that bytes lay for a while.
  [[nodiscard]] std::uint64_t cuts() const { return closed + reset + refused + swallowed; }
};

class CuttingProxy {
 public:
  /// Before `target`, `127.0.0.1:PORT`.
  CuttingProxy(const std::string& target, std::uint64_t seed);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  /// Where clients find it.
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const ProxyCounts& counts() const { return counts_; }
  /// From now on it is a good line; what has swallowed something is still cut.
  void calm() { calm_ = true; }

 private:
  struct Direction;
  struct Link;
  class Switchboard;

  std::string address_;
  ProxyCounts counts_;
  std::atomic<bool> calm_{false};
  std::atomic<bool> ending_{false};
  int listening_ = -1;
  std::thread thread_;
};

}  // namespace daybook::test
