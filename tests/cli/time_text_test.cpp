// RFC 3339 in both directions.
#include <chrono>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cli/time_text.h"

using daybook::Timestamp;
using daybook::cli::append_time;
using daybook::cli::parse_time;
using daybook::cli::parse_time_or_date;

namespace {

Timestamp at(std::int64_t count) {
  return Timestamp(std::chrono::nanoseconds(count));
}

std::string text_of(std::int64_t count) {
  std::string out;
  append_time(out, at(count));
  return out;
}

}  // namespace

TEST_CASE("time: known instants are spelled to the nanosecond") {
  CHECK(text_of(0) == "1970-01-01T00:00:00.000000000Z");
  CHECK(text_of(1'323'435'000'000'000'001) == "2011-12-09T12:50:00.000000001Z");
  CHECK(text_of(-1) == "1969-12-31T23:59:59.999999999Z");
  CHECK(text_of(951'782'400'000'000'000) == "2000-02-29T00:00:00.000000000Z");
  CHECK(text_of(std::numeric_limits<std::int64_t>::min()) == "1677-09-21T00:12:43.145224192Z");
  CHECK(text_of(std::numeric_limits<std::int64_t>::max()) == "2262-04-11T23:47:16.854775807Z");
}

TEST_CASE("time: every form that RFC 3339 allows is read") {
  const std::vector<std::pair<std::string, std::int64_t>> forms{
      {"2011-12-09T12:50:00Z", 1'323'435'000'000'000'000},
      {"2011-12-09t12:50:00z", 1'323'435'000'000'000'000},
      {"2011-12-09 12:50:00Z", 1'323'435'000'000'000'000},
      {"2011-12-09T13:50:00+01:00", 1'323'435'000'000'000'000},
      {"2011-12-09T07:20:00-05:30", 1'323'435'000'000'000'000},
      {"2011-12-10T00:50:00+12:00", 1'323'435'000'000'000'000},
      {"2011-12-09T12:50:00.5Z", 1'323'435'000'500'000'000},
      {"2011-12-09T12:50:00.000000001Z", 1'323'435'000'000'000'001},
      {"1969-12-31T23:59:59.25Z", -750'000'000},
      {"2262-04-12T00:47:16.854775807+01:00", std::numeric_limits<std::int64_t>::max()},
  };
  for (const auto& [text, count] : forms) {
    CAPTURE(text);
    REQUIRE(parse_time(text).has_value());
    CHECK(*parse_time(text) == at(count));
  }
}

TEST_CASE("time: what is not one instant is refused") {
  for (const char* text : {"",
                           "2011",
                           "2011-12-09",
                           "2011-12-09T12:50:00",
                           "2011-12-09T12:50Z",
                           "2011-13-09T12:50:00Z",
                           "2011-02-29T12:50:00Z",
                           "2011-12-09T24:00:00Z",
                           "2011-12-09T12:60:00Z",
                           "2011-12-09T12:50:60Z",
                           "2011-12-09T12:50:00.Z",
                           "2011-12-09T12:50:00.0123456789Z",
                           "2011-12-09T12:50:00+0100",
                           "2011-12-09T12:50:00+24:00",
                           "2011-12-09T12:50:00Zx",
                           " 2011-12-09T12:50:00Z",
                           "2011-12-9T12:50:00Z",
                           "+2011-12-09T12:50:00Z",
                           "1677-09-21T00:12:43.145224191Z",
                           "2262-04-11T23:47:16.854775808Z",
                           "9999-12-31T23:59:59Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("time: what is spelled is read back, whatever it is") {
  constexpr std::uint64_t kSeed = 20111209;
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    const auto count = static_cast<std::int64_t>(random());
    REQUIRE(parse_time(text_of(count)) == at(count));
  }
  for (const std::int64_t edge : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    CHECK(parse_time(text_of(edge)) == at(edge));
  }
}

TEST_CASE("time: a flag may also name a date, which is its midnight in UTC") {
  CHECK(parse_time_or_date("2011-12-09") == at(1'323'388'800'000'000'000));
  CHECK(parse_time_or_date("2011-12-09T12:50:00Z") == at(1'323'435'000'000'000'000));
  CHECK_FALSE(parse_time_or_date("2011-12").has_value());
}
