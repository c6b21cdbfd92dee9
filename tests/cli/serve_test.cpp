// `serve` as a process: its line, its end, its lock, what it leaves behind, and what it refuses to begin with.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/served_log.h"
#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"

using daybook::test::CliProcess;
using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::directory_state;
using daybook::test::lines_of;
using daybook::test::number_in;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;
using daybook::test::ServedLog;

namespace {

const std::vector<std::string> kEvent{"append", "--stream", "s", "--type", "T", "--data", "1"};

/// A datagram socket, as a service manager has one.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size());
    if (path.starts_with('@')) address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~NotifySocket() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(socket_);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  /// Waits for the next one.
  [[nodiscard]] std::string receive() const {
    std::array<char, 4096> bytes{};
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    REQUIRE(got > 0);
    return {bytes.data(), static_cast<std::size_t>(got)};
  }

 private:
  int socket_;
};

std::string address_file(const ServedLog& served) {
  std::ifstream in(served.log() + "/server/address", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("serve: makes the log, says in one line where it listens, and ends with 0 on SIGTERM with the log closed") {
  const ScratchDirectory scratch;
  CliProcess server({"serve", "--log", scratch / "log", "--listen", "127.0.0.1:0", "--listen",
                     "unix:" + (scratch / "s"), "--log-level", "error"});
  const std::string line = server.read_line().value_or("");
  REQUIRE(line.starts_with("listening on 127.0.0.1:"));
  CHECK(line.ends_with(" unix:" + (scratch / "s")));
  CHECK_FALSE(contains(line, ":0 "));
  const std::string tcp = line.substr(13, line.find(' ', 13) - 13);
  CHECK(run_cli({"append", "--stream", "s", "--type", "T", "--data", "1", "--server", tcp}).exit_code == 0);
  CHECK(lines_of(run_cli({"read", "--server", "unix:" + (scratch / "s")}).out).size() == 1);
  server.signal(SIGTERM);
  CHECK(server.read_rest().empty());
  CHECK(server.wait() == 0);
  CHECK_FALSE(std::filesystem::exists(scratch / "s"));
  CHECK(contains(run_cli({"stats", "--json", "--log", scratch / "log"}).out, "\"recovered\":\"clean\""));
  CHECK(contains(run_cli({"doctor", "--log", scratch / "log"}).out, ", closed, "));
}

TEST_CASE("serve: SIGINT ends it as SIGTERM does, and with --json the line is an object") {
  ServedLog served;
  served.start();
  CHECK(served.ready_line().starts_with(R"({"listen":["unix:)"));
  CHECK(number_in(served.ready_line(), "head") == 0);
  served.process().signal(SIGINT);
  CHECK(served.process().wait() == 0);
}

TEST_CASE("serve: a second signal, of the other kind too, ends it at once") {
  ServedLog served;
  served.start();
  // Stopped, it gets both before it can do anything about the first.
  for (const int signal : {SIGSTOP, SIGTERM, SIGINT, SIGCONT}) served.process().signal(signal);
  const int exit_code = served.process().wait();
  CHECK_MESSAGE((exit_code == 128 + SIGINT || exit_code == 128 + SIGTERM), exit_code);
  served.start();
  CHECK(served.stop() == 0);
}

TEST_CASE("serve: tells a service manager that it is ready and that it stops, by path and by abstract name") {
  const ScratchDirectory scratch;
  for (const std::string& name : {scratch / "notify", "@daybook-test-" + std::to_string(::getpid())}) {
    CAPTURE(name);
    const NotifySocket manager(name);
    ServedLog served;
    served.start();
    CHECK(manager.receive() == "READY=1\nSTATUS=listening on " + served.address());
    CHECK(served.stop() == 0);
    CHECK(manager.receive() == "STOPPING=1");
  }
}

TEST_CASE("serve: who wants to write beside it is told who holds the log, and which --server to use") {
  ServedLog served;
  served.start();
  CHECK(address_file(served).ends_with("\nlisten " + served.address() + "\n"));
  const std::vector<std::vector<std::string>> writers{kEvent,
                                                      {"append", "-"},
                                                      {"generate", "retail", "--orders", "1"},
                                                      {"repair", "--yes"},
                                                      {"serve", "--listen", "127.0.0.1:0"}};
  for (const auto& writer : writers) {
    CAPTURE(writer.front());
    const CliResult refused = served.local(writer);
    CHECK(refused.exit_code == 3);
    CHECK(lines_of(refused.err).back().starts_with("daybook: "));
    CHECK(contains(refused.err, "holds the log: pid "));
    CHECK(contains(refused.err, "; reach it by --server " + served.address()));
  }
  CHECK(served.stop() == 0);
  CHECK(address_file(served).empty());
  CHECK(served.local(kEvent).exit_code == 0);
}

TEST_CASE("serve: the address of a server that is gone, or that was tampered with, is not believed") {
  ServedLog served;
  served.start();
  served.kill();
  CHECK_FALSE(address_file(served).empty());
  const auto holder_is_told = [&served] {
    CliProcess writer({"append", "-", "--log", served.log()});
    writer.send("{\"stream\":\"s\",\"type\":\"t\",\"data\":1}\n");
    REQUIRE(writer.read_line().has_value());
    const CliResult refused = served.local(kEvent);
    CHECK(refused.exit_code == 3);
    CHECK(contains(refused.err, "holds the log: pid "));
    return contains(refused.err, "--server");
  };
  CHECK_FALSE(holder_is_told());
  served.start();
  const std::string text = address_file(served);
  const std::string pid_line = text.substr(0, text.find('\n') + 1);
  const std::string path = served.log() + "/server/address";
  const std::vector<std::string> forgeries{"",
                                           pid_line,
                                           pid_line + "listen nonsense\n",
                                           pid_line + "listen unix:/a\x1b[2Jb\n",
                                           "pid 1\nlisten 127.0.0.1:1\n",
                                           pid_line + std::string(5000, 'x')};
  for (const std::string& content : forgeries) {
    CAPTURE(content);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    CHECK_FALSE(contains(served.local(kEvent).err, "--server"));
  }
  std::filesystem::remove(path);
  std::ofstream(served.path("elsewhere"), std::ios::binary) << text;
  std::filesystem::create_symlink(served.path("elsewhere"), path);
  CHECK_FALSE(contains(served.local(kEvent).err, "--server"));
  CHECK(served.stop() == 0);
}

TEST_CASE("serve: beside it every command that only reads works on DIR, and changes nothing there") {
  ServedLog served;
  served.start();
  REQUIRE(served.remote({"generate", "retail", "--orders", "20"}).exit_code == 0);
  served.catch_up();
  const std::string before = directory_state(served.log());
  const std::vector<std::vector<std::string>> readers{{"read"},
                                                      {"get", "1"},
                                                      {"inspect", "1"},
                                                      {"streams"},
                                                      {"stats"},
                                                      {"verify"},
                                                      {"doctor"},
                                                      {"export"},
                                                      {"projection", "list"},
                                                      {"projection", "query", "inventory"},
                                                      {"replay", "inventory"}};
  for (const auto& reader : readers) {
    CAPTURE(reader.front());
    const CliResult result = served.local(reader);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
  }
  CHECK(directory_state(served.log()) == before);
}

TEST_CASE("serve: killed and started again it serves everything that was acknowledged, on the same socket") {
  ServedLog served;
  served.start();
  for (std::uint64_t round = 1; round <= 3; ++round) {
    REQUIRE(served.remote(kEvent).exit_code == 0);
    served.kill();
    served.start();
    CHECK(number_in(served.ready_line(), "head") == round);
    CHECK(lines_of(served.remote({"read"}).out).size() == round);
  }
  CHECK(served.stop() == 0);
}

TEST_CASE("serve: without --insecure an address that others reach is refused, exit 2, and no log is made") {
  const ScratchDirectory scratch;
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:4290"}) {
    CAPTURE(address);
    const CliResult refused = run_cli({"serve", "--log", scratch / "log", "--listen", address});
    CHECK(refused.exit_code == 2);
    CHECK(lines_of(refused.err).size() == 1);
    CHECK(contains(refused.err, "insecure"));
    CHECK_FALSE(std::filesystem::exists(scratch / "log"));
  }
  CliProcess server({"serve", "--log", scratch / "log", "--listen", "0.0.0.0:0", "--insecure", "--log-level", "error"});
  CHECK(server.read_line().value_or("").starts_with("listening on 0.0.0.0:"));
  server.signal(SIGTERM);
  CHECK(server.wait() == 0);
}

TEST_CASE("serve: an address in use is exit 3 with one line, and the log is free again") {
  ServedLog served;
  served.start();
  const ScratchDirectory scratch;
  const CliResult refused =
      run_cli({"serve", "--log", scratch / "log", "--listen", served.address(), "--log-level", "error"});
  CHECK(refused.exit_code == 3);
  CHECK(lines_of(refused.err).size() == 1);
  CHECK(refused.out.empty());
  CHECK(contains(refused.err, served.path("socket")));
  CHECK(run_cli({"verify", "--log", scratch / "log"}).exit_code == 0);
  CHECK(served.remote(kEvent).exit_code == 0);
}

TEST_CASE("serve: log lines are text or JSON, one a line, without payloads; --log-level off leaves them away") {
  const auto lines_with = [](const std::string& flags) {
    const ScratchDirectory scratch;
    const CliResult result = run_shell(
        "coproc S { exec '" DAYBOOK_BINARY "' serve --log 'a \"log\"' --listen unix:s " + flags +
            "; }\nserver=$S_PID\nread -r line <&${S[0]}\n"
            "daybook append --server unix:s --stream s --type T --data '\"secret\"' >&2\nkill $server; wait $server",
        {.directory = scratch.path()});
    CHECK(result.exit_code == 0);
    CHECK_FALSE(contains(result.err, "secret"));
    std::vector<std::string> lines = lines_of(result.err);
    std::erase(lines, "appended event 1: s is at version 1");
    return lines;
  };
  const std::vector<std::string> text = lines_with("");
  REQUIRE(text.size() >= 3);
  CHECK(contains(text.front(), "Z info daybook: serving log=a \"log\" head=0 listen=unix:s; "));
  CHECK(contains(text.back(), "Z info daybook: stopped head=1; the log is closed"));
  for (const std::string& line : lines_with("--log-format json")) {
    CAPTURE(line);
    CHECK(run_shell("read -r line; jq -e '.time and .level and .logger == \"daybook\" and .message' <<<\"$line\"",
                    {.input = line + "\n"})
              .exit_code == 0);
  }
  CHECK(lines_with("--log-level off").empty());
}
