// Numbers in flags, and the exit code of every error.
#include <cstdint>

#include <doctest/doctest.h>

#include "cli/command.h"
#include "cli/flags.h"

using daybook::Code;
using daybook::Error;
using daybook::Outcome;
using daybook::cli::exit_code_of;
using daybook::cli::parse_count;
using daybook::cli::Source;

TEST_CASE("flags: a number is decimal digits within its range, nothing else") {
  CHECK(parse_count("0") == 0);
  CHECK(parse_count("010") == 10);
  CHECK(parse_count("18446744073709551615") == UINT64_MAX);
  CHECK(parse_count("7", 7) == 7);
  for (const char* text : {"", "-1", "+1", "0x10", "1e3", "1.0", " 1", "1 ", "18446744073709551616", "one"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_count(text).has_value());
  }
  CHECK_FALSE(parse_count("8", 7).has_value());
}

TEST_CASE("exit codes: each error has the one that the documentation gives") {
  const auto code_of = [](Code code) { return exit_code_of(Error{.code = code}); };
  CHECK(code_of(Code::conflict) == 1);
  CHECK(code_of(Code::not_found) == 1);
  CHECK(code_of(Code::invalid) == 2);
  CHECK(code_of(Code::too_large) == 2);
  for (const Code code : {Code::busy, Code::closed, Code::denied, Code::corruption, Code::io, Code::unsupported,
                          Code::diverged, Code::timeout}) {
    CHECK(code_of(code) == 3);
  }
}

TEST_CASE("exit codes: a wrong value in the input is 1, in a flag 2") {
  CHECK(exit_code_of(Error{.code = Code::invalid}, Source::input) == 1);
  CHECK(exit_code_of(Error{.code = Code::too_large}, Source::input) == 1);
  CHECK(exit_code_of(Error{.code = Code::too_large}, Source::flag) == 2);
}

TEST_CASE("exit codes: an unknown outcome is 3, whatever the code") {
  for (const Code code : {Code::conflict, Code::invalid, Code::io}) {
    CHECK(exit_code_of(Error{.code = code, .outcome = Outcome::may_have_been_appended}, Source::input) == 3);
  }
}
