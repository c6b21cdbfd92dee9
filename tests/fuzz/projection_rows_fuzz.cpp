// What projections store: the record beside the state, rows of counts, rows of marks. A decoder refuses bytes, or
// encoding what it gave gives them again; marks that were added are known from then on.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "projections/state_row.h"
#include "projections/status_record.h"
#include "projections/stream_marks.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/memory_state.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

void check_marks(std::string_view row, std::string_view rest) {
  test::MemoryState state;
  DAYBOOK_CHECK(state.put("mstream", row), "memory takes what is put");
  std::vector<std::string> texts;
  while (!rest.empty() && texts.size() < 8) texts.emplace_back(take(rest, 1u + take_byte(rest) % 32u));
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  const std::vector<std::string_view> marks(texts.begin(), texts.end());
  StreamMarks stream_marks;
  const auto added = stream_marks.add("stream", marks, state);
  if (!added) {
    DAYBOOK_CHECK(added.error().code == Code::corruption, "a row that is none is corruption");
    return;
  }
  const auto again = stream_marks.add("stream", marks, state);
  DAYBOOK_CHECK(again.has_value(), "a row that was written can be read");
  for (const char is_new : *again) DAYBOOK_CHECK(is_new == 0, "a mark that was added is known");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  std::string_view input = text_of(data, bytes);
  if (const auto status = decode_status(input)) {
    DAYBOOK_CHECK(encode_status(*status) == input, "a status record is one to one");
  }
  if (const auto counts = decode_counts<5>(input)) {
    const auto again = encode_counts<5>(*counts);
    DAYBOOK_CHECK(std::string_view(again.data(), again.size()) == input, "a row of counts is one to one");
  }
  const std::uint8_t row_bytes = take_byte(input);
  const std::string_view row = take(input, row_bytes);
  check_marks(row, input);
  return 0;
}
