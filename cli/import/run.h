// A run: the consecutive rows that become one event, from the first row until it is closed.
//
// Threads: one at a time. Owns: the event's parts while they grow; borrows the mapping.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/import/identity.h"
#include "cli/import/import_source.h"
#include "cli/import/mapping.h"
#include "cli/import/row.h"
#include "daybook/event.h"

namespace daybook::cli {

/// The most rows that one event takes.
inline constexpr std::uint64_t kRunRowsMax = 10'000;

/// See above.
class Run {
 public:
  /// `mapping` outlives the run.
  explicit Run(Mapping& mapping) : mapping_(&mapping) {}

  [[nodiscard]] bool is_open() const { return rule_ != nullptr; }
  /// Whether `row`, taken by `rule`, continues this run.
  [[nodiscard]] bool continues(const Rule& rule, const Row& row) const;
  /// Begins with `row`. On a problem the run is not open.
  [[nodiscard]] Checked<> open(Rule& rule, const Row& row);
  /// Adds a row that continues the run. On a problem the run is as it was.
  [[nodiscard]] Checked<> add(const Row& row);
  /// Whether nothing can be added: one event a row, or kRunRowsMax rows.
  [[nodiscard]] bool is_full() const { return rule_->group.empty() || rows_ == kRunRowsMax; }
  /// The event of an open run, which is closed by this.
  [[nodiscard]] ImportedCommit close();
  /// Forgets an open run.
  void discard() { rule_ = nullptr; }

 private:
  [[nodiscard]] Checked<> open_names(const Rule& rule, const Row& row);
  [[nodiscard]] Checked<> open_tags(const Rule& rule, const Row& row);
  [[nodiscard]] Checked<> open_metadata(Rule& rule, const Row& row);
  [[nodiscard]] Checked<> open_data(const Rule& rule, const Row& row);
  [[nodiscard]] Checked<> open_group(const Rule& rule, const Row& row);
  [[nodiscard]] Checked<> add_line(const Rule& rule, const Row& row);
  [[nodiscard]] std::size_t data_bytes_at_end() const { return data_.size() + tail_.size() + 2; }

  Mapping* mapping_;
  const Rule* rule_ = nullptr;
  std::vector<std::string> group_;  ///< The values of the rule's group columns.
  Event event_{};                   ///< All but `data`.
  std::string data_;                ///< The beginning of the data, up to the last element of `lines`.
  std::string tail_;                ///< The members behind `lines`.
  std::string scratch_;
  RunKey key_;
  std::uint64_t rows_ = 0;
  std::uint64_t first_row_ = 0;
  std::uint64_t line_ = 0;
};

}  // namespace daybook::cli
