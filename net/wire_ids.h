// Ids, hashes and checkpoints, from and to the protocol's structs (schema/rpc.capnp).
//
// Threads: any; pure functions.
#pragma once

#include <string>

#include <rpc.capnp.h>

#include "daybook/ids.h"
#include "schema/hash.h"

namespace daybook::net {

void to_wire(const Uuid& uuid, rpc::Uuid::Builder builder);
[[nodiscard]] Uuid from_wire(rpc::Uuid::Reader reader);

void to_wire(const Hash128& hash, rpc::Hash::Builder builder);
[[nodiscard]] Hash128 from_wire(rpc::Hash::Reader reader);

void to_wire(const Checkpoint& checkpoint, rpc::Checkpoint::Builder builder);
/// Follows pointers, so it may throw what Cap'n Proto throws of a malformed message: call it where that is caught
/// (net/wire_guard.h, a call's handler).
[[nodiscard]] Checkpoint from_wire(rpc::Checkpoint::Reader reader);

/// A text of a message.
[[nodiscard]] inline std::string string_of(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}

/// A text for a message, which copies it.
[[nodiscard]] inline capnp::Text::Reader text_of(const std::string& text) {
  return {text.c_str(), text.size()};
}

}  // namespace daybook::net
