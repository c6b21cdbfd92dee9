// Texts and lists of texts out of a message, each looked at before anything is allocated for it.
//
// Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/list.h>

#include "daybook/result.h"

namespace daybook::net {

/// What a message may still make us allocate.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes_left) : bytes_left_(bytes_left) {}
  [[nodiscard]] std::size_t bytes_left() const { return bytes_left_; }

  /// Takes `bytes`, or nothing: `too_large`, about `what`.
  [[nodiscard]] Result<void> take(std::size_t bytes, std::string_view what);

 private:
  std::size_t bytes_left_;
};

/// `too_large`: `what` has `actual` of `unit`, and at most `most` are allowed.
[[nodiscard]] std::unexpected<Error> beyond(std::string_view what, std::size_t actual, std::size_t most,
                                            std::string_view unit);

/// Copies `text` to `out`, which may have `bytes_max`.
[[nodiscard]] Result<void> copy_text(std::string_view what, capnp::Text::Reader text, std::size_t bytes_max,
                                     ByteBudget& budget, std::string& out);

/// Copies `list`, each of whose texts may have `bytes_max`; the caller has looked at their count.
[[nodiscard]] Result<void> copy_texts(std::string_view what, capnp::List<capnp::Text>::Reader list,
                                      std::size_t bytes_max, ByteBudget& budget, std::vector<std::string>& out);

}  // namespace daybook::net
