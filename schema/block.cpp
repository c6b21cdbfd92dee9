// A block is checked once, where it enters memory: its hash against the link, its frame against its size, each event
// against its bounds, and of bytes that daybook need not have written, each event's inside. From then on everything
// reads it in place.
#include "daybook/block.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <event.capnp.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/planted_bug.h"
#include "schema/event_check.h"
#include "schema/hash.h"

namespace daybook {
namespace {

// The smallest event: root pointer, nine data words, seven pointers.
constexpr std::size_t kEventWordsMin = 17;

std::string_view view_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

kj::ArrayPtr<const capnp::word> segment_of(const std::uint64_t* words, std::size_t word_count) {
  return {reinterpret_cast<const capnp::word*>(words) + 1, word_count - 1};
}

}  // namespace

Block::Block(std::unique_ptr<std::uint64_t[]> words, std::size_t word_count, const Link& link)
    : words_(std::move(words)), word_count_(word_count), link_(link) {}

Result<std::shared_ptr<Block>> Block::copy(std::span<const std::byte> block_bytes, const Link& hash, Origin origin) {
  if (block_bytes.size() % 8 != 0 || block_bytes.size() < 64) {
    return fail(Code::corruption, "a block of " + std::to_string(block_bytes.size()) + " bytes is none");
  }
  const std::size_t word_count = block_bytes.size() / 8;
  // Copied before it is hashed: the hash then vouches for the bytes that are kept, and they are aligned.
  auto words = std::make_unique_for_overwrite<std::uint64_t[]>(word_count);
  std::memcpy(words.get(), block_bytes.data(), block_bytes.size());
  const Hash128 found = hash128(view_of(std::as_bytes(std::span(words.get(), word_count))));
  if (found != hash.bytes && !planted(Bug::link_not_checked)) {
    return fail(Code::corruption, "the block's bytes do not give its link");
  }
  std::shared_ptr<Block> block(new Block(std::move(words), word_count, hash));
  if (auto indexed = block->index_events(origin); !indexed) return std::unexpected(std::move(indexed.error()));
  return block;
}

Result<std::shared_ptr<const Block>> Block::parse(std::span<const std::byte> block_bytes, const Link& link) {
  return copy(block_bytes, link, Origin::own);
}

Result<std::shared_ptr<const Block>> Block::parse_foreign(std::span<const std::byte> block_bytes, const Link& link) {
  return copy(block_bytes, link, Origin::foreign);
}

Result<std::shared_ptr<const Block>> Block::parse_excerpt(std::span<const std::byte> block_bytes, const Link& hash,
                                                          const Link& link, std::vector<Sequence> sequences) {
  auto block = copy(block_bytes, hash, Origin::foreign);
  if (!block) return block;
  const bool rising = std::ranges::adjacent_find(sequences, std::ranges::greater_equal()) == sequences.end();
  if (!rising || sequences.size() != (*block)->event_count() || sequences.front() != (*block)->first_sequence_ ||
      sequences.back() > kSequenceMax) {
    return fail(Code::corruption, "an excerpt's sequences are not those of its events");
  }
  (*block)->link_ = link;
  (*block)->sequences_ = std::move(sequences);
  return block;
}

std::shared_ptr<const Block> Block::adopt(std::unique_ptr<std::uint64_t[]> words, std::size_t word_count,
                                          const Link& link) {
  const std::shared_ptr<Block> block(new Block(std::move(words), word_count, link));
  const auto indexed = block->index_events(Origin::own);
  DAYBOOK_CHECK(indexed.has_value(), "a block that was just sealed is well-formed");
  return block;
}

Result<void> Block::index_events(Origin origin) {
  const std::uint64_t frame = words_[0];
  if ((frame & 0xffffffff) != 0 || frame >> 32 != word_count_ - 1) {
    return fail(Code::corruption, "the block's frame does not fit its size");
  }
  std::size_t event_words = 0;
  try {
    const kj::ArrayPtr<const capnp::word> segments[] = {segment_of(words_.get(), word_count_)};
    capnp::SegmentArrayMessageReader message(segments, {.traversalLimitInWords = 4 * word_count_ + 1024});
    const auto block = message.getRoot<schema::Block>();
    first_sequence_ = Sequence(block.getFirstSequence());
    recorded_at_ = Timestamp(std::chrono::nanoseconds(block.getRecordedAt()));
    store_be64(chain_.bytes.data(), block.getChainHigh());
    store_be64(chain_.bytes.data() + 8, block.getChainLow());
    std::uint64_t counted = 0;
    for (const auto commit : block.getCommits()) counted += commit.getEventCount();
    commit_count_ = block.getCommits().size();
    const auto events = block.getEvents();
    if (events.size() == 0 || counted != events.size()) {
      return fail(Code::corruption, "the block's commits do not add up to its events");
    }
    event_offsets_.reserve(events.size());
    for (const auto event : events) {
      const auto* at = reinterpret_cast<const std::byte*>(event.begin());
      const auto offset = static_cast<std::size_t>(at - reinterpret_cast<const std::byte*>(words_.get()));
      if (offset % 8 != 0 || event.size() % 8 != 0 || event.size() / 8 < kEventWordsMin ||
          (origin == Origin::foreign && !is_event({words_.get() + offset / 8, event.size() / 8}))) {
        return fail(Code::corruption, "an event of the block is malformed");
      }
      event_words += event.size() / 8;
      event_offsets_.push_back(static_cast<std::uint32_t>(offset / 8));
    }
  } catch (const kj::Exception& exception) {
    return fail(Code::corruption, std::string("the block is malformed: ") + exception.getDescription().cStr());
  }
  if (origin == Origin::own) return {};
  if (event_words > word_count_) return fail(Code::corruption, "events of the block lie over each other");
  if (first_sequence_ == Sequence(0) || first_sequence_ > kSequenceMax || last_sequence() > kSequenceMax) {
    return fail(Code::corruption, "the block's sequences are none");
  }
  return {};
}

std::vector<CommitInfo> Block::commits() const {
  // Cannot throw: the same list was walked when the block was indexed.
  const kj::ArrayPtr<const capnp::word> segments[] = {segment_of(words_.get(), word_count_)};
  capnp::SegmentArrayMessageReader message(segments, {.traversalLimitInWords = 4 * word_count_ + 1024});
  std::vector<CommitInfo> infos;
  std::uint32_t at = 0;
  for (const auto commit : message.getRoot<schema::Block>().getCommits()) {
    // Of foreign bytes a commit may count no events, and then begins at none.
    const Sequence first = at < event_count() ? sequence_of(at) : last_sequence().next();
    CommitInfo info{.key = std::nullopt, .first = first, .event_count = commit.getEventCount()};
    if (commit.getHasKey()) {
      info.key.emplace();
      store_be64(info.key->bytes.data(), commit.getKeyHigh());
      store_be64(info.key->bytes.data() + 8, commit.getKeyLow());
    }
    store_be64(info.fingerprint.data(), commit.getFingerprintHigh());
    store_be64(info.fingerprint.data() + 8, commit.getFingerprintLow());
    at += info.event_count;
    infos.push_back(info);
  }
  return infos;
}

std::span<const std::byte> Block::bytes() const {
  return std::as_bytes(std::span(words_.get(), word_count_));
}

}  // namespace daybook
