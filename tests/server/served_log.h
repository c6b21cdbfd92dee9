// A log with a server before it, on a Unix socket and on a loopback port.
//
// Threads: the test's. Owns: the log, its directory, the server.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "daybook/log.h"
#include "daybook/server.h"
#include "tests/log/log_fixture.h"

namespace daybook::test {

class ServedLog {
 public:
  explicit ServedLog(const std::function<void(ServerOptions&)>& change = {},
                     const std::function<void(Options&)>& change_log = {}) {
    log_options_.create_if_missing = true;
    log_options_.durability = Durability::buffered;
    log_options_.disk_free_bytes_min = 0;
    if (change_log) change_log(log_options_);
    server_options_.listen = {"unix:" + (directory_.path() / "socket").string(), "127.0.0.1:0"};
    if (change) change(server_options_);
    open();
  }
  ~ServedLog() { close(); }
  ServedLog(const ServedLog&) = delete;
  ServedLog& operator=(const ServedLog&) = delete;

  void open() {
    auto log = Log::open(path(), log_options_);
    if (!log) FAIL(to_string(log.error()));
    log_ = std::move(*log);
    auto server = Server::start(*log_, server_options_);
    if (!server) FAIL(to_string(server.error()));
    server_ = std::move(*server);
  }
  void close() {
    if (!server_) return;
    server_.reset();
    CHECK(log_->close());
    log_.reset();
  }

  Log* operator->() { return log_.get(); }
  Log& log() { return *log_; }
  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] const std::string& unix_address() const { return server_->addresses()[0]; }
  [[nodiscard]] const std::string& tcp_address() const { return server_->addresses()[1]; }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "log.daybook"; }

  /// Waits until the server's figures are so; nobody tells, so this asks again and again.
  void await_statistics(const std::function<bool(const ServerStatistics&)>& ready) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!ready(server_->statistics())) {
      if (std::chrono::steady_clock::now() > until) FAIL("the figures did not change in time");
      std::this_thread::yield();
    }
  }

  /// Appends `count` events of one commit each.
  void fill(std::uint64_t count, const std::string& type = "T", std::size_t data_bytes = 10) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string stream = "s-" + std::to_string(i % 7);
      REQUIRE(log_->append({.events = {{.stream = stream, .type = type, .data = std::string(data_bytes, 'x')}}}));
    }
  }

 private:
  TemporaryDirectory directory_;
  Options log_options_;
  ServerOptions server_options_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Server> server_;
};

}  // namespace daybook::test
