// The stored bytes of a block are what subscribers get; only where little of it is meant does copying that little cost
// less than sending the rest. A receiver believes nothing of it: hash, structure and every event are looked at.
#include "net/wire_batch.h"

#include <algorithm>

#include "net/external.h"
#include "net/wire_guard.h"
#include "net/wire_ids.h"
#include "schema/excerpt.h"

namespace daybook::net {
namespace {

/// Where picks are at most this share of a block's bytes, they are sent alone.
constexpr std::size_t kExcerptShare = 2;

/// The indexes of `batch` in its block, in the order read.
std::vector<std::uint32_t> indexes_of(const Batch& batch) {
  std::vector<std::uint32_t> indexes;
  indexes.reserve(batch.size());
  for (const EventView event : batch) indexes.push_back(event.index());
  return indexes;
}

/// Whether they are a range, which rises or falls by one; picks never repeat.
bool is_range(std::uint32_t first, std::uint32_t last, std::size_t count) {
  return std::max(first, last) - std::min(first, last) + 1 == count;
}

Result<Batch> with_range(std::shared_ptr<const Block> block, std::uint32_t first, std::uint32_t last) {
  if (std::max(first, last) >= block->event_count()) {
    return fail(Code::invalid, "a batch's range reaches beyond its block");
  }
  if (first <= last) return Batch(std::move(block), first, last, Direction::forward);
  return Batch(std::move(block), last, first, Direction::backward);
}

Result<Batch> with_picks(std::shared_ptr<const Block> block, capnp::List<std::uint32_t>::Reader list) {
  if (list.size() == 0 || list.size() > block->event_count()) {
    return fail(Code::invalid, "a batch's picks are none or more than its block has");
  }
  std::vector<std::uint32_t> picks;
  picks.reserve(list.size());
  for (const std::uint32_t pick : list) picks.push_back(pick);
  const bool rising = std::ranges::adjacent_find(picks, std::ranges::greater_equal()) == picks.end();
  const bool falling = std::ranges::adjacent_find(picks, std::ranges::less_equal()) == picks.end();
  if ((!rising && !falling) || std::max(picks.front(), picks.back()) >= block->event_count()) {
    return fail(Code::invalid, "a batch's picks are not events of its block in order");
  }
  return Batch(std::move(block), std::move(picks));
}

Result<std::shared_ptr<const Block>> block_from(rpc::Batch::Reader reader) {
  const auto data = reader.getBlock();
  const auto bytes = std::as_bytes(std::span(data.begin(), data.size()));
  const Link link{from_wire(reader.getLink())};
  if (!reader.hasExcerpt()) return Block::parse_foreign(bytes, link);
  const auto excerpt = reader.getExcerpt();
  const auto list = excerpt.getSequences();
  if (list.size() > bytes.size() / 8) return fail(Code::invalid, "an excerpt has more sequences than events");
  std::vector<Sequence> sequences;
  sequences.reserve(list.size());
  for (const std::uint64_t sequence : list) sequences.emplace_back(sequence);
  return Block::parse_excerpt(bytes, Link{from_wire(excerpt.getHash())}, link, std::move(sequences));
}

}  // namespace

PackedBatch::PackedBatch(const Batch& batch)
    : bytes_(batch.block()->bytes()),
      link_(batch.block()->link()),
      first_(batch[0].sequence()),
      last_(batch[batch.size() - 1].sequence()),
      first_index_(batch[0].index()),
      last_index_(batch[batch.size() - 1].index()) {
  const std::shared_ptr<const Block>& block = batch.block();
  owner_ = block;
  const bool whole = batch.size() == block->event_count();
  if (whole && !block->is_excerpt()) return;
  std::vector<std::uint32_t> picks = indexes_of(batch);
  const bool backward = last_index_ < first_index_;
  if (backward) std::ranges::reverse(picks);
  if (block->is_excerpt() || 8 * event_words_of(*block, picks) * kExcerptShare < bytes_.size()) {
    auto excerpt = std::make_shared<Excerpt>(make_excerpt(*block, picks));
    bytes_ = excerpt->bytes();
    hash_ = excerpt->hash;
    sequences_ = std::move(excerpt->sequences);
    owner_ = std::move(excerpt);
    const auto end = static_cast<std::uint32_t>(picks.size() - 1);
    first_index_ = backward ? end : 0;
    last_index_ = backward ? 0 : end;
  } else if (!is_range(first_index_, last_index_, picks.size())) {
    if (backward) std::ranges::reverse(picks);
    picks_ = std::move(picks);
  }
}

void to_wire(const PackedBatch& batch, rpc::Batch::Builder builder) {
  if (!batch.is_referred()) {
    builder.setBlock({reinterpret_cast<const kj::byte*>(batch.bytes_.data()), batch.bytes_.size()});
  } else {
    const auto orphanage = capnp::Orphanage::getForMessageContaining(builder);
    builder.adoptBlock(reference_external(orphanage, batch.bytes_, batch.owner_));
  }
  to_wire(batch.link_.bytes, builder.initLink());
  builder.setFirst(batch.first_index_);
  builder.setLast(batch.last_index_);
  if (!batch.picks_.empty()) builder.setPicks({batch.picks_.data(), batch.picks_.size()});
  if (batch.sequences_.empty()) return;
  auto excerpt = builder.initExcerpt();
  excerpt.setSequences({batch.sequences_.data(), batch.sequences_.size()});
  to_wire(batch.hash_, excerpt.initHash());
}

Result<Batch> from_wire(rpc::Batch::Reader reader) {
  return guarded([&]() -> Result<Batch> {
    auto block = block_from(reader);
    if (!block) return std::unexpected(std::move(block.error()));
    if (reader.hasPicks()) return with_picks(std::move(*block), reader.getPicks());
    return with_range(std::move(*block), reader.getFirst(), reader.getLast());
  });
}

}  // namespace daybook::net
