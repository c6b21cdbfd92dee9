// A block is checked once, where it enters memory: its hash against the link, its frame against its size, each event
// against its bounds, and of bytes that daybook need not have written, each event's inside. From then on everything
// reads it in place.
#include "daybook/block.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/bytes.h"
#include "base/check.h"
#include "base/planted_bug.h"
#include "schema/event_check.h"
#include "schema/hash.h"
#include "schema/wire.h"

namespace daybook {
namespace {

// The smallest event: root pointer, nine data words, seven pointers.
constexpr std::size_t kEventWordsMin = 17;
// What every version of the schema has at least.
constexpr std::size_t kBlockDataWordsMin = 4;
constexpr std::size_t kBlockPointersMin = 2;
constexpr std::size_t kCommitWordsMin = 5;
constexpr std::uint64_t kHasKeyBit = std::uint64_t{1} << 32;  // of a commit's fifth word, above its count of events

std::string_view view_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::unexpected<Error> malformed(const char* what) {
  return fail(Code::corruption, std::string("the block's ") + what + " is malformed");
}

/// The word that a pointer at word `at` leads to, if `words` from there on lie within `word_count`; else 0.
std::size_t target_of(std::uint64_t pointer, std::size_t at, std::uint64_t words, std::size_t word_count) {
  const std::int64_t target = static_cast<std::int64_t>(at) + 1 + wire::words_ahead(pointer);
  if (target < 1 || words > word_count || static_cast<std::uint64_t>(target) > word_count - words) return 0;
  return static_cast<std::size_t>(target);
}

std::uint32_t event_count_of(const std::uint64_t* commit) {
  return static_cast<std::uint32_t>(commit[4]);
}

}  // namespace

Block::Block(Made, std::unique_ptr<std::uint64_t[]> words, std::size_t word_count, const Link& link)
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
  auto block = std::make_shared<Block>(Made(), std::move(words), word_count, hash);
  if (auto lists = block->find_lists(origin); !lists) return std::unexpected(std::move(lists.error()));
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
  auto block = std::make_shared<Block>(Made(), std::move(words), word_count, link);
  DAYBOOK_CHECK(block->find_lists(Origin::own).has_value(), "a block that was just sealed is well-formed");
  return block;
}

Result<void> Block::find_lists(Origin origin) {
  const std::uint64_t frame = words_[0];
  if ((frame & 0xffffffff) != 0 || frame >> 32 != word_count_ - 1) {
    return fail(Code::corruption, "the block's frame does not fit its size");
  }
  const std::uint64_t root = words_[1];
  const std::uint64_t data_words = wire::data_words(root);
  const std::uint64_t pointers = wire::pointers(root);
  const std::size_t body = target_of(root, 1, data_words + pointers, word_count_);
  if (!wire::is_struct(root) || body == 0 || data_words < kBlockDataWordsMin || pointers < kBlockPointersMin) {
    return malformed("root");
  }
  first_sequence_ = Sequence(words_[body]);
  recorded_at_ = Timestamp(std::chrono::nanoseconds(static_cast<std::int64_t>(words_[body + 1])));
  store_be64(chain_.bytes.data(), words_[body + 2]);
  store_be64(chain_.bytes.data() + 8, words_[body + 3]);
  if (auto found = find_commits(body + data_words); !found) return found;
  if (auto found = find_events(body + data_words + 1); !found) return found;
  return origin == Origin::foreign ? look_through() : Result<void>();
}

Result<void> Block::find_commits(std::size_t pointer_at) {
  const std::uint64_t list = words_[pointer_at];
  if (!wire::is_list(list, wire::Element::structure)) return malformed("list of commits");
  const std::uint64_t words = wire::list_count(list);
  const std::size_t tag_at = target_of(list, pointer_at, words + 1, word_count_);
  if (tag_at == 0) return malformed("list of commits");
  const std::uint64_t tag = words_[tag_at];
  const std::uint64_t commit_words = wire::data_words(tag) + wire::pointers(tag);
  if (!wire::is_struct(tag) || wire::data_words(tag) < kCommitWordsMin || wire::tag_count(tag) * commit_words > words) {
    return malformed("list of commits");
  }
  commit_count_ = static_cast<std::uint32_t>(wire::tag_count(tag));
  commit_words_ = static_cast<std::uint32_t>(commit_words);
  commits_at_ = tag_at + 1;
  return {};
}

Result<void> Block::find_events(std::size_t pointer_at) {
  const std::uint64_t list = words_[pointer_at];
  const std::uint64_t count = wire::list_count(list);
  events_at_ = target_of(list, pointer_at, count, word_count_);
  if (!wire::is_list(list, wire::Element::pointer) || events_at_ == 0) return malformed("list of events");
  std::uint64_t counted = 0;
  for (std::size_t i = 0; i < commit_count_; ++i) {
    counted += event_count_of(words_.get() + commits_at_ + i * commit_words_);
  }
  if (count == 0 || counted != count) {
    return fail(Code::corruption, "the block's commits do not add up to its events");
  }
  event_count_ = static_cast<std::uint32_t>(count);
  for (std::size_t at = events_at_; at < events_at_ + count; ++at) {
    const std::uint64_t event = words_[at];
    const std::uint64_t bytes = wire::list_count(event);
    if (!wire::is_list(event, wire::Element::byte) || bytes % 8 != 0 || bytes / 8 < kEventWordsMin ||
        target_of(event, at, bytes / 8, word_count_) == 0) {
      return fail(Code::corruption, "an event of the block is malformed");
    }
  }
  return {};
}

Result<void> Block::look_through() const {
  std::size_t words_together = 0;
  for (std::uint32_t index = 0; index < event_count_; ++index) {
    const std::size_t words = wire::list_count(words_[events_at_ + index]) / 8;
    if (!is_event({event_words(index), words})) return fail(Code::corruption, "an event of the block is malformed");
    words_together += words;
  }
  if (words_together > word_count_) return fail(Code::corruption, "events of the block lie over each other");
  if (first_sequence_ == Sequence(0) || first_sequence_ > kSequenceMax || last_sequence() > kSequenceMax) {
    return fail(Code::corruption, "the block's sequences are none");
  }
  return {};
}

std::vector<CommitInfo> Block::commits() const {
  std::vector<CommitInfo> infos;
  infos.reserve(commit_count_);
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < commit_count_; ++i) {
    const std::uint64_t* const commit = words_.get() + commits_at_ + i * commit_words_;
    // Of foreign bytes a commit may count no events, and then begins at none.
    const Sequence first = at < event_count() ? sequence_of(at) : last_sequence().next();
    CommitInfo info{.key = std::nullopt, .first = first, .event_count = event_count_of(commit)};
    if ((commit[4] & kHasKeyBit) != 0) {
      info.key.emplace();
      store_be64(info.key->bytes.data(), commit[0]);
      store_be64(info.key->bytes.data() + 8, commit[1]);
    }
    store_be64(info.fingerprint.data(), commit[2]);
    store_be64(info.fingerprint.data() + 8, commit[3]);
    at += info.event_count;
    infos.push_back(info);
  }
  return infos;
}

std::span<const std::byte> Block::bytes() const {
  return std::as_bytes(std::span(words_.get(), word_count_));
}

}  // namespace daybook
