// Which rows become which picture.
//
// Threads: one. Owns: nothing.
#pragma once

#include <filesystem>

#include "bench/report.h"

namespace daybook::bench {

/// Writes the tables of `report` to DIR/measured.md, and a picture beside it for each group that has one.
void write_pages(const Report& report, const std::filesystem::path& directory);

}  // namespace daybook::bench
