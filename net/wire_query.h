// Queries, and where a subscription starts, from and to the protocol's structs.
//
// Threads: any; pure functions.
#pragma once

#include <rpc.capnp.h>

#include "daybook/query.h"
#include "daybook/result.h"
#include "daybook/subscription.h"

namespace daybook::net {

void to_wire(const Query& query, rpc::Query::Builder builder);
/// Counts and sizes are within the limits, or it is `too_large` before anything is allocated for them; all else is for
/// Query::check(). `invalid`: malformed.
[[nodiscard]] Result<Query> from_wire(rpc::Query::Reader reader);

/// As SubscribeOptions::from says it.
using Start = decltype(SubscribeOptions::from);

void to_wire(const Start& start, rpc::Start::Builder builder);
/// `invalid`: malformed, or of a kind that is newer than this.
[[nodiscard]] Result<Start> from_wire(rpc::Start::Reader reader);

}  // namespace daybook::net
