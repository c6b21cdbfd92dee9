// Values as a program makes them, and messages as a peer sends them.
//
// Threads: the test's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include "net/wire_commit.h"
#include "tests/support/property.h"

namespace daybook::test {

/// A message as it arrives: flat, and read under limits like those of net/message_stream.h.
class Arrived {
 public:
  explicit Arrived(capnp::MessageBuilder& message) : Arrived(capnp::messageToFlatArray(message)) {}
  explicit Arrived(kj::Array<capnp::word> words)
      : words_(kj::mv(words)), reader_(words_, {.traversalLimitInWords = 16 * words_.size() + 4096}) {}

  template <class Root>
  [[nodiscard]] typename Root::Reader root() {
    return reader_.getRoot<Root>();
  }

 private:
  kj::Array<capnp::word> words_;
  capnp::FlatArrayMessageReader reader_;
};

/// `value` written into a Wire struct and read back. `more`: what else to_wire or from_wire take.
template <class Wire, class Value>
[[nodiscard]] auto there_and_back(const Value& value) {
  capnp::MallocMessageBuilder message;
  net::to_wire(value, message.initRoot<Wire>());
  return net::from_wire(Arrived(message).root<Wire>());
}

/// A query with every part there or not; not always one that Query::check() takes.
inline rc::Gen<Query> some_query() {
  const auto names = rc::gen::resize(3, rc::gen::container<std::vector<std::string>>(some_text(1)));
  return rc::gen::build<Query>(rc::gen::set(
      &Query::items,
      rc::gen::resize(
          3, rc::gen::container<std::vector<QueryItem>>(rc::gen::build<QueryItem>(
                 rc::gen::set(&QueryItem::streams, names), rc::gen::set(&QueryItem::stream_prefix, some_text()),
                 rc::gen::set(&QueryItem::types, names), rc::gen::set(&QueryItem::tags, names),
                 rc::gen::set(&QueryItem::correlation_id, optional_of(rc::gen::arbitrary<Uuid>())))))));
}

/// A commit with conditions and a key, there or not.
inline rc::Gen<Commit> some_commit() {
  const auto sequence = rc::gen::map(rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 48),
                                     [](std::uint64_t value) { return Sequence(value); });
  const auto version =
      rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t value) { return Version(value); });
  return rc::gen::build<Commit>(
      rc::gen::set(&Commit::events, rc::gen::resize(5, rc::gen::container<std::vector<Event>>(some_event()))),
      rc::gen::set(&Commit::expected,
                   rc::gen::resize(3, rc::gen::container<std::vector<ExpectedVersion>>(rc::gen::build<ExpectedVersion>(
                                          rc::gen::set(&ExpectedVersion::stream, some_text(1)),
                                          rc::gen::set(&ExpectedVersion::version, version))))),
      rc::gen::set(&Commit::fail_if_match,
                   rc::gen::resize(2, rc::gen::container<std::vector<FailIfMatch>>(
                                          rc::gen::build<FailIfMatch>(rc::gen::set(&FailIfMatch::query, some_query()),
                                                                      rc::gen::set(&FailIfMatch::after, sequence))))),
      rc::gen::set(&Commit::key, optional_of(rc::gen::arbitrary<Uuid>())));
}

[[nodiscard]] inline bool same(const Query& a, const Query& b) {
  return std::ranges::equal(a.items, b.items, [](const QueryItem& one, const QueryItem& other) {
    return one.streams == other.streams && one.stream_prefix == other.stream_prefix && one.types == other.types &&
           one.tags == other.tags && one.correlation_id == other.correlation_id;
  });
}

}  // namespace daybook::test
