// Remembers, for each stream, under which keys it was counted already, so that "streams with an order of this sku"
// counts each stream once, however many events say it.
//
// Threads: one at a time. Owns: scratch memory; the marks are rows of the State that it is given.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/projection.h"
#include "daybook/result.h"

namespace daybook {

/// The marks of a stream stand in one row up to this size; further ones in a row each.
inline constexpr std::size_t kMarksRowBytesMax = 32 * 1024;

/// Uses the state keys that begin with `m` and `x`.
class StreamMarks {
 public:
  /// Marks `stream` with `marks`, which are sorted and distinct. The answer, one an element, is not 0 where the mark is
  /// new; it is valid until the next call.
  [[nodiscard]] Result<std::span<const char>> add(std::string_view stream, std::span<const std::string_view> marks,
                                                  State& state);

 private:
  [[nodiscard]] Result<void> load(State& state);
  void find_new(std::span<const std::string_view> marks);
  [[nodiscard]] Result<void> find_new_among_single(std::string_view stream, std::span<const std::string_view> marks,
                                                   State& state);
  void merge(std::span<const std::string_view> marks);
  void make_single_key(std::string_view stream, std::string_view mark);

  std::string key_;
  std::string stored_;                    ///< The stored row.
  bool spilled_ = false;                  ///< Marks of the stream stand in rows of their own, too.
  std::vector<std::string_view> in_row_;  ///< The marks in stored_, in order.
  std::vector<char> new_;
  std::string merged_;
};

}  // namespace daybook
