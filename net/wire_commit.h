// Commits and what became of them, from and to the protocol's structs.
//
// Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <optional>

#include <rpc.capnp.h>

#include "daybook/event.h"
#include "daybook/log.h"
#include "daybook/result.h"
#include "schema/hash.h"

namespace daybook::net {

/// Words that `commit` takes in a message, or a few more.
[[nodiscard]] std::size_t wire_words(const Commit& commit);

/// `fingerprint`: of the events, where the receiver shall check it.
void to_wire(const Commit& commit, const std::optional<Hash128>& fingerprint, rpc::Commit::Builder builder);

/// What a client sent, rebuilt. Counts and sizes are within the limits (daybook/limits.h), or it is `too_large` before
/// anything is allocated for them; names and the rest are for the log to check. `invalid`: malformed, or the events do
/// not give the fingerprint that came with them. Every error is *not appended*.
///
/// `bytes_left`: what this may allocate, about; what it does is taken off. A message may show the same bytes many times
/// over, so all commits of one call share a budget, such as twice the largest message.
[[nodiscard]] Result<Commit> from_wire(rpc::Commit::Reader reader, std::size_t& bytes_left);

void to_wire(const Appended& appended, rpc::Appended::Builder builder);
/// `invalid`: malformed, or more streams than a commit can have.
[[nodiscard]] Result<Appended> from_wire(rpc::Appended::Reader reader);

void to_wire(const Result<Appended>& result, rpc::AppendResult::Builder builder);
/// The server's word. A malformed one is `invalid`, *may have been appended*.
[[nodiscard]] Result<Appended> from_wire(rpc::AppendResult::Reader reader);

}  // namespace daybook::net
