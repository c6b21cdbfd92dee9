// A line of `append -`: refused in one line, or a commit whose events, appended and printed as `read --json` does, read
// again as the same events.

#include "api/validate.h"
#include "cli/commit_json.h"
#include "cli/event_json.h"
#include "cli/json_text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/log/block_fixture.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

void check_print(const EventView& event) {
  static cli::CommitJson reader;
  for (const bool for_terminal : {false, true}) {
    cli::EventJson writer(for_terminal);
    std::string line;
    writer.append(line, event);
    DAYBOOK_CHECK(cli::is_json(line) && line.find('\n') == std::string::npos, "a printed event is a line of JSON");
    const auto again = reader.parse(line);
    DAYBOOK_CHECK(again && again->events.size() == 1, "a printed event can be read");
    Event given = event.to_event();
    Event read = again->events.front();
    if (for_terminal) {  // what a terminal would act on is escaped there, which JSON takes for the same
      given.data.clear();
      read.data.clear();
    }
    DAYBOOK_CHECK(test::content_of(read) == test::content_of(given), "a printed event reads the same");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  static cli::CommitJson reader;
  auto commit = reader.parse(text_of(data, bytes));
  if (!commit) {
    DAYBOOK_CHECK(commit.error().code == Code::invalid || commit.error().code == Code::too_large,
                  "a wrong line is invalid");
    return 0;
  }
  if (const auto checked = check_commit(*commit); !checked) return 0;
  const auto block = test::BlockChain(LogId{}).seal({*commit});
  for (std::uint32_t i = 0; i < block->event_count(); ++i) check_print(block->event(i));
  return 0;
}
