// Gaps: events that are not delivered, from and to the protocol's struct.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <string>

#include <rpc.capnp.h>

#include "daybook/ids.h"
#include "daybook/result.h"

namespace daybook::net {

/// Events that are not delivered, and why.
struct Gap {
  /// What is in the way.
  enum class Reason : std::uint8_t {
    damaged,  ///< They cannot be read.
    denied,   ///< They may not be read.
  };
  Sequence first;                   ///< With `last`, inclusive.
  Sequence last;                    ///< See `first`.
  Reason reason = Reason::damaged;  ///< What is in the way.
  std::string message{};            ///< For a person, in one line.
};

void to_wire(const Gap& gap, rpc::Gap::Builder builder);
/// `invalid`: malformed, or no range.
[[nodiscard]] Result<Gap> from_wire(rpc::Gap::Reader reader);

}  // namespace daybook::net
