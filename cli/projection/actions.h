// What `daybook projection` does: run, list, query. Each returns the command's exit code.
//
// Threads: the main thread. Owns: nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/projection.h"
#include "daybook/result.h"

#include "cli/command.h"

namespace daybook::cli {

/// The projections that this program can run, in byte order of their names.
[[nodiscard]] std::vector<Projection> known_projections();
/// The one of that name; `invalid`, naming the known ones, where there is none.
[[nodiscard]] Result<Projection> find_projection(std::string_view name);
/// Where its state lives under the log's directory.
[[nodiscard]] std::filesystem::path projection_directory(const Context& context, std::string_view name);

/// Where a projection stands, measured against its log.
struct Standing {
  std::string name;                  ///< The projection's.
  Sequence sequence;                 ///< Folded through here.
  std::uint64_t lag = 0;             ///< Events behind the head.
  double lag_seconds = 0;            ///< Age of the oldest event that is not folded; 0 at the head.
  std::uint32_t fold_version = 0;    ///< Of the state.
  bool ran = false;                  ///< False: it never ran.
  bool damaged = false;              ///< Its state is damaged or of another history, and has to be made again.
  std::optional<std::string> error;  ///< Why it stands still, or cannot go on.
};

/// Measures `status` against `log`.
[[nodiscard]] Result<Standing> standing_of(Log& log, const ProjectionStatus& status);
/// Of all that this program knows, and all that have a folder, or of those that a server runs; in byte order of their
/// names.
[[nodiscard]] Result<std::vector<Standing>> all_standings(const Context& context, Log& log);
/// Appends `{"name",...}` without a line end.
void append_standing_json(std::string& out, const Standing& standing);

/// `projection run NAME [--follow]`.
[[nodiscard]] int run_projection(const Context& context, const std::string& name, bool follow);
/// `projection list`.
[[nodiscard]] int list_projections(const Context& context);

/// `projection query`'s flags.
struct QueryRequest {
  std::string name;                                 ///< The projection's.
  std::optional<std::string> key;                   ///< One row.
  std::optional<std::string> dimension;             ///< Of analytics; `total` when absent.
  std::optional<std::uint64_t> top;                 ///< This many rows, the highest `by` first.
  std::optional<std::uint64_t> bottom;              ///< This many rows, the lowest `by` first.
  std::optional<std::string> by;                    ///< A field of the row.
  std::optional<std::uint64_t> at_least;            ///< Of a server's: wait until it holds every event through here,
  std::optional<std::chrono::nanoseconds> timeout;  ///< this long; 10 s when absent.
};
/// `projection query NAME [KEY]`.
[[nodiscard]] int query_projection(const Context& context, const QueryRequest& request);

}  // namespace daybook::cli
