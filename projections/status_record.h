// The record that stands beside a projection's state: which fold made it, how far, and why it stands still.
//
// Threads: any; pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daybook/projection.h"
#include "daybook/result.h"

namespace daybook {

/// The bytes of `status`; `rebuilt` is not among them.
[[nodiscard]] std::string encode_status(const ProjectionStatus& status);

/// The status that encode_status() wrote. Errors: `unsupported` (a newer record), `corruption`.
[[nodiscard]] Result<ProjectionStatus> decode_status(std::string_view record);

}  // namespace daybook
