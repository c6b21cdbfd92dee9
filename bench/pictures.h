// Which rows become which picture.
//
// Threads: one. Owns: nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/report.h"

namespace daybook::bench {

/// Makes `directory` where it is missing. Exits the program where write_pages() could not write there: before anything
/// is measured.
void prepare_pages(const std::filesystem::path& directory);

/// Writes the tables of `rows` to DIR/measured.md, and a picture beside it for each group that has one. Groups without
/// a row here stay as DIR/measured.tsv has them from an earlier run; `groups` is their order. After
/// prepare_pages().
void write_pages(const std::vector<Row>& rows, const std::vector<std::string>& groups,
                 const std::filesystem::path& directory);

}  // namespace daybook::bench
