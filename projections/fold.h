// The fold step: how one event goes into a state. The runner and the replay both take it, so that what is debugged is
// what runs.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include <optional>
#include <string_view>

#include "daybook/projection.h"
#include "projections/overlay.h"

namespace daybook {

/// `invalid` where a projection's name, query or apply function cannot be run.
[[nodiscard]] Result<void> check_projection(const Projection& projection);

/// Applies `event`; what it changed in `overlay` is kept whole, or not at all. A failure: apply refused the event, or
/// threw. An error: the store under the overlay could not be read, which is not the event's fault.
[[nodiscard]] Result<std::optional<ProjectionFailure>> fold_event(const Projection& projection, const EventView& event,
                                                                  Overlay& overlay);

/// What a projection that stands still at `failure` is told with: `invalid`.
[[nodiscard]] Error stopped_error(std::string_view projection, const ProjectionFailure& failure);

}  // namespace daybook
