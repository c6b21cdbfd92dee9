// Redis as a Store: one Redis stream of all events, over a Unix socket, with a server that syncs before it answers.
//
// Threads: as a Store. Owns: its connections; the server is another's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/peers/store.h"

namespace daybook::bench {

class RedisStore : public Store {
 public:
  /// Everything that the server at `socket` holds is thrown away at each begin(). Exits the program where the server
  /// does not sync each write before it answers.
  explicit RedisStore(std::string socket);
  ~RedisStore() override;
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool checks_versions() const override { return true; }
  [[nodiscard]] bool folds() const override { return false; }
  void begin(std::uint32_t producers) override;
  void append(std::uint32_t producer, Commit commit) override;
  [[nodiscard]] std::uint64_t replay() override;

 private:
  class Connection;

  std::string socket_;
  std::string name_;
  std::string checked_append_;  ///< The server's name of the script that checks a version.
  std::unique_ptr<Connection> own_;
  std::vector<std::unique_ptr<Connection>> producers_;
};

}  // namespace daybook::bench
