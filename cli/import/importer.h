// An import: the commits of an input go into a log, until the input ends or something stands in the way.
//
// Threads: one at a time. Owns: the bad rows that it lists; borrows source and log.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/import/append_window.h"
#include "cli/import/import_source.h"
#include "cli/import/input_source.h"
#include "daybook/log.h"
#include "daybook/result.h"

namespace daybook::cli {

/// How many bad rows are listed; the others are only counted.
inline constexpr std::size_t kBadRowsListedMax = 100;

/// Why an import ended.
enum class ImportEnd : std::uint8_t {
  complete,     ///< The whole input was read.
  bad_row,      ///< A row could not be taken; it is the last of bad_rows.
  interrupted,  ///< Someone asked for it.
  failed,       ///< See ImportSummary::error.
};

/// What an import did.
struct ImportSummary {
  ImportEnd end = ImportEnd::complete;
  std::uint64_t rows = 0;
  std::uint64_t rows_skipped = 0;  ///< By a rule of the mapping.
  std::uint64_t rows_bad = 0;
  AppendCounts events;
  std::vector<BadRow> bad_rows;  ///< The first kBadRowsListedMax.
  std::optional<Error> error;    ///< Set when it failed; the message says where in the input.
};

/// How long a commit may take. A log's own disk is waited for however slow it is; a server that is away longer than it
/// takes to start again is gone.
inline constexpr AppendOptions kDiskPatience{.timeout = std::chrono::hours(1)};
inline constexpr AppendOptions kServerPatience{.timeout = std::chrono::minutes(1)};

/// What an import tells while it runs. Both are called on its thread.
struct ImportListener {
  std::function<void(const BadRow&)> bad_row;         ///< For each listed one, at once.
  std::function<void(const ImportSource&)> progress;  ///< After each commit, and now and then without.
};

/// Imports everything. `stop` is asked often; once true, what is on its way is waited for and the rest is left. What
/// was appended stays whatever happens, and running the same import again goes on from there.
[[nodiscard]] ImportSummary import_events(ImportSource& source, Log& log, const ImportListener& listener,
                                          const StopRequested& stop, AppendOptions patience = kDiskPatience);

/// `FILE:LINE:COLUMN (row N): REASON`.
[[nodiscard]] std::string text_of(const std::string& file, const BadRow& bad);

}  // namespace daybook::cli
