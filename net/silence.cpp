// A peer that reads slowly lets the window close; its kernel then answers our probes, so nothing stays unanswered. Only
// a peer that is gone leaves bytes or probes unanswered for long.
#include "net/silence.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <algorithm>
#include <optional>

namespace daybook::net {
namespace {

using std::chrono::milliseconds;

/// Keep-alives without an answer before the kernel gives up; they take the second half of the time.
constexpr int kProbes = 4;

void set(int descriptor, int option, int value) {
  static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, option, &value, sizeof value));
}

/// Nothing for what is no TCP socket.
std::optional<TcpState> state_of(int descriptor) {
  tcp_info info{};
  socklen_t bytes = sizeof info;
  if (descriptor < 0 || ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) return std::nullopt;
  return TcpState{.awaits_answer = info.tcpi_unacked > 0 || info.tcpi_probes > 0,
                  .since_last_answer = milliseconds(info.tcpi_last_ack_recv)};
}

}  // namespace

void set_keep_alive(int descriptor, milliseconds dead_after) {
  if (descriptor < 0 || dead_after.count() == 0) return;
  const int on = 1;
  static_cast<void>(::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on));
  const int seconds = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(dead_after).count());
  set(descriptor, TCP_KEEPIDLE, std::max(1, seconds / 2));
  set(descriptor, TCP_KEEPINTVL, std::max(1, seconds / 2 / kProbes));
  set(descriptor, TCP_KEEPCNT, kProbes);
}

bool has_ended(int descriptor) {
  pollfd asked{.fd = descriptor, .events = 0, .revents = 0};
  return descriptor >= 0 && ::poll(&asked, 1, 0) > 0 && (asked.revents & (POLLHUP | POLLERR)) != 0;
}

bool SilenceWatch::dead(std::chrono::steady_clock::time_point now) {
  if (dead_after_.count() == 0) return false;
  const auto state = state_of(descriptor_);
  return state && dead(now, *state);
}

bool SilenceWatch::dead(std::chrono::steady_clock::time_point now, const TcpState& state) {
  if (!state.awaits_answer) {
    waiting_ = false;
    return false;
  }
  // What is unanswered was sent since we last looked, or it would have been seen then; an answer begins the time anew.
  if (!waiting_) since_ = now;
  waiting_ = true;
  since_ = std::max(since_, now - state.since_last_answer);
  return now - since_ >= dead_after_;
}

}  // namespace daybook::net
