// What a log and a projection say of themselves, from and to the protocol's structs.
//
// Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <vector>

#include <rpc.capnp.h>

#include "daybook/cursor.h"
#include "daybook/log.h"
#include "daybook/result.h"
#include "daybook/state.h"
#include "daybook/statistics.h"

namespace daybook::net {

void to_wire(const StreamHead& head, rpc::StreamHead::Builder builder);
[[nodiscard]] Result<StreamHead> from_wire(rpc::StreamHead::Reader reader);

/// More than `heads_max` of them is `invalid`.
[[nodiscard]] Result<std::vector<StreamHead>> from_wire(capnp::List<rpc::StreamHead>::Reader list,
                                                        std::size_t heads_max);

void to_wire(const Statistics& statistics, rpc::Statistics::Builder builder);
[[nodiscard]] Result<Statistics> from_wire(rpc::Statistics::Reader reader);

void to_wire(const ReadPlan& plan, rpc::Plan::Builder builder);
[[nodiscard]] Result<ReadPlan> from_wire(rpc::Plan::Reader reader);

/// Whether the last open rebuilt it does not travel.
void to_wire(const ProjectionStatus& status, rpc::ProjectionStatus::Builder builder);
[[nodiscard]] Result<ProjectionStatus> from_wire(rpc::ProjectionStatus::Reader reader);

}  // namespace daybook::net
