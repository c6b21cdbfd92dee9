// A vocabulary for tests of the importer: text in, events and bad rows out, no log.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/import/event_source.h"
#include "daybook/result.h"

namespace daybook::test {

/// What an input became under a mapping.
struct Imported {
  std::vector<cli::ImportedCommit> events;
  std::vector<cli::BadRow> bad;
  std::vector<std::string> order;  ///< `STREAM FIRST-LAST` and `bad N`, in the order in which they came.
  std::optional<Error> error;      ///< Of the mapping, the header or the input.
  std::uint64_t rows = 0;
  std::uint64_t skipped = 0;

  /// The only event's data.
  [[nodiscard]] std::string data() const;
  /// `LINE:COLUMN (row N): REASON` of the only bad row.
  [[nodiscard]] std::string bad_row() const;
};

/// Imports `input` (any bytes) through a file.
[[nodiscard]] Imported import_text(std::string_view mapping, std::string_view input,
                                   cli::BadRows bad_rows = cli::BadRows::stop);
/// Imports an existing file.
[[nodiscard]] Imported import_file(std::string_view mapping, const std::string& path,
                                   cli::BadRows bad_rows = cli::BadRows::stop);

/// A mapping of CSV rows with the columns `id` and `v`, one event a row in the stream `s-{id}`; `rule` is added to it.
[[nodiscard]] std::string csv_mapping(std::string_view rule);
/// The same for JSON lines.
[[nodiscard]] std::string jsonl_mapping(std::string_view rule);

/// The message of the error that `mapping` gives; empty when it is good.
[[nodiscard]] std::string mapping_error(std::string_view mapping);

/// Where the real orders lie; empty, with a message, when they are not there.
[[nodiscard]] std::string real_data(const std::string& name);
/// The text of a file of the source tree.
[[nodiscard]] std::string source_file(const std::string& path);

}  // namespace daybook::test
