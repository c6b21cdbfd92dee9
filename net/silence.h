// Whether the machine at the other end still answers. TCP's keep-alive asks while nothing is on its way. While
// something is, the kernel only repeats it, for a quarter of an hour by default; and its own limit for that
// (TCP_USER_TIMEOUT) also ends connections whose peer is alive and reads slowly. So that case is watched here.
//
// Threads: the loop's of the connection. Owns: nothing.
#pragma once

#include <chrono>

namespace daybook::net {

/// What the kernel says of a TCP connection.
struct TcpState {
  bool awaits_answer = false;                     ///< Sent and not acknowledged, or asked for room and not answered.
  std::chrono::milliseconds since_last_answer{};  ///< From the peer's kernel, of whatever kind.
};

/// Has the kernel end the TCP connection `descriptor` when the peer leaves `dead_after` of keep-alives unanswered.
/// Nothing for other sockets, and for 0.
void set_keep_alive(int descriptor, std::chrono::milliseconds dead_after);

/// Whether the kernel knows that nothing more will come of the connection `descriptor`, nor go: it was reset, or, of a
/// Unix socket, closed. Whoever reads learns it by itself.
[[nodiscard]] bool has_ended(int descriptor);

/// Asked now and then, says when a peer that ought to have answered has not for `dead_after`.
class SilenceWatch {
 public:
  /// `descriptor` stays open as long as this is asked; one that is no TCP socket is never dead.
  SilenceWatch(int descriptor, std::chrono::milliseconds dead_after)
      : descriptor_(descriptor), dead_after_(dead_after) {}

  /// Whether the peer is dead. `now` never goes back.
  [[nodiscard]] bool dead(std::chrono::steady_clock::time_point now);

  /// The same, of what the kernel said.
  [[nodiscard]] bool dead(std::chrono::steady_clock::time_point now, const TcpState& state);

 private:
  int descriptor_;
  std::chrono::milliseconds dead_after_;
  bool waiting_ = false;                           ///< Something was unanswered when asked last.
  std::chrono::steady_clock::time_point since_{};  ///< Since when, at the least.
};

}  // namespace daybook::net
