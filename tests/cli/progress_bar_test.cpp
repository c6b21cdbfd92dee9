// The line of a progress bar.
#include <chrono>

#include <doctest/doctest.h>

#include "cli/progress_bar.h"
#include "cli/visible_text.h"

using daybook::cli::Progress;
using daybook::cli::progress_line;
using namespace std::chrono_literals;

TEST_CASE("progress: with a total there are share, rate and time left") {
  const Progress progress{.done = 250, .total = 1000, .items = 12'500};
  CHECK(progress_line("import", "events", progress, 10s, 200) ==
        "import [#####...............]  25%  12,500 events  1,250/s  0:30 left");
}

TEST_CASE("progress: without a total there is a rate only") {
  CHECK(progress_line("import", "events", {.items = 1'234'567}, 2s, 200) == "import  1,234,567 events  617,283/s");
}

TEST_CASE("progress: at the very beginning and at the end there is no time left") {
  CHECK(progress_line("verify", "blocks", {.total = 10}, 0s, 200) == "verify [....................]   0%  0 blocks");
  CHECK(progress_line("verify", "blocks", {.done = 10, .total = 10, .items = 10}, 1s, 200) ==
        "verify [####################] 100%  10 blocks  10/s");
}

TEST_CASE("progress: more done than there is (a file that grows) stays at 100 %") {
  CHECK(progress_line("import", "events", {.done = 20, .total = 10, .items = 1}, 1s, 200) ==
        "import [####################] 100%  1 events  1/s");
}

TEST_CASE("progress: hours are shown, and a line never exceeds its columns") {
  const Progress slow{.done = 1, .total = 7201, .items = 1};
  CHECK(progress_line("i", "e", slow, 1s, 200).ends_with("2:00:00 left"));
  for (std::size_t columns = 0; columns < 80; ++columns) {
    CHECK(daybook::cli::display_width(progress_line("import", "events", slow, 1s, columns)) <= columns);
  }
}

TEST_CASE("progress: a label cannot carry an escape sequence") {
  CHECK(progress_line("\x1b[2J", "x", {.items = 1}, 0s, 200) == "\\u001b[2J  1 x");
}
