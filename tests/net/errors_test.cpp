// Errors and exceptions, there and back.
#include <doctest/doctest.h>

#include "net/errors.h"

using namespace daybook;

TEST_CASE("net errors: every code comes back from an exception of this process, a copied one too") {
  for (int code = 0; code <= static_cast<int>(Code::timeout); ++code) {
    const kj::Exception exception = net::to_exception({.code = static_cast<Code>(code), .message = "what happened"});
    const Error error = net::to_error(kj::cp(exception));
    CHECK(error.code == static_cast<Code>(code));
    CHECK(error.message == "what happened");
  }
}

TEST_CASE("net errors: a foreign exception is read by its type, in one line") {
  using Type = kj::Exception::Type;
  const auto code = [](Type type) { return net::to_error(kj::Exception(type, "x.c++", 1, kj::str("a\nb"))).code; };
  CHECK(code(Type::DISCONNECTED) == Code::io);
  CHECK(code(Type::OVERLOADED) == Code::busy);
  CHECK(code(Type::UNIMPLEMENTED) == Code::unsupported);
  CHECK(code(Type::FAILED) == Code::invalid);
  CHECK(net::to_error(kj::Exception(Type::FAILED, "x.c++", 1, kj::str("a\nb"))).message == "a b");
}

TEST_CASE("net errors: what goes to a peer has the type that it would read") {
  using Type = kj::Exception::Type;
  const auto type = [](Code code) { return net::to_exception({.code = code, .message = ""}).getType(); };
  CHECK(type(Code::io) == Type::DISCONNECTED);
  CHECK(type(Code::closed) == Type::DISCONNECTED);
  CHECK(type(Code::timeout) == Type::DISCONNECTED);
  CHECK(type(Code::busy) == Type::OVERLOADED);
  CHECK(type(Code::unsupported) == Type::UNIMPLEMENTED);
  CHECK(type(Code::too_large) == Type::FAILED);
}
