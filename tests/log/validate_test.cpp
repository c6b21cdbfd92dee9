// What limits_test does not say of names and commits: every byte sequence, conditions, and messages for a person.
#include <algorithm>

#include <doctest/doctest.h>

#include "api/validate.h"
#include "base/utf8.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// RFC 3629, section 4, as its grammar says it.
bool is_utf8_by_the_grammar(const std::string& text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0; };
  const auto in = [&](std::size_t at, int low, int high) { return byte(at) >= low && byte(at) <= high; };
  const auto tail = [&](std::size_t at) { return in(at, 0x80, 0xBF); };
  std::size_t at = 0;
  while (at < text.size()) {
    if (in(at, 0x00, 0x7F)) {
      at += 1;
    } else if (in(at, 0xC2, 0xDF) && tail(at + 1)) {
      at += 2;
    } else if (((in(at, 0xE0, 0xE0) && in(at + 1, 0xA0, 0xBF)) || (in(at, 0xE1, 0xEC) && tail(at + 1)) ||
                (in(at, 0xED, 0xED) && in(at + 1, 0x80, 0x9F)) || (in(at, 0xEE, 0xEF) && tail(at + 1))) &&
               tail(at + 2)) {
      at += 3;
    } else if (((in(at, 0xF0, 0xF0) && in(at + 1, 0x90, 0xBF)) || (in(at, 0xF1, 0xF3) && tail(at + 1)) ||
                (in(at, 0xF4, 0xF4) && in(at + 1, 0x80, 0x8F))) &&
               tail(at + 2) && tail(at + 3)) {
      at += 4;
    } else {
      return false;
    }
  }
  return true;
}

Commit commit_of(Event event) {
  return {.events = {std::move(event)}};
}

}  // namespace

TEST_CASE("utf8: it says what the grammar of RFC 3629 says, of every one and two bytes and of many longer texts") {
  for (int a = 0; a < 256; ++a) {
    const std::string one(1, static_cast<char>(a));
    CHECK(is_utf8(one) == is_utf8_by_the_grammar(one));
    CHECK(has_control_character(one) == (a < 0x20 || a == 0x7f));
    for (std::size_t place = 0; place < 20; ++place) {
      std::string within(20, ' ');
      within[place] = static_cast<char>(a);
      CHECK(is_printable_ascii(within) == (a >= 0x20 && a < 0x7f));
    }
    for (int b = 0; b < 256; ++b) {
      const std::string two = one + static_cast<char>(b);
      REQUIRE_MESSAGE(is_utf8(two) == is_utf8_by_the_grammar(two), a << " " << b);
    }
  }
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  constexpr std::array<unsigned char, 22> kEdges = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1,
                                                    0xC2, 0xDF, 0xE0, 0xEC, 0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF};
  int good = 0;
  for (int round = 0; round < 300'000; ++round) {
    std::string text;
    for (auto bytes = random() % 9; bytes > 0; --bytes) text.push_back(static_cast<char>(one_of(random, kEdges)));
    REQUIRE(is_utf8(text) == is_utf8_by_the_grammar(text));
    const bool printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
    REQUIRE(is_printable_ascii(text) == printable);
    good += is_utf8(text) ? 1 : 0;
  }
  CHECK(good > 1000);
}

TEST_CASE("validate: a header's value may be empty but holds no control character; its name is a name") {
  const auto verdict = [](Header header) {
    return check_commit(commit_of({.stream = "s", .type = "T", .headers = {std::move(header)}})).has_value();
  };
  CHECK(verdict({.name = "n", .value = ""}));
  CHECK(verdict({.name = "n", .value = "£ and more"}));
  CHECK(!verdict({.name = "", .value = "v"}));
  CHECK(!verdict({.name = "n\n", .value = "v"}));
  CHECK(!verdict({.name = "n", .value = "v\r\nInjected: yes"}));
  CHECK(!verdict({.name = "n", .value = "\xc3\x28"}));
}

TEST_CASE("validate: data may be any bytes") {
  std::string data;
  for (int byte = 0; byte < 256; ++byte) data.push_back(static_cast<char>(byte));
  CHECK(check_commit(commit_of({.stream = "s", .type = "T", .data = data})));
}

TEST_CASE("validate: one bad event among good ones refuses the commit") {
  Commit commit;
  commit.events.assign(100, {.stream = "s", .type = "T"});
  CHECK(check_commit(commit));
  commit.events[99].tags = {"bad\ttag"};
  const auto verdict = check_commit(commit);
  REQUIRE(!verdict);
  CHECK(verdict.error().code == Code::invalid);
}

TEST_CASE("validate: conditions name streams as they are named, also daybook's own, and each once") {
  Commit commit = commit_of({.stream = "s", .type = "T"});
  commit.expected = {{.stream = "$own", .version = Version(0)}, {.stream = "s", .version = Version(3)}};
  CHECK(check_commit(commit));
  commit.expected.push_back({.stream = "s", .version = Version(3)});
  CHECK(check_commit(commit).error().code == Code::invalid);
  commit.expected = {{.stream = "", .version = Version(0)}};
  CHECK(check_commit(commit).error().code == Code::invalid);
  commit.expected.clear();
  commit.fail_if_match = {{.query = {.items = {{.streams = {"a"}, .stream_prefix = "b"}}}}};
  CHECK(check_commit(commit).error().code == Code::invalid);
  commit.fail_if_match = {{.query = {}, .after = kSequenceMax}};
  CHECK(check_commit(commit));
  commit.fail_if_match = {{.query = {}, .after = Sequence(~std::uint64_t{0})}};  // the next one would be 0
  CHECK(check_commit(commit).error().code == Code::invalid);
}

TEST_CASE("validate: every refusal is one line that says what and how much") {
  std::vector<Error> errors;
  const auto refuse = [&](Event event) {
    const auto verdict = check_commit(commit_of(std::move(event)));
    REQUIRE(!verdict);
    errors.push_back(verdict.error());
  };
  refuse({.stream = std::string(513, 'a'), .type = "T"});
  refuse({.stream = "", .type = "T"});
  refuse({.stream = "$x", .type = "T"});
  refuse({.stream = "a\nb", .type = "T"});
  refuse({.stream = "s", .type = "T", .tags = std::vector<std::string>(65, "t")});
  refuse({.stream = "s", .type = "T", .content_type = ""});
  refuse({.stream = "s", .type = "T", .headers = std::vector<Header>(33, {.name = "n", .value = "v"})});
  for (const Error& error : errors) {
    CAPTURE(error.message);
    CHECK(error.message.size() > 10);
    CHECK(!has_control_character(error.message));
  }
  CHECK(errors.front().message == "a stream's name has 513 bytes; at most 512 are allowed");
}
