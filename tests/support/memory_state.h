// A projection's state as a map, without a store.
//
// Threads: one at a time. Owns: its rows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/projection.h"

namespace daybook::test {

/// The rows of a state, in order: two folds agree exactly when these are equal.
using Rows = std::map<std::string, std::string, std::less<>>;

/// A state in memory, without bounds.
class MemoryState final : public State {
 public:
  [[nodiscard]] Result<std::optional<std::string_view>> get(std::string_view key) override;
  [[nodiscard]] Result<void> put(std::string_view key, std::string_view value) override;
  [[nodiscard]] Result<void> erase(std::string_view key) override;
  [[nodiscard]] Result<void> scan_after(std::string_view prefix, std::string_view after, const StateRow& row) override;
  /// All of it.
  [[nodiscard]] const Rows& rows() const { return rows_; }

 private:
  Rows rows_;
};

}  // namespace daybook::test
