// The first connection: it comes to be, or it is said why not.
#include <doctest/doctest.h>

#include "daybook/client.h"
#include "tests/client/fake_server.h"
#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

Code code_of(std::string_view address, const ClientOptions& options) {
  const auto log = connect(address, options);
  REQUIRE_FALSE(log);
  return log.error().code;
}

}  // namespace

TEST_CASE("client connect: what is no address is refused at once") {
  for (const char* address : {"", "nowhere", "127.0.0.1:", "127.0.0.1:99999", "unix:", "[::1"}) {
    CAPTURE(address);
    CHECK(code_of(address, {}) == Code::invalid);
  }
}

TEST_CASE("client connect: where nobody answers, it fails with io when its time has passed") {
  const TemporaryDirectory directory;
  const ClientOptions soon{.connect_timeout = std::chrono::milliseconds(50),
                           .backoff_first = std::chrono::milliseconds(1)};
  const std::string nobody = "unix:" + (directory.path() / "socket").string();
  const auto log = connect(nobody, soon);
  REQUIRE_FALSE(log);
  CHECK(log.error().code == Code::io);
  CHECK(log.error().message.find(nobody) != std::string::npos);
  FakeServer server;
  server.refuse(true);
  CHECK(code_of(server.address(), soon) == Code::io);
}

TEST_CASE("client connect: each option has its range") {
  const auto refused = [](const ClientOptions& options) {
    const auto checked = options.check();
    return !checked && checked.error().code == Code::invalid;
  };
  CHECK(ClientOptions{}.check());
  CHECK(refused({.name = ""}));
  CHECK(refused({.name = std::string(257, 'x')}));
  CHECK(refused({.name = "two\nlines"}));
  CHECK(refused({.connect_timeout = std::chrono::hours(2)}));
  CHECK(refused({.call_timeout = std::chrono::nanoseconds(0)}));
  CHECK(refused({.backoff_first = std::chrono::seconds(3)}));
  CHECK(refused({.linger = std::chrono::seconds(2)}));
  CHECK(refused({.linger = std::chrono::nanoseconds(-1)}));
  CHECK(refused({.request_bytes_max = 1000}));
  CHECK(refused({.queue_commits_max = 0}));
  CHECK(refused({.queue_bytes_max = 1000}));
  CHECK(refused({.subscription_bytes_max = 1000}));
  CHECK(code_of("127.0.0.1:4290", {.name = ""}) == Code::invalid);
}

TEST_CASE("client connect: calls wait for a connection that was lost, up to their time") {
  FakeServer server;
  const auto log = connect(server.address(), {.call_timeout = std::chrono::milliseconds(100),
                                              .backoff_first = std::chrono::milliseconds(1),
                                              .backoff_last = std::chrono::milliseconds(5)})
                       .value();
  CHECK(log->refresh());
  server.refuse(true);
  server.cut();
  CHECK(log->refresh().error().code == Code::timeout);
  server.refuse(false);
  // What a fake server does not know is told, not waited for.
  CHECK(log->refresh());
  CHECK(log->statistics().error().code == Code::unsupported);
}
