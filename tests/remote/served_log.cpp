// The server's standard error is the test's, so that what it has to say stands beside the failure; warnings only.
#include "tests/remote/served_log.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>
#include <string_view>

#include <doctest/doctest.h>

namespace daybook::test {
namespace {

std::size_t status_bytes(pid_t process, std::string_view line) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    std::size_t kib = 0;
    if (word == line && status >> kib) return kib * 1024;
  }
  FAIL("no memory figure of process " << process);
  return 0;
}

}  // namespace

ServedLog::ServedLog(std::vector<std::string> flags)
    : flags_(std::move(flags)), address_("127.0.0.1:" + std::to_string(quiet_port())) {
  start();
  await_ready();
}

void ServedLog::start(const std::vector<std::string>& more_flags) {
  std::vector<std::string> arguments{
      "serve", "--log", directory(), "--listen", address_, "--log-level", "error", "--disk-free-bytes-min", "0"};
  arguments.insert(arguments.end(), flags_.begin(), flags_.end());
  arguments.insert(arguments.end(), more_flags.begin(), more_flags.end());
  process_ = std::make_unique<CliProcess>(arguments);
}

void ServedLog::await_ready() {
  const auto line = process_->read_line();
  REQUIRE_MESSAGE(line.has_value(), "the server ended before it listened");
  REQUIRE(*line == "listening on " + address_);
}

void ServedLog::kill() {
  process_->signal(SIGKILL);
  REQUIRE(process_->wait() == 128 + SIGKILL);
}

void ServedLog::stop() {
  process_->signal(SIGTERM);
  REQUIRE(process_->wait() == 0);
}

int quiet_port() {
  int lowest_given_out = 32768;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> lowest_given_out;
  std::mt19937 random(std::random_device{}());
  for (int tries = 0; tries < 1000; ++tries) {
    const int port = std::uniform_int_distribution<int>(10'000, lowest_given_out - 1)(random);
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET,
                        .sin_port = htons(static_cast<std::uint16_t>(port)),
                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
                        .sin_zero = {}};
    const bool taken = ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
    ::close(probe);
    if (!taken) return port;
  }
  FAIL("no free port below " << lowest_given_out);
  return 0;
}

std::size_t resident_bytes(pid_t process) {
  return status_bytes(process, "VmRSS:");
}

std::size_t peak_bytes(pid_t process) {
  return status_bytes(process, "VmHWM:");
}

void forget_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace daybook::test
