// A stream is marked once under a key, whether its marks stand in one row or in many.
#include <algorithm>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "projections/stream_marks.h"
#include "tests/projections/fold_fixture.h"
#include "tests/support/test_seed.h"

namespace daybook {

TEST_CASE("stream marks: each mark is new exactly once, whatever the size of the set") {
  const std::uint64_t seed = test::test_seed();
  std::mt19937_64 random(seed);
  test::MemoryState state;
  StreamMarks stream_marks;
  std::map<std::string, std::set<std::string>> model;
  std::size_t new_marks = 0;
  for (int round = 0; round < 400; ++round) {
    const std::string stream = "order-" + std::to_string(random() % 3);
    std::set<std::string> asked;
    const std::size_t count = 1 + random() % 40;
    while (asked.size() < count)
      asked.insert("o3" + std::string(random() % 200, 'x') + std::to_string(random() % 3000));
    const std::vector<std::string_view> marks(asked.begin(), asked.end());
    const auto added = stream_marks.add(stream, marks, state);
    REQUIRE(added.has_value());
    REQUIRE(added->size() == marks.size());
    for (std::size_t i = 0; i < marks.size(); ++i) {
      const bool expected = model[stream].insert(std::string(marks[i])).second;
      CHECK(((*added)[i] != 0) == expected);
      new_marks += expected ? 1 : 0;
    }
  }
  // Both forms were met: rows of many marks, none over its bound, and marks that stand alone.
  std::size_t alone = 0;
  for (const auto& [key, value] : state.rows()) {
    CHECK(value.size() <= kMarksRowBytesMax);
    alone += key.starts_with('x') ? 1 : 0;
  }
  CHECK(alone > 0);
  CHECK(alone < new_marks);
}

TEST_CASE("stream marks: streams whose names begin alike are kept apart") {
  test::MemoryState state;
  StreamMarks stream_marks;
  std::vector<std::string> long_marks;
  for (int i = 0; i < 2000; ++i) long_marks.push_back("o" + std::string(30, 'a') + std::to_string(10000 + i));
  const std::vector<std::string_view> marks(long_marks.begin(), long_marks.end());
  for (const char* stream : {"a", "ao", "aoa"}) {
    const auto added = stream_marks.add(stream, marks, state);
    REQUIRE(added.has_value());
    CHECK(std::ranges::all_of(*added, [](char fresh) { return fresh != 0; }));
  }
}

TEST_CASE("stream marks: a row that was not written here is corruption") {
  const std::string_view marks[] = {"ob"};
  for (const std::string_view row :
       {std::string_view("", 0), std::string_view("\2", 1), std::string_view("\0\2ob\2oa", 7),
        std::string_view("\0\2oa\2oa", 7), std::string_view("\0\2o", 3), std::string_view("\0\x82\0oa", 5)}) {
    test::MemoryState state;
    REQUIRE(state.put("ms", row));
    StreamMarks stream_marks;
    const auto added = stream_marks.add("s", marks, state);
    REQUIRE(!added);
    CHECK(added.error().code == Code::corruption);
  }
}

}  // namespace daybook
