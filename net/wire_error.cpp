// A peer's error is shown to people and put into logs, so what it may hold is bounded: one line, valid UTF-8.
#include "net/wire_error.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"
#include "net/wire_guard.h"
#include "net/wire_ids.h"

namespace daybook::net {
namespace {

// Both enumerations have the same order; the protocol's is for ever.
constexpr std::array kCodes{Code::conflict, Code::not_found,   Code::invalid,  Code::too_large,
                            Code::busy,     Code::closed,      Code::denied,   Code::corruption,
                            Code::io,       Code::unsupported, Code::diverged, Code::timeout};
constexpr std::array kOutcomes{Outcome::none, Outcome::not_appended, Outcome::may_have_been_appended};
constexpr std::array kKinds{Conflict::Kind::version, Conflict::Kind::match, Conflict::Kind::key};

/// `value`'s place, which is its number in the protocol.
template <class Wire, class Value, std::size_t size>
Wire number_of(const std::array<Value, size>& values, Value value) {
  return static_cast<Wire>(std::ranges::find(values, value) - values.begin());
}

template <class Value, std::size_t size, class Wire>
Value value_of(const std::array<Value, size>& values, Wire number, Value otherwise) {
  const auto place = static_cast<std::size_t>(number);
  return place < size ? values[place] : otherwise;
}

Conflict conflict_from(rpc::Conflict::Reader reader) {
  return {.kind = value_of(kKinds, reader.getKind(), Conflict::Kind::version),
          .stream = one_line(reader.getStream()),
          .expected = Version(reader.getExpected()),
          .actual = Version(reader.getActual()),
          .sequence = Sequence(reader.getSequence())};
}

}  // namespace

std::string one_line(capnp::Text::Reader text) {
  std::string line(text.begin(), std::min<std::size_t>(text.size(), kErrorTextBytesMax));
  if (text.size() > line.size()) {
    for (int cut = 0; cut < 3 && !is_utf8(line); ++cut) line.pop_back();  // a character that was cut in two
  }
  if (!is_utf8(line)) return "(a text that is not UTF-8)";
  for (char& byte : line) {
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) byte = ' ';
  }
  return line;
}

void to_wire(const Error& error, rpc::Error::Builder builder) {
  builder.setCode(number_of<rpc::Error::Code>(kCodes, error.code));
  builder.setOutcome(number_of<rpc::Error::Outcome>(kOutcomes, error.outcome));
  builder.setMessage(text_of(error.message));
  if (!error.conflict) return;
  auto conflict = builder.initConflict();
  conflict.setKind(number_of<rpc::Conflict::Kind>(kKinds, error.conflict->kind));
  conflict.setStream(text_of(error.conflict->stream));
  conflict.setExpected(error.conflict->expected.value());
  conflict.setActual(error.conflict->actual.value());
  conflict.setSequence(error.conflict->sequence.value());
}

Error from_wire(rpc::Error::Reader reader) {
  Error error{.code = value_of(kCodes, reader.getCode(), Code::unsupported),
              .outcome = value_of(kOutcomes, reader.getOutcome(), Outcome::may_have_been_appended)};
  const auto read = guarded([&]() -> Result<void> {
    error.message = one_line(reader.getMessage());
    if (error.code == Code::conflict) error.conflict = conflict_from(reader.getConflict());
    return {};
  });
  if (!read) {
    error.message = read.error().message;
    if (error.code == Code::conflict) error.conflict = Conflict{};
  }
  return error;
}

}  // namespace daybook::net
