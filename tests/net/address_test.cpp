// Addresses as people write them.
#include <doctest/doctest.h>

#include "net/address.h"

using namespace daybook;
using namespace daybook::net;

TEST_CASE("address: what is read is written the same way") {
  for (const char* text : {"127.0.0.1:4290", "[::1]:0", "localhost:65535", "0.0.0.0:1", "[fe80::1]:80",
                           "unix:/run/a.sock", "unix:relative", "db-1.example.org:4290"}) {
    CAPTURE(text);
    const auto address = parse_address(text);
    REQUIRE(address);
    CHECK(to_string(*address) == text);
  }
}

TEST_CASE("address: what is none is refused in one line that says how to write one") {
  for (const std::string text :
       {"", "4290", ":4290", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost: 1", "::1:4290",
        "[::1]", "[::1]4290", "[localhost]:1", "[]:1", "unix:", "a b:1", "http://localhost:1"}) {
    CAPTURE(text);
    const auto address = parse_address(text);
    REQUIRE(!address);
    CHECK(address.error().code == Code::invalid);
    CHECK(address.error().message.find("unix:PATH") != std::string::npos);
    CHECK(address.error().message.find('\n') == std::string::npos);
  }
  CHECK(!parse_address("unix:" + std::string(108, 'x')));
  CHECK(parse_address("unix:" + std::string(107, 'x')));
  CHECK(!parse_address(std::string(254, 'x') + ":1"));
}

TEST_CASE("address: local is what only this machine reaches") {
  for (const char* text : {"127.0.0.1:1", "127.8.9.1:1", "[::1]:1", "localhost:1", "unix:/x"}) {
    CAPTURE(text);
    CHECK(parse_address(text)->local());
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1", "localhost.example.org:1"}) {
    CAPTURE(text);
    CHECK(!parse_address(text)->local());
  }
}
