// Measured rows as lines of text, so that a page can be put together from several runs.
//
// Threads: any. Owns: nothing.
#pragma once

#include <filesystem>
#include <vector>

#include "bench/report.h"

namespace daybook::bench {

/// The rows that `path` holds; none where there is no such file. Exits the program where it cannot be understood.
[[nodiscard]] std::vector<Row> read_rows(const std::filesystem::path& path);
/// One row a line: fields between tabs, each `name=value`.
[[nodiscard]] std::string text_of(const std::vector<Row>& rows);

}  // namespace daybook::bench
