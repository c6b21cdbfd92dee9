// Bytes that go into a message without being copied: a stored block is written from where it lies, to each subscriber.
//
// Threads: the loop's of the message. Owns: nothing; the message owns what keeps the bytes.
#pragma once

#include <capnp/orphan.h>
#include <kj/memory.h>
#include <cstddef>
#include <memory>
#include <span>

namespace daybook::net {

/// A Data that is `bytes`, for adopting into the message that `orphanage` is of:
///
///     auto request = subscriber.pushRequest(hint);
///     auto batch = request.initBatch();
///     batch.adoptBlock(reference_external(capnp::Orphanage::getForMessageContaining(batch), block->bytes(), block));
///     return request.send();
///
/// Where the message is one that a Connection of this thread sends (a call's parameters, a call's results), it refers
/// to the bytes, and `owner` is kept until the message is written to the socket, or dropped unsent; never until it is
/// answered. Anything else gets a copy: a message to a capability of our own, as which a peer may hand us a capability
/// that it has from us; bytes that do not begin at a word; bytes that are no whole words, since a message would carry
/// what lies behind them.
[[nodiscard]] capnp::Orphan<capnp::Data> reference_external(capnp::Orphanage orphanage,
                                                            std::span<const std::byte> bytes,
                                                            std::shared_ptr<const void> owner);

}  // namespace daybook::net
