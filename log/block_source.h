// Where stored blocks are found when RocksDB's own account of its files is not to be trusted: one table file, or the
// WAL files together. For Salvage.
//
// Threads: one at a time. Owns: the files that it has open.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daybook/ids.h"
#include "daybook/result.h"

namespace daybook {

/// Stored values in the order of their sequences. What is damaged is passed by, and said in trouble().
class BlockSource {
 public:
  virtual ~BlockSource() = default;
  /// Goes on to the first value at or behind `wanted`, and never back. An error is about the machine, not the bytes.
  [[nodiscard]] virtual Result<void> advance(Sequence wanted) = 0;
  /// The first sequence of the value that it stands on, as its key has it; nullopt at the end.
  [[nodiscard]] virtual std::optional<Sequence> at() const = 0;
  /// That value, unverified. Valid until the next call.
  [[nodiscard]] virtual Result<std::string_view> value() = 0;
  /// The file that it stands in, relative to DIR.
  [[nodiscard]] virtual std::string file() const = 0;
  /// What the last advance() that moved passed by, with its file; empty: nothing damaged.
  [[nodiscard]] virtual const std::string& trouble() const = 0;
  /// The copy of FORMAT's text, where it came by.
  [[nodiscard]] virtual const std::string& format_text() const = 0;
};

}  // namespace daybook
