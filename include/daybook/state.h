// A projection's state and where it stands, as its readers see them: in its own store, or on a server.
//
// Threads: a State, one at a time. Owns: nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/ids.h"
#include "daybook/result.h"

namespace daybook {

/// Called with each row in byte order of the key, until it returns false.
using StateRow = std::function<bool(std::string_view key, std::string_view value)>;

/// The key-value state that a fold reads and writes. Keys (1..4 KiB) and values (up to 8 MiB) are bytes; keys are
/// ordered bytewise. What one event changed (at most 64 MiB) is kept whole or, when its apply fails, not at all.
/// Rows change only within apply; elsewhere put and erase say `unsupported`.
class State {
 public:
  virtual ~State() = default;
  /// The value, or nullopt. The view is valid until the next call on this State.
  [[nodiscard]] virtual Result<std::optional<std::string_view>> get(std::string_view key) = 0;
  /// Sets the value of `key`; `too_large` beyond the bounds above.
  [[nodiscard]] virtual Result<void> put(std::string_view key, std::string_view value) = 0;
  /// Removes `key`; nothing happens where it is not there.
  [[nodiscard]] virtual Result<void> erase(std::string_view key) = 0;
  /// Calls `row` for each key that begins with `prefix`. `row` must not use this State.
  [[nodiscard]] Result<void> scan(std::string_view prefix, const StateRow& row) { return scan_after(prefix, {}, row); }
  /// As scan(), of the keys behind `after` only, so that a scan goes on where an earlier one ended, without looking at
  /// what that one saw. `after` need not be there, nor begin with `prefix`; empty: every key.
  [[nodiscard]] virtual Result<void> scan_after(std::string_view prefix, std::string_view after,
                                                const StateRow& row) = 0;
};

/// Why a projection stands still.
struct ProjectionFailure {
  Sequence sequence;   ///< The event that it could not take in.
  std::string stream;  ///< That event's stream.
  std::string reason;  ///< What `apply` said, in one line; at most 1 KiB.
};

/// Where a projection stands.
struct ProjectionStatus {
  std::string name;                          ///< As in its definition.
  std::uint32_t fold_version = 0;            ///< Of the state on disk.
  Checkpoint checkpoint;                     ///< The state holds every event through here.
  std::optional<ProjectionFailure> failure;  ///< Set: it stopped there.
  bool rebuilt = false;                      ///< The last open threw an older or foreign state away.
};

}  // namespace daybook
