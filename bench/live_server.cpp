// The server is `daybook serve` itself, not a server inside this program: its processor time and memory are then its
// own, and what is measured is what a user starts.
#include "bench/live_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "bench/append_run.h"
#include "bench/measure.h"
#include "daybook/client.h"

namespace daybook::bench {
namespace {

constexpr std::string_view kReady = "listening on ";

/// The line that says where it listens, without its beginning; empty where it ended without one.
std::string ready_address(int descriptor) {
  std::string line;
  char letter = 0;
  while (::read(descriptor, &letter, 1) == 1 && letter != '\n') line += letter;
  return line.starts_with(kReady) ? line.substr(kReady.size()) : std::string();
}

}  // namespace

LiveServer::LiveServer(const std::string& directory, const std::string& listen) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) give_up("pipe", {.code = Code::io, .message = "no pipe"});
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // it does not outlive the benchmark
    ::dup2(pipe[1], STDOUT_FILENO);
    ::close(pipe[0]);
    // Its projections stop at the first event, which is no order as they know them, and would say so.
    ::execl(DAYBOOK_BINARY, DAYBOOK_BINARY, "serve", "--log", directory.c_str(), "--listen", listen.c_str(),
            "--log-level", "off", nullptr);
    std::perror("daybook-bench: cannot run " DAYBOOK_BINARY);
    ::_exit(127);
  }
  ::close(pipe[1]);
  address_ = ready_address(pipe[0]);
  ::close(pipe[0]);
  if (address_.empty()) give_up("serve", {.code = Code::io, .message = "the server did not say where it listens"});
}

LiveServer::~LiveServer() {
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
}

std::unique_ptr<Log> LiveServer::connect() const {
  auto log = daybook::connect(address_);
  if (!log) give_up("connect", log.error());
  return std::move(*log);
}

std::vector<std::unique_ptr<Log>> LiveServer::connect(std::size_t clients) const {
  std::vector<std::unique_ptr<Log>> logs;
  for (std::size_t client = 0; client < clients; ++client) logs.push_back(connect());
  return logs;
}

double LiveServer::resident_mib() const {
  return bench::resident_mib(process_);
}

}  // namespace daybook::bench
