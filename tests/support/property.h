// Properties with RapidCheck inside doctest: a failing one is shrunk to its smallest case and names the seed that gives
// it again.
//
// Threads: the test's.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "daybook/event.h"

namespace rc {

/// Any UUID.
template <>
struct Arbitrary<daybook::Uuid> {
  static Gen<daybook::Uuid> arbitrary() {
    return gen::map(gen::container<std::vector<std::uint8_t>>(16, gen::arbitrary<std::uint8_t>()),
                    [](const std::vector<std::uint8_t>& bytes) {
                      daybook::Uuid uuid;
                      std::ranges::copy(bytes, uuid.bytes.begin());
                      return uuid;
                    });
  }
};

/// Any point in time that 64 bits of nanoseconds reach.
template <>
struct Arbitrary<daybook::Timestamp> {
  static Gen<daybook::Timestamp> arbitrary() {
    return gen::map(gen::resize(200, gen::arbitrary<std::int64_t>()),
                    [](std::int64_t nanoseconds) { return daybook::Timestamp(std::chrono::nanoseconds(nanoseconds)); });
  }
};

}  // namespace rc

namespace daybook::test {

/// Checks that `property` holds for whatever RapidCheck gives it: 100 cases, or as RC_PARAMS="seed=N max_success=M"
/// say.
template <class Property>
void check_property(const std::string& claim, Property&& property) {
  INFO("again with RC_PARAMS=\"seed=N\", where N is in the configuration that RapidCheck printed above");
  CHECK(rc::check(claim, std::forward<Property>(property)));
}

/// Generates a text of UTF-8: ASCII, quotes, two to four bytes a character, no control characters unless asked for.
inline rc::Gen<std::string> some_text(std::size_t characters_min = 0, bool controls = false) {
  static const std::vector<std::string> plain = {"a", "b", "Z", "0",  "-",  " ", "\"", "\\",
                                                 "/", "é", "ß", "日", "😀", "{", "}",  "\xc2\x9b"};
  static const std::vector<std::string> wild = {"a", "\n", "\r", "\t", std::string(1, '\0'), "\x7f", "\x1b", "\"", "é"};
  const auto characters = rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(controls ? wild : plain));
  return rc::gen::map(rc::gen::suchThat(characters,
                                        [characters_min](const std::vector<std::string>& text) {
                                          return text.size() >= characters_min && text.size() <= 60;
                                        }),
                      [](const std::vector<std::string>& text) {
                        std::string joined;
                        for (const std::string& character : text) joined += character;
                        return joined;
                      });
}

/// Generates what `gen` does, or nothing.
template <class T>
rc::Gen<std::optional<T>> optional_of(rc::Gen<T> gen) {
  return rc::gen::map(rc::gen::maybe(std::move(gen)),
                      [](rc::Maybe<T> given) { return given ? std::optional(std::move(*given)) : std::nullopt; });
}

/// Generates an event that a log takes, with every field there or not.
inline rc::Gen<Event> some_event() {
  const auto name = some_text(1);
  const auto uuid = optional_of(rc::gen::arbitrary<Uuid>());
  return rc::gen::build<Event>(
      rc::gen::set(&Event::stream, name), rc::gen::set(&Event::type, name),
      rc::gen::set(&Event::data, rc::gen::oneOf(rc::gen::arbitrary<std::string>(), some_text(0, true))),
      rc::gen::set(&Event::tags, rc::gen::resize(3, rc::gen::container<std::vector<std::string>>(name))),
      rc::gen::set(&Event::content_type, rc::gen::oneOf(rc::gen::just(std::string(kContentTypeJson)), name)),
      rc::gen::set(&Event::id, uuid), rc::gen::set(&Event::occurred_at, optional_of(rc::gen::arbitrary<Timestamp>())),
      rc::gen::set(&Event::correlation_id, uuid), rc::gen::set(&Event::causation_id, uuid),
      rc::gen::set(&Event::traceparent, optional_of(some_text())),
      rc::gen::set(&Event::headers, rc::gen::resize(3, rc::gen::container<std::vector<Header>>(rc::gen::build<Header>(
                                                           rc::gen::set(&Header::name, name),
                                                           rc::gen::set(&Header::value, some_text()))))));
}

}  // namespace daybook::test
