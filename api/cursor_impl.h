// What stands behind the public face of a cursor: an embedded log's (log/), or a server's (client/).
//
// Threads: one at a time. Owns: the blocks it stands on.
#pragma once

#include <optional>

#include "daybook/cursor.h"

namespace daybook {

/// Every call means what the one of the same name in daybook/cursor.h says.
class Cursor::Impl {
 public:
  Impl() = default;
  virtual ~Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] virtual Result<std::optional<Batch>> next() = 0;
  [[nodiscard]] virtual const ReadPlan& plan() const = 0;
};

}  // namespace daybook
