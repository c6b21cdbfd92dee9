// Why one place: "live state equals replayed state" is only worth something when the replay cannot differ, not in how
// it undoes a refused event, not in what it takes for a failure, not in how it words it.
#include "projections/fold.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "base/planted_bug.h"

namespace daybook {
namespace {

constexpr std::size_t kReasonBytesMax = 1024;

// Cut to what a record holds, between two characters.
std::string cut_reason(std::string reason) {
  if (reason.size() <= kReasonBytesMax) return reason;
  std::size_t end = kReasonBytesMax;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xc0) == 0x80) --end;
  reason.resize(end);
  return reason;
}

// A fold is a program's own code: what it throws stops this projection, not the process.
Result<void> apply(const Projection& projection, const EventView& event, State& state) {
  try {
    return projection.apply(event, state);
  } catch (const std::exception& exception) {
    return fail(Code::invalid, std::string("apply threw: ") + exception.what());
  } catch (...) {
    return fail(Code::invalid, "apply threw something that is no std::exception");
  }
}

}  // namespace

Result<void> check_projection(const Projection& projection) {
  const std::string& name = projection.name;
  const bool good_name = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!good_name) return fail(Code::invalid, "a projection's name takes 1 to 64 of a-z 0-9 - _");
  if (!projection.apply) return fail(Code::invalid, "projection " + name + " has no apply function");
  return projection.query.check();
}

Result<std::optional<ProjectionFailure>> fold_event(const Projection& projection, const EventView& event,
                                                    Overlay& overlay) {
  overlay.begin_event();
  auto applied = apply(projection, event, overlay);
  // A store that cannot be read is not the event's fault, whatever apply made of it.
  if (overlay.store_failure()) {
    overlay.discard_event();
    return std::unexpected(*overlay.store_failure());
  }
  if (!applied) {
    planted(Bug::keep_failed_apply) ? overlay.keep_event() : overlay.discard_event();
    return ProjectionFailure{.sequence = event.sequence(),
                             .stream = std::string(event.stream()),
                             .reason = cut_reason(std::move(applied.error().message))};
  }
  overlay.keep_event();
  return std::nullopt;
}

Error stopped_error(std::string_view projection, const ProjectionFailure& failure) {
  return {.code = Code::invalid,
          .message = "projection " + std::string(projection) + " stopped at sequence " +
                     std::to_string(failure.sequence.value()) + ", stream " + failure.stream + ": " + failure.reason};
}

}  // namespace daybook
