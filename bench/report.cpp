// A row is printed as soon as it is measured: a run takes long, and whoever waits wants to see where it is.
#include "bench/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace daybook::bench {
namespace {

std::string in_target_words(const Target& target) {
  switch (target.kind) {
    case Target::Kind::ratio_at_least:
      return "ratio >= " + short_number(target.value);
    case Target::Kind::at_least:
      return ">= " + short_number(target.value);
    case Target::Kind::at_most:
      return "<= " + short_number(target.value);
  }
  return {};
}

std::string optional_number(const std::optional<double>& value) {
  return value ? short_number(*value) : "";
}

constexpr std::array<const char*, 13> kHeaders = {
    "configuration", "unit",     "median (least - most)", "indexed", "limit",      "ratio", "target", "p50 us",
    "p99 us",        "p99.9 us", "cpu ns/event",          "B/event", "write ampl."};

std::array<std::string, kHeaders.size()> cells_of(const Row& row) {
  const auto ratio = row.ratio();
  std::string target = row.target ? in_target_words(*row.target) : "";
  if (row.target && !row.meets_target()) target += " **missed**";
  std::string limit = row.limit ? short_number(row.limit->value) + ": " + row.limit->what : "";
  return {row.note.empty() ? row.configuration : row.configuration + " (" + row.note + ")",
          row.unit,
          spread_text(row.value),
          row.indexed ? short_number(row.indexed->median) : "",
          std::move(limit),
          ratio ? short_number(*ratio) : "",
          std::move(target),
          optional_number(row.p50_us),
          optional_number(row.p99_us),
          optional_number(row.p999_us),
          optional_number(row.cpu_ns_per_event),
          optional_number(row.disk_bytes_per_event),
          optional_number(row.write_amplification)};
}

void print_plain(const Row& row) {
  const auto cells = cells_of(row);
  std::string line = row.group + ": " + cells[0] + ": " + cells[2] + " " + cells[1];
  for (std::size_t at = 3; at < cells.size(); ++at) {
    if (!cells[at].empty()) line += std::string("; ") + kHeaders[at] + " " + cells[at];
  }
  std::printf("%s\n", line.c_str());
}

void print_json(const Row& row) {
  std::string line = "{\"group\":" + json_string(row.group) + ",\"configuration\":" + json_string(row.configuration) +
                     ",\"unit\":" + json_string(row.unit) + ",\"value\":" + json_spread(row.value);
  if (row.indexed) line += ",\"indexed\":" + json_spread(*row.indexed);
  if (row.limit) {
    line += ",\"limit\":{\"what\":" + json_string(row.limit->what) + ",\"value\":" + json_number(row.limit->value) +
            "},\"ratio\":" + json_number(*row.ratio());
  }
  if (row.target) {
    line += ",\"target\":" + json_string(in_target_words(*row.target)) +
            (row.meets_target() ? ",\"met\":true" : ",\"met\":false");
  }
  const auto add = [&line](const char* name, const std::optional<double>& value) {
    if (value) line += std::string(",\"") + name + "\":" + json_number(*value);
  };
  add("p50Us", row.p50_us);
  add("p99Us", row.p99_us);
  add("p999Us", row.p999_us);
  add("cpuNsPerEvent", row.cpu_ns_per_event);
  add("diskBytesPerEvent", row.disk_bytes_per_event);
  add("writeAmplification", row.write_amplification);
  if (!row.note.empty()) line += ",\"note\":" + json_string(row.note);
  std::printf("%s}\n", line.c_str());
}

}  // namespace

std::string short_number(double value) {
  const double size = std::abs(value);
  double shown = value;
  const char* suffix = "";
  if (size >= 999.5e6) {
    shown = value / 1e9;
    suffix = "G";
  } else if (size >= 999.5e3) {
    shown = value / 1e6;
    suffix = "M";
  } else if (size >= 9999.5) {
    shown = value / 1e3;
    suffix = "k";
  }
  const double magnitude = std::abs(shown);
  const int decimals = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f%s", decimals, shown, suffix);
  return buffer.data();
}

std::string spread_text(const Spread& spread) {
  return short_number(spread.median) + " (" + short_number(spread.least) + " - " + short_number(spread.most) + ")";
}

std::string json_string(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string json_number(double value) {
  if (!std::isfinite(value)) return "null";
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.6g", value);
  return buffer.data();
}

std::string json_spread(const Spread& spread) {
  return "{\"median\":" + json_number(spread.median) + ",\"least\":" + json_number(spread.least) +
         ",\"most\":" + json_number(spread.most) + "}";
}

std::optional<double> Row::ratio() const {
  if (!limit || limit->value <= 0) return std::nullopt;
  return value.median / limit->value;
}

bool Row::meets_target() const {
  if (!target) return true;
  switch (target->kind) {
    case Target::Kind::ratio_at_least:
      return ratio().value_or(0) >= target->value;
    case Target::Kind::at_least:
      return value.median >= target->value;
    case Target::Kind::at_most:
      return value.median <= target->value;
  }
  return false;
}

void Report::add(Row row) {
  if (json_) {
    print_json(row);
  } else {
    print_plain(row);
  }
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

std::size_t Report::missed() const {
  return static_cast<std::size_t>(std::ranges::count_if(rows_, [](const Row& row) { return !row.meets_target(); }));
}

std::string markdown_of(const std::vector<Row>& rows) {
  std::string out;
  std::string group;
  for (const Row& row : rows) {
    if (row.group != group) {
      group = row.group;
      out += "\n### " + group + "\n\n|";
      for (const char* header : kHeaders) out += std::string(" ") + header + " |";
      out += "\n|";
      for (std::size_t at = 0; at < kHeaders.size(); ++at) out += " --- |";
      out += "\n";
    }
    out += "|";
    for (const std::string& cell : cells_of(row)) out += " " + cell + " |";
    out += "\n";
  }
  return out;
}

}  // namespace daybook::bench
