// Numbers are written with all of their digits: a page of rows that were read back is the page that they were written
// on.
#include "bench/row_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

namespace daybook::bench {
namespace {

using Fields = std::map<std::string, std::string>;

std::string text_of(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

void put(std::string& line, const std::string& name, const std::string& value) {
  line += (line.empty() ? "" : "\t") + name + "=" + value;
}
void put(std::string& line, const std::string& name, const std::optional<double>& value) {
  if (value) put(line, name, text_of(*value));
}
void put(std::string& line, const std::string& name, const Spread& spread) {
  put(line, name, text_of(spread.median));
  put(line, name + ".least", text_of(spread.least));
  put(line, name + ".most", text_of(spread.most));
}

std::string line_of(const Row& row) {
  std::string line;
  put(line, "group", row.group);
  put(line, "configuration", row.configuration);
  put(line, "unit", row.unit);
  put(line, "value", row.value);
  if (row.indexed) put(line, "indexed", *row.indexed);
  if (row.limit) {
    put(line, "limit", row.limit->what);
    put(line, "limit.value", text_of(row.limit->value));
  }
  if (row.target) {
    put(line, "target", std::to_string(static_cast<int>(row.target->kind)));
    put(line, "target.value", text_of(row.target->value));
  }
  put(line, "p50", row.p50_us);
  put(line, "p99", row.p99_us);
  put(line, "p999", row.p999_us);
  put(line, "cpu", row.cpu_ns_per_event);
  put(line, "disk", row.disk_bytes_per_event);
  put(line, "amplification", row.write_amplification);
  if (!row.note.empty()) put(line, "note", row.note);
  return line;
}

Fields fields_of(const std::string& line) {
  Fields fields;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    const std::size_t equals = line.find('=', begin);
    if (equals >= end) return {};
    fields[line.substr(begin, equals - begin)] = line.substr(equals + 1, end - equals - 1);
    begin = end + 1;
  }
  return fields;
}

std::optional<double> number(const Fields& fields, const std::string& name) {
  const auto at = fields.find(name);
  return at == fields.end() ? std::nullopt : std::optional(std::strtod(at->second.c_str(), nullptr));
}

std::optional<Spread> spread(const Fields& fields, const std::string& name) {
  const auto median = number(fields, name);
  const auto least = number(fields, name + ".least");
  const auto most = number(fields, name + ".most");
  if (!median || !least || !most) return std::nullopt;
  return Spread{*median, *least, *most};
}

std::optional<Row> row_of(const Fields& fields) {
  const auto value = spread(fields, "value");
  if (!value || !fields.contains("group") || !fields.contains("configuration") || !fields.contains("unit")) {
    return std::nullopt;
  }
  Row row{.group = fields.at("group"),
          .configuration = fields.at("configuration"),
          .unit = fields.at("unit"),
          .value = *value,
          .indexed = spread(fields, "indexed"),
          .p50_us = number(fields, "p50"),
          .p99_us = number(fields, "p99"),
          .p999_us = number(fields, "p999"),
          .cpu_ns_per_event = number(fields, "cpu"),
          .disk_bytes_per_event = number(fields, "disk"),
          .write_amplification = number(fields, "amplification")};
  if (const auto limit = number(fields, "limit.value")) row.limit = Limit{fields.at("limit"), *limit};
  if (const auto target = number(fields, "target.value")) {
    row.target = Target{static_cast<Target::Kind>(std::atoi(fields.at("target").c_str())), *target};
  }
  if (fields.contains("note")) row.note = fields.at("note");
  return row;
}

}  // namespace

std::vector<Row> read_rows(const std::filesystem::path& path) {
  std::vector<Row> rows;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    auto row = row_of(fields_of(line));
    if (!row) {
      std::fprintf(stderr, "daybook-bench: %s: a line is no row; remove the file and measure again\n", path.c_str());
      std::exit(1);
    }
    rows.push_back(std::move(*row));
  }
  return rows;
}

std::string text_of(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) text += line_of(row) + "\n";
  return text;
}

}  // namespace daybook::bench
