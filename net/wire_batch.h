// Batches of events, from and to the protocol's structs: a stored block as it is, or an excerpt of it.
//
// Threads: any; to_wire the message's. Owns: a PackedBatch shares the block, or owns the excerpt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <rpc.capnp.h>

#include "daybook/cursor.h"
#include "daybook/result.h"
#include "schema/hash.h"

namespace daybook::net {

/// Fewer bytes are copied into the message: referred to, they would be a segment of their own, of which a message has
/// few.
inline constexpr std::size_t kReferredBytesMin = 2048;

/// A batch as it goes over the wire. Packing costs where it makes an excerpt, which any thread may do; to write it into
/// a message then costs its picks.
class PackedBatch {
 public:
  /// `batch` is as a cursor or a subscription gives it. Where its events are less than half of the block's bytes, an
  /// excerpt is made of them.
  explicit PackedBatch(const Batch& batch);

  /// Of the block, or of the excerpt.
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  /// Whether a message refers to them, where it can (see to_wire()): then they are a segment of it.
  [[nodiscard]] bool is_referred() const { return bytes_.size() >= kReferredBytesMin; }
  /// About what it takes in a message.
  [[nodiscard]] std::size_t wire_bytes() const {
    return bytes_.size() + 4 * picks_.size() + 8 * sequences_.size() + 128;
  }
  /// The first and the last of its events, in the order read.
  [[nodiscard]] Sequence first() const { return first_; }
  [[nodiscard]] Sequence last() const { return last_; }
  [[nodiscard]] bool is_excerpt() const { return !sequences_.empty(); }

 private:
  friend void to_wire(const PackedBatch& batch, rpc::Batch::Builder builder);

  std::shared_ptr<const void> owner_;  ///< Of what `bytes_` is in.
  std::span<const std::byte> bytes_;
  Link link_;
  Sequence first_;
  Sequence last_;
  std::uint32_t first_index_ = 0;  ///< In the block or the excerpt; with `last_index_` a range, unless there are picks.
  std::uint32_t last_index_ = 0;   ///< Below `first_index_`: backward.
  std::vector<std::uint32_t> picks_;      ///< In the order read.
  std::vector<std::uint64_t> sequences_;  ///< Of an excerpt's events.
  Hash128 hash_{};                        ///< Of an excerpt.
};

/// The bytes are referred to, not copied, where they are many and the message is one that a Connection sends
/// (net/external.h); they are kept until it is written.
void to_wire(const PackedBatch& batch, rpc::Batch::Builder builder);

/// What a peer sent, copied and checked: its hash, its structure, every event, what is picked. `corruption`: the bytes
/// are not what they claim to be; `invalid`: malformed, or picks that are none.
[[nodiscard]] Result<Batch> from_wire(rpc::Batch::Reader reader);

}  // namespace daybook::net
