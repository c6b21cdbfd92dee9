// A `daybook serve` of its own process, as a remote client meets it.
//
// Threads: one at a time. Owns: the process.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "daybook/log.h"

namespace daybook::bench {

class LiveServer {
 public:
  /// Serves the log in `directory`, which is made where there is none, on a free loopback port unless said; exits the
  /// program where that fails.
  explicit LiveServer(const std::string& directory, const std::string& listen = "127.0.0.1:0");
  /// Ends it in good order, and waits for that.
  ~LiveServer();
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  [[nodiscard]] std::unique_ptr<Log> connect() const;
  [[nodiscard]] std::vector<std::unique_ptr<Log>> connect(std::size_t clients) const;
  /// Its resident memory now.
  [[nodiscard]] double resident_mib() const;

 private:
  pid_t process_ = -1;
  std::string address_;
};

}  // namespace daybook::bench
