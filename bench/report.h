// The rows of a run of the benchmarks, as tables for people, JSON lines for programs, and pictures.
//
// Threads: one. Owns: the rows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.h"

namespace daybook::bench {

/// What nobody can beat, measured in the same run on the same disk.
struct Limit {
  std::string what;
  double value = 0;  ///< In the unit of the row.
};

/// The bound that the design sets: a share of the limit, or a figure in the row's unit.
struct Target {
  enum class Kind { ratio_at_least, at_least, at_most };
  Kind kind;
  double value;
};

/// One measured configuration.
struct Row {
  std::string group;          ///< Rows of a group are one table.
  std::string configuration;  ///< What was done.
  std::string unit;           ///< Of `value`, such as `events/s` or `us`.
  Spread value;
  std::optional<Spread> indexed{};  ///< The same, counted until every posting was written.
  std::optional<Limit> limit{};
  std::optional<Target> target{};
  std::optional<double> p50_us{}, p99_us{}, p999_us{};
  std::optional<double> cpu_ns_per_event{};
  std::optional<double> disk_bytes_per_event{};
  std::optional<double> write_amplification{};
  std::string note{};  ///< What else must be known to read it.

  /// value / limit; nullopt without a limit.
  [[nodiscard]] std::optional<double> ratio() const;
  /// Whether the target is met; true without one.
  [[nodiscard]] bool meets_target() const;
};

/// Collects rows and prints each as it comes.
class Report {
 public:
  /// `json`: rows are printed as JSON, one a line, instead of as tables.
  explicit Report(bool json) : json_(json) {}
  void add(Row row);
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  /// Rows that miss their target.
  [[nodiscard]] std::size_t missed() const;

 private:
  bool json_;
  std::vector<Row> rows_;
};

/// The rows as Markdown tables, a table a group.
[[nodiscard]] std::string markdown_of(const std::vector<Row>& rows);
/// `12.3M`, `45.6k` or `7.8`: three digits.
[[nodiscard]] std::string short_number(double value);
/// `12.3M (11.0M - 13.1M)`: median, least and most.
[[nodiscard]] std::string spread_text(const Spread& spread);
/// An object with `median`, `least` and `most`.
[[nodiscard]] std::string json_spread(const Spread& spread);
/// A number, or null where it is none.
[[nodiscard]] std::string json_number(double value);
/// A JSON string of text of ours, which has no characters that JSON would escape.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace daybook::bench
