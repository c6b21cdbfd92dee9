// CSV of any bytes against a plain reading of RFC 4180: the same records and fields, or a record that is bad where the
// plain reading gives up; and no byte of the input is lost. A filler before the input moves the border of what is read
// at a time into it.
#include <algorithm>
#include <string>

#include "cli/import/csv_records.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_input.h"
#include "tests/support/simple_csv.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;  // of InputWindow and InputFile

struct ReadCsv {
  std::vector<std::vector<std::string>> records;
  bool bad = false;
  std::size_t bytes = 0;  ///< Of the records, without their line ends.
  std::uint64_t last_line = 0;
};

ReadCsv read_csv(const std::string& text, char delimiter) {
  const MemoryInput file(text);
  auto source = cli::InputSource::open(file.path());
  DAYBOOK_CHECK(source.has_value(), "a file in memory opens");
  cli::InputWindow window(*source);
  cli::CsvRecords records(window, delimiter);
  ReadCsv read;
  while (true) {
    const auto more = records.next();
    DAYBOOK_CHECK(more.has_value(), "a file in memory can be read");
    if (!*more) return read;
    read.bytes += records.bytes().size();
    DAYBOOK_CHECK(records.line() > read.last_line, "lines go up");
    read.last_line = records.line();
    if (const auto& problem = records.problem()) {
      DAYBOOK_CHECK(problem->at <= records.bytes().size(), "a problem is in its record");
      read.bad = true;
      continue;
    }
    auto& fields = read.records.emplace_back();
    for (std::size_t i = 0; i < std::min(records.field_count(), cli::kColumnsMax); ++i) {
      fields.emplace_back(records.field(i));
      DAYBOOK_CHECK(records.field_at(i) <= records.bytes().size(), "a field begins in its record");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  std::string_view input = text_of(data, bytes);
  const std::uint8_t form = take_byte(input);
  const char delimiter = ",;\t|"[form & 3];
  // A compressed file is another reader's affair.
  const bool zstd =
      input.starts_with("\x28\xb5\x2f\xfd") || (input.size() >= 4 && input.substr(1, 3) == "\x2a\x4d\x18");
  if (zstd || input.starts_with("\x1f\x8b")) return 0;

  const auto expected = test::simple_csv(input, delimiter);
  const ReadCsv read = read_csv(std::string(input), delimiter);
  DAYBOOK_CHECK(read.bad == !expected.has_value(), "what RFC 4180 does not allow is bad, and nothing else");
  if (expected) DAYBOOK_CHECK(read.records == *expected, "the records are those of a plain reading");
  const auto line_ends = static_cast<std::size_t>(std::ranges::count(input, '\n') + std::ranges::count(input, '\r'));
  DAYBOOK_CHECK(read.bytes <= input.size() && read.bytes + line_ends >= input.size(), "no byte is lost");

  if ((form & 0x30) != 0x30) return 0;
  const std::size_t shift = std::min<std::size_t>(input.size(), form >> 6);
  std::string filled(kChunkBytes - 1 - shift - input.size() / 2, 'f');
  filled += '\n';
  const ReadCsv across = read_csv(filled + std::string(input), delimiter);
  DAYBOOK_CHECK(across.bad == read.bad && across.records.size() == read.records.size() + 1 &&
                    std::equal(read.records.begin(), read.records.end(), across.records.begin() + 1),
                "where a chunk of the input ends does not matter");
  return 0;
}
