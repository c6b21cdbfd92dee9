// daybook's server as a Store: a connection a producer, over a Unix socket, as Redis is met.
//
// Threads: as a Store. Owns: the server's process, its log's directory, the connections.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "bench/live_server.h"
#include "bench/peers/store.h"
#include "daybook/log.h"

namespace daybook::bench {

class ServedStore : public Store {
 public:
  /// Works in `directory`, which nobody else uses, and listens in `door`, whose path is short.
  ServedStore(std::filesystem::path directory, std::filesystem::path door)
      : directory_(std::move(directory)), door_(std::move(door)) {}
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] bool checks_versions() const override { return true; }
  [[nodiscard]] bool folds() const override { return false; }
  void begin(std::uint32_t producers) override;
  void append(std::uint32_t producer, Commit commit) override;
  [[nodiscard]] std::uint64_t replay() override;

 private:
  std::filesystem::path directory_;
  std::filesystem::path door_;
  std::unique_ptr<LiveServer> server_;
  std::vector<std::unique_ptr<Log>> logs_;  ///< One a producer.
};

}  // namespace daybook::bench
