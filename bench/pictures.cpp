// Ratios are drawn, not rates: a rate is this machine's, a ratio is the program's.
#include "bench/pictures.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>

#include "bench/plot.h"
#include "bench/row_file.h"

namespace daybook::bench {
namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (file.flush()) return;
  std::cerr << "daybook-bench: cannot write " << path.string() << "\n";
  std::exit(1);
}

std::vector<Bar> ratio_bars(const std::vector<Row>& rows, const std::string& group) {
  std::vector<Bar> bars;
  for (const Row& row : rows) {
    if (row.group != group || !row.ratio()) continue;
    const bool asked = row.target && row.target->kind == Target::Kind::ratio_at_least;
    bars.push_back({row.configuration, *row.ratio(), asked ? row.target->value : 0});
  }
  return bars;
}

/// The number with which a configuration names its place on the x axis, such as `fsync, 16 producers x 1`.
double first_number(const std::string& words) {
  const std::size_t at = words.find_first_of("0123456789");
  return at == words.npos ? 0 : std::strtod(words.c_str() + at, nullptr);
}

std::vector<Line> curve_lines(const std::vector<Row>& rows) {
  Line rate{.label = "daybook"};
  Line limit{.label = "the disk, grouped"};
  for (const Row& row : rows) {
    if (row.group != "curve") continue;
    rate.points.emplace_back(first_number(row.configuration), row.value.median);
    if (row.limit) limit.points.emplace_back(first_number(row.configuration), row.limit->value);
  }
  if (rate.points.empty()) return {};
  return {rate, limit};
}

/// The group that was asked for: `size` makes the rows of `memory`, too.
std::string group_of(const Row& row) {
  return row.group == "memory" ? "size" : row.group;
}

/// Of each group what was measured now, else what was before.
std::vector<Row> merged(const std::vector<Row>& before, const std::vector<Row>& now,
                        const std::vector<std::string>& groups) {
  std::vector<Row> rows;
  for (const std::string& group : groups) {
    const auto is_of = [&group](const Row& row) { return group_of(row) == group; };
    const auto& source = std::ranges::any_of(now, is_of) ? now : before;
    std::ranges::copy_if(source, std::back_inserter(rows), is_of);
  }
  return rows;
}

}  // namespace

void prepare_pages(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error && ::access(directory.c_str(), W_OK | X_OK) != 0) error = {errno, std::generic_category()};
  if (!error) return;
  std::cerr << "daybook-bench: cannot write pages into " << directory.string() << ": " << error.message() << "\n";
  std::exit(1);
}

void write_pages(const std::vector<Row>& measured, const std::vector<std::string>& groups,
                 const std::filesystem::path& directory) {
  const std::filesystem::path kept = directory / "measured.tsv";
  const auto rows = merged(read_rows(kept), measured, groups);
  write(kept, text_of(rows));
  write(directory / "measured.md",
        "# Measured\n\nWritten by `daybook-bench`; [performance.md](../performance.md) says how to "
        "read it.\n" +
            markdown_of(rows));
  for (const auto& [group, title] : {std::pair("append", "Appends: share of what the disk allows (mark: to reach)"),
                                     std::pair("conditions", "Appends with conditions: share of the same without"),
                                     std::pair("replay", "Replay: share of the limit")}) {
    const auto bars = ratio_bars(rows, group);
    if (!bars.empty()) write(directory / (std::string(group) + ".svg"), bar_chart(title, "ratio", bars));
  }
  const auto lines = curve_lines(rows);
  if (lines.empty()) return;
  write(directory / "curve.svg",
        line_chart("Durable appends of one event by the number of producers", "producers", "events/s", lines));
}

}  // namespace daybook::bench
