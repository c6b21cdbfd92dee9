// A peer that speaks to a server byte by byte, and keeps to no rule.
//
// Threads: one at a time. Owns: the socket.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/remote/patience.h"

namespace daybook::test {

/// A server that takes nothing for so long will not take more.
inline constexpr std::chrono::milliseconds kStuffed{100};

class RawPeer {
 public:
  /// Connects to `127.0.0.1:PORT`.
  explicit RawPeer(int port);
  ~RawPeer();
  RawPeer(RawPeer&& other) noexcept;
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  /// Sends all of it; false where the other side has gone, or takes nothing for a while.
  bool send(std::string_view bytes);
  /// Sends until nothing more is taken for `patience`; how many bytes were taken.
  std::size_t stuff(std::string_view bytes, std::chrono::milliseconds patience = kStuffed);
  /// No more comes from here.
  void end_sending();
  /// Up to `bytes` of what has come, waiting for some; empty at the end, or when nothing comes in `patience`.
  [[nodiscard]] std::string receive(std::size_t bytes, std::chrono::milliseconds patience = kPatience);
  /// The next message, framed as it came; nullopt at the end.
  [[nodiscard]] std::optional<std::string> receive_message();
  /// Takes and drops what comes until the other side ends the connection; false where it does not.
  [[nodiscard]] bool await_end(std::chrono::milliseconds patience = kPatience);

 private:
  [[nodiscard]] bool ready(short events, std::chrono::milliseconds patience) const;

  int socket_ = -1;
  std::string held_;  ///< Come, and not taken.
};

}  // namespace daybook::test
