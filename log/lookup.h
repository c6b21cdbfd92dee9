// Look-ups by stream: heads, versions, names. Newest first: the generations of the tail, then the postings.
//
// Threads: any. Owns: nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daybook/log.h"
#include "log/core.h"

namespace daybook {

/// The stream's head at the view's head; version 0 where it does not exist.
[[nodiscard]] Result<StreamHead> find_stream_head(const View& view, std::string_view stream);

/// The sequence of a version; nullopt where the stream has none such.
[[nodiscard]] Result<std::optional<Sequence>> find_version(const View& view, std::string_view stream, Version version);

/// Up to `limit` streams that begin with `prefix`, behind `after`, in byte order.
[[nodiscard]] Result<std::vector<StreamHead>> find_streams(const View& view, std::string_view prefix,
                                                           std::string_view after, std::size_t limit);

/// The first sequence recorded at or after `time`, at most one beyond the head.
[[nodiscard]] Result<Sequence> find_first_at(Core& core, Sequence head, Timestamp time);

}  // namespace daybook
