// A whole server, over a Unix socket: whatever a peer sends, the connection ends when the peer has ended it, and a good
// client is served as before.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/logger.h"
#include "daybook/client.h"
#include "daybook/server.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/rpc_script.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

constexpr int kPatienceMs = 15'000;
constexpr std::uint64_t kLookEvery = 64;

/// A log in memory with some events, its server, and a client. They live as long as the process: what libFuzzer does at
/// its end is no time to close a server.
struct Scene {
  Scene() {
    configure_logger(LogFormat::text, LogLevel::off);
    auto opened =
        Log::open("in-memory", {.create_if_missing = true, .in_memory = true, .disk_free_bytes_min = 0, .seed = 1});
    DAYBOOK_CHECK(opened.has_value(), "a log in memory opens");
    log = std::move(*opened);
    for (int i = 0; i < 300; ++i) {
      Event event{.stream = "s" + std::to_string(i % 7), .type = "T" + std::to_string(i % 3), .data = "some data"};
      DAYBOOK_CHECK(log->append({.events = {std::move(event)}}), "a commit is appended");
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "daybook-fuzz-XXXXXX").string();
    DAYBOOK_CHECK(::mkdtemp(pattern.data()) != nullptr, "a folder for the socket");
    path = pattern + "/socket";
    auto started = Server::start(*log, {.listen = {"unix:" + path}});
    DAYBOOK_CHECK(started.has_value(), "a server starts");
    server = std::move(*started);
    auto connected = connect("unix:" + path, {.seed = 1});
    DAYBOOK_CHECK(connected.has_value(), "a client connects");
    client = std::move(*connected);
    std::atexit([] { std::filesystem::remove_all(std::filesystem::path(scene().path).parent_path()); });
  }

  static Scene& scene() {
    static Scene* const one = new Scene;
    return *one;
  }

  void look() const {
    const auto appended = client->append({.events = {{.stream = "good", .type = "Good"}}});
    DAYBOOK_CHECK(appended.has_value(), "a good client appends");
    const auto event = client->get(appended->first);
    DAYBOOK_CHECK(event && event->view().stream() == "good", "and reads");
  }

  std::unique_ptr<Log> log;
  std::string path;
  std::unique_ptr<Server> server;
  std::unique_ptr<Log> client;
  std::uint64_t runs = 0;
};

int connect_to(const std::string& path) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::ranges::copy(path, address.sun_path);
  DAYBOOK_CHECK(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
                "a peer connects");
  return descriptor;
}

/// Sends all of it while taking what comes, then ends, and waits for the other side's end.
void converse(int descriptor, std::string_view bytes) {
  std::array<char, 16384> dropped;
  bool sending = true;
  while (true) {
    if (sending && bytes.empty()) {
      ::shutdown(descriptor, SHUT_WR);
      sending = false;
    }
    pollfd ready{.fd = descriptor, .events = static_cast<short>(POLLIN | (sending ? POLLOUT : 0)), .revents = 0};
    DAYBOOK_CHECK(::poll(&ready, 1, kPatienceMs) > 0, "a connection ends when its peer has ended it");
    if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
        ::recv(descriptor, dropped.data(), dropped.size(), 0) <= 0) {
      return;
    }
    if ((ready.revents & POLLOUT) == 0) continue;
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN) bytes = {};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  Scene& scene = Scene::scene();
  const std::string messages = messages_of(text_of(data, bytes));
  const int descriptor = connect_to(scene.path);
  converse(descriptor, messages);
  ::close(descriptor);
  if (++scene.runs % kLookEvery == 0) scene.look();
  return 0;
}
