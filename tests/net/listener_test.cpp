// Where connections come in, and getting there.
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <latch>
#include <set>

#include <doctest/doctest.h>

#include "net/connect.h"
#include "net/descriptor.h"
#include "net/errors.h"
#include "net/listener.h"
#include "net/loop_thread.h"
#include "tests/net/loop_fixture.h"

using namespace daybook;
using namespace daybook::net;
using namespace daybook::test;
using namespace std::chrono_literals;

namespace {

/// A folder of its own, removed with it.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "daybook-net-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string socket() const { return (path / "socket").string(); }
  Address address() const { return Address{.path = socket()}; }

  std::filesystem::path path;
};

Address any_port(const char* host) {
  return Address{.host = host, .port = 0};
}

/// Keeps the sockets that came, with their tickets; of several threads.
struct Guests {
  struct Guest {
    Socket socket;
    ConnectionCount::Ticket ticket;
  };
  Welcome welcome = [this](Loop&, Socket socket, ConnectionCount::Ticket ticket) {
    guests.push_back(std::make_unique<Guest>(Guest{std::move(socket), std::move(ticket)}));
  };
  std::vector<std::unique_ptr<Guest>> guests;
};

sockaddr_in tcp_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// What the next descriptor would get.
[[maybe_unused]] rlim_t lowest_free_descriptor() {
  const Descriptor next(::dup(0));
  REQUIRE(next.open());
  return static_cast<rlim_t>(next.number());
}

/// Connects, sends one byte and waits for one, or for the end: what came.
kj::Promise<std::size_t> knock(Loop& loop, const Address& address) {
  return connect(loop, address, kSoon).then([](kj::Own<kj::AsyncIoStream> stream) {
    auto byte = kj::heap<char>('x');
    auto& bytes = *stream;
    char* at = byte.get();
    return bytes.write(at, 1)
        .then([&bytes, at] { return bytes.tryRead(at, 1, 1); })
        .attach(kj::mv(byte), kj::mv(stream));
  });
}

std::string code_name(const kj::Exception& exception) {
  return std::string(to_string(to_error(exception).code));
}

}  // namespace

TEST_CASE("listener: what connects over TCP, IPv4 or IPv6, or over a Unix socket is handed over") {
  Folder folder;
  for (const Address& wanted : {any_port("127.0.0.1"), any_port("::1"), any_port("localhost"), folder.address()}) {
    CAPTURE(to_string(wanted));
    ConnectionCount count(10);
    Guests guests;
    CHECK(run_loop([&](Loop& loop) -> kj::Promise<void> {
            Loop* loops[] = {&loop};
            auto opened = Listener::open(loop, loops, wanted, count, guests.welcome);
            if (!opened) FAIL(opened.error().message);
            auto listener = std::move(*opened);
            if (wanted.path.empty()) CHECK(listener->address().port != 0);
            CHECK(parse_address(to_string(listener->address())).has_value());
            auto client = connect(loop, listener->address(), kSoon).eagerlyEvaluate(nullptr);
            return until(loop, [&guests] { return guests.guests.size() == 1; })
                .then([&count, &guests, client = kj::mv(client)]() mutable {
                  CHECK(count.now() == 1);
                  guests.guests.clear();
                  CHECK(count.now() == 0);
                  return client.ignoreResult();
                })
                .attach(kj::heap<std::unique_ptr<Listener>>(std::move(listener)));
          }) == "");
  }
}

TEST_CASE("listener: sockets are spread over the loops, each on its own thread") {
  ConnectionCount count(100);
  std::mutex mutex;
  std::multiset<std::thread::id> threads;
  Welcome welcome = [&](Loop&, Socket, ConnectionCount::Ticket) {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  };
  LoopThread first("first");
  LoopThread second("second");
  CHECK(run_loop([&](Loop& loop) -> kj::Promise<void> {
          Loop* loops[] = {&first.loop(), &second.loop()};
          auto listener = Listener::open(loop, loops, any_port("127.0.0.1"), count, welcome).value();
          auto knocks = kj::heapArrayBuilder<kj::Promise<void>>(20);
          for (int i = 0; i < 20; ++i) {
            knocks.add(connect(loop, listener->address(), kSoon).ignoreResult());
          }
          return kj::joinPromises(knocks.finish())
              .then([&] {
                return until(loop, [&] {
                  const std::lock_guard lock(mutex);
                  return threads.size() == 20;
                });
              })
              .attach(kj::heap<std::unique_ptr<Listener>>(std::move(listener)));
        }) == "");
  REQUIRE(threads.size() == 20);
  CHECK(threads.count(*threads.begin()) == 10);
  CHECK(!threads.contains(std::this_thread::get_id()));
}

TEST_CASE("listener: beyond the most, connections are closed at once; with room again they are let in") {
  ConnectionCount count(2);
  Guests guests;
  CHECK(run_loop([&](Loop& loop) -> kj::Promise<void> {
          Loop* loops[] = {&loop};
          auto listener = Listener::open(loop, loops, any_port("127.0.0.1"), count, guests.welcome).value();
          const Address address = listener->address();
          auto one = connect(loop, address, kSoon).eagerlyEvaluate(nullptr);
          auto two = connect(loop, address, kSoon).eagerlyEvaluate(nullptr);
          return until(loop, [&guests] { return guests.guests.size() == 2; })
              .then([&loop, address] {
                return knock(loop, address)
                    .then([](std::size_t got) { CHECK(got == 0); },
                          [](kj::Exception&& e) { CHECK(code_name(e) == "io"); });
              })
              .then([&, address] {
                CHECK(guests.guests.size() == 2);
                CHECK(count.refused() == 1);
                guests.guests.pop_back();
                return connect(loop, address, kSoon).then([&](kj::Own<kj::AsyncIoStream> stream) {
                  return until(loop, [&guests] { return guests.guests.size() == 2; }).attach(kj::mv(stream));
                });
              })
              .then([&guests] { guests.guests.clear(); })
              .attach(kj::mv(one), kj::mv(two), kj::heap<std::unique_ptr<Listener>>(std::move(listener)));
        }) == "");
  CHECK(count.now() == 0);
}

// UndefinedBehaviorSanitizer makes a pipe to look at memory with, and calls every object bad when it cannot.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("listener: out of descriptors it rests, and takes what waits once there are some") {
  ConnectionCount count(10);
  Guests guests;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(run_loop([&](Loop& loop) -> kj::Promise<void> {
          Loop* loops[] = {&loop};
          auto listener = Listener::open(loop, loops, any_port("127.0.0.1"), count, guests.welcome).value();
          auto client = kj::heap<Descriptor>(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
          const sockaddr_in there = tcp_address(listener->address().port);
          REQUIRE(::connect(client->number(), reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0);
          const rlimit none{.rlim_cur = lowest_free_descriptor(), .rlim_max = before.rlim_max};
          REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
          const auto processor = [] { return std::clock(); };
          return loop.after(250ms)
              .then([&loop, &guests, &before, processor, used = processor()] {
                CHECK(guests.guests.empty());
                CHECK(processor() - used < CLOCKS_PER_SEC / 8);  // it did not try again and again
                REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
                return until(loop, [&guests] { return guests.guests.size() == 1; });
              })
              .then([&guests] { guests.guests.clear(); })
              .attach(kj::mv(client), kj::heap<std::unique_ptr<Listener>>(std::move(listener)));
        }) == "");
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

#endif

TEST_CASE("listener: a Unix socket is for its owner only, and its file goes with the listener") {
  Folder folder;
  ConnectionCount count(10);
  Guests guests;
  CHECK(run_loop([&](Loop& loop) -> kj::Promise<void> {
          Loop* loops[] = {&loop};
          auto listener = Listener::open(loop, loops, folder.address(), count, guests.welcome).value();
          struct stat file{};
          CHECK(::stat(folder.socket().c_str(), &file) == 0);
          CHECK((file.st_mode & 0777) == 0600);
          const auto second = Listener::open(loop, loops, folder.address(), count, guests.welcome);
          REQUIRE(!second);
          CHECK(second.error().code == Code::busy);
          listener.reset();
          CHECK(!std::filesystem::exists(folder.socket()));
          return kj::READY_NOW;
        }) == "");
}

TEST_CASE("listener: the file of a server that is gone is replaced, a file that is no socket is left alone") {
  Folder folder;
  ConnectionCount count(10);
  Guests guests;
  CHECK(run_loop([&](Loop& loop) -> kj::Promise<void> {
          Loop* loops[] = {&loop};
          {
            const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
            sockaddr_un there{};
            there.sun_family = AF_UNIX;
            std::strncpy(there.sun_path, folder.socket().c_str(), sizeof there.sun_path - 1);
            REQUIRE(::bind(left, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0);
            ::close(left);
          }
          CHECK(Listener::open(loop, loops, folder.address(), count, guests.welcome).has_value());
          std::ofstream(folder.socket()) << "precious";
          const auto refused = Listener::open(loop, loops, folder.address(), count, guests.welcome);
          REQUIRE(!refused);
          CHECK(refused.error().code == Code::invalid);
          CHECK(std::filesystem::file_size(folder.socket()) == 8);
          return kj::READY_NOW;
        }) == "");
}

TEST_CASE("listener: a file that another server has put in its place stays when it goes") {
  Folder folder;
  ConnectionCount count(10);
  Guests guests;
  CHECK(run_loop([&](Loop& loop) -> kj::Promise<void> {
          Loop* loops[] = {&loop};
          auto first = Listener::open(loop, loops, folder.address(), count, guests.welcome).value();
          std::filesystem::remove(folder.socket());
          auto second = Listener::open(loop, loops, folder.address(), count, guests.welcome).value();
          first.reset();
          CHECK(std::filesystem::exists(folder.socket()));
          return kj::READY_NOW;
        }) == "");
}

TEST_CASE("listener: a port that is taken, and an address that is not here, are told apart") {
  ConnectionCount count(10);
  Guests guests;
  CHECK(run_loop([&](Loop& loop) -> kj::Promise<void> {
          Loop* loops[] = {&loop};
          const auto open = [&](const Address& address) {
            return Listener::open(loop, loops, address, count, guests.welcome);
          };
          auto first = open(any_port("127.0.0.1")).value();
          CHECK(open(first->address()).error().code == Code::busy);
          CHECK(open(any_port("192.0.2.1")).error().code == Code::invalid);
          CHECK(open(any_port("no-such-name.invalid")).error().code == Code::invalid);
          CHECK(open(Address{.path = "/no/such/folder/socket"}).error().code == Code::invalid);
          return kj::READY_NOW;
        }) == "");
}

TEST_CASE("connect: what stands in the way is told apart") {
  Folder folder;
  const auto code_of = [](const Address& address, std::chrono::nanoseconds timeout = kSoon) {
    std::string code;
    CHECK(run_loop([&](Loop& loop) {
            return connect(loop, address, timeout)
                .then([](kj::Own<kj::AsyncIoStream>) { FAIL("connected"); },
                      [&code](kj::Exception&& e) { code = code_name(e); });
          }) == "");
    return code;
  };
  Address closed;
  {
    Loop loop;
    Loop* loops[] = {&loop};
    ConnectionCount count(1);
    Guests guests;
    closed = Listener::open(loop, loops, any_port("127.0.0.1"), count, guests.welcome).value()->address();
  }
  CHECK(code_of(closed) == "io");
  CHECK(code_of(folder.address()) == "not_found");
  CHECK(code_of(Address{.host = "no-such-name.invalid", .port = 1}) == "not_found");
  CHECK(code_of(Address{.host = "127.0.0.1", .port = 0}) == "invalid");
}

TEST_CASE("connect: a server that does not answer is given up in time") {
  const Descriptor full(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in there = tcp_address(0);
  socklen_t bytes = sizeof there;
  REQUIRE(::bind(full.number(), reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0);
  REQUIRE(::listen(full.number(), 0) == 0);
  REQUIRE(::getsockname(full.number(), reinterpret_cast<sockaddr*>(&there), &bytes) == 0);
  std::vector<Descriptor> others;  // what fills the queue of those that nobody accepts
  for (int i = 0; i < 4; ++i) {
    others.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    static_cast<void>(::connect(others.back().number(), reinterpret_cast<const sockaddr*>(&there), sizeof there));
  }
  std::string code;
  CHECK(run_loop([&](Loop& loop) {
          return connect(loop, Address{.host = "127.0.0.1", .port = ntohs(there.sin_port)}, 50ms)
              .then([](kj::Own<kj::AsyncIoStream>) { FAIL("connected"); },
                    [&code](kj::Exception&& e) { code = code_name(e); });
        }) == "");
  CHECK(code == "timeout");
}

TEST_CASE("connect: an attempt that is dropped, at any moment, leaves nothing behind") {
  for (const char* host : {"127.0.0.1", "localhost", "no-such-name.invalid"}) {
    for (const auto wait : {0us, 50us, 500us, 5000us}) {
      CHECK(run_loop([&](Loop& loop) {
              auto attempt =
                  connect(loop, Address{.host = host, .port = 1}, kSoon).ignoreResult().catch_([](kj::Exception&&) {});
              return loop.after(wait).exclusiveJoin(kj::mv(attempt));
            }) == "");
    }
  }
}
