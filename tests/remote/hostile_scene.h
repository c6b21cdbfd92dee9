// A server in this process, so that the address sanitizer watches it, among hostile peers and one good client.
//
// Threads: the test's. Owns: the log, the server, the good client's thread.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "daybook/client.h"
#include "daybook/server.h"
#include "tests/log/log_fixture.h"
#include "tests/remote/patience.h"
#include "tests/remote/raw_peer.h"

namespace daybook::test {

/// Appends, reads back and follows, all the while; whatever it is told must be right.
class GoodClient {
 public:
  explicit GoodClient(const std::string& address);
  ~GoodClient();
  /// Waits until it was served `rounds` times more than now.
  void await_rounds(std::uint64_t rounds);

 private:
  void run();
  [[nodiscard]] std::string round(Subscription& subscription, std::uint64_t number);

  std::unique_ptr<Log> log_;
  Progress progress_;
  std::uint64_t rounds_ = 0;
  std::string trouble_;
  bool leaving_ = false;
  std::thread thread_;
};

class HostileScene {
 public:
  explicit HostileScene(const std::function<void(ServerOptions&)>& change = {});
  ~HostileScene();

  [[nodiscard]] RawPeer peer() const { return RawPeer(port_); }
  /// One that has logged in and opened the log, which it need not know yet.
  [[nodiscard]] RawPeer guest() const;
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] Log& log() { return *log_.operator->(); }
  [[nodiscard]] const Server& server() const { return *server_; }

  /// `mib` of events, three of eight of type `Few`.
  void fill(std::size_t mib);
  /// What the process takes now is what growth is measured from.
  void measure_from_here();
  /// Waits for the good client to be served, a few times, and looks at memory: besides what the good client costs it
  /// may hold `mib` more than it did, and, unless that is 0, have held `peak_mib` more at any time.
  void check_served(std::size_t mib, std::size_t peak_mib = 0);
  /// Waits until the server counts `connections` (the good client's is one) and `subscriptions` at most.
  void await_count(std::uint64_t connections, std::uint64_t subscriptions);

 private:
  [[nodiscard]] std::size_t grown(std::size_t bytes) const { return bytes > memory_ ? bytes - memory_ : 0; }

  LogFixture log_;
  std::unique_ptr<Server> server_;
  int port_ = 0;
  std::unique_ptr<GoodClient> good_;
  std::size_t memory_ = 0;
};

}  // namespace daybook::test
