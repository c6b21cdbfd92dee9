// The simulation's model against a live server: what a client is told over the wire is what a list in memory says.
//
// Threads: the test's. Owns: the log, the server, the client's connection.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daybook/client.h"
#include "daybook/server.h"
#include "tests/log/log_fixture.h"
#include "tests/simulation/world.h"

namespace daybook::test {

/// A subscriber that stores its checkpoint, and goes on from it over other connections.
class WireSubscriber {
 public:
  explicit WireSubscriber(simulation::World& world);

  /// Takes some of what has come.
  void step();
  /// Takes everything up to the head.
  void catch_up();
  /// Its connection goes.
  void forget() { subscription_.reset(); }

 private:
  [[nodiscard]] bool take(std::chrono::nanoseconds wait);

  simulation::World& world_;
  const Query query_;
  std::optional<Checkpoint> stored_;
  std::unique_ptr<Subscription> subscription_;
  Sequence through_;  ///< Everything up to here was delivered or does not match.
};

class WireWorld {
 public:
  explicit WireWorld(std::uint64_t seed);
  ~WireWorld();

  /// Does something that clients do, or that befalls servers.
  void step();
  /// Compares everything.
  void finish();
  /// What was wrong; empty: nothing.
  [[nodiscard]] const std::string& trouble() const { return world_.trouble; }
  [[nodiscard]] std::uint64_t appended() const { return appended_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

 private:
  void start_server();
  void connect_again();
  [[nodiscard]] Commit next_commit();
  void append_some(std::size_t commits);
  void append_one();
  void judge(const simulation::SubmittedPtr& commit, const Result<Appended>& result);

  LogFixture served_;
  std::string address_;
  std::unique_ptr<Server> server_;
  simulation::World world_;
  std::vector<std::unique_ptr<WireSubscriber>> subscribers_;
  std::uint64_t number_ = 0;
  std::uint64_t appended_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t restarts_ = 0;
};

}  // namespace daybook::test
