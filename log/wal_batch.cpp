// rocksdb::WriteBatch could parse this too, but only once all of a batch is in memory, and a scan that looks for damage
// should not need 80 MiB because one group was large. The tags are those of RocksDB's db/dbformat.h; the ones that
// daybook never writes (two-phase commit, blobs, wide columns) count as malformed.
#include "log/wal_batch.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"

namespace daybook {
namespace {

enum Tag : std::uint8_t {
  kDeletion = 0x0,
  kPut = 0x1,
  kMerge = 0x2,
  kLogData = 0x3,
  kFamilyDeletion = 0x4,
  kFamilyPut = 0x5,
  kFamilyMerge = 0x6,
  kSingleDeletion = 0x7,
  kFamilySingleDeletion = 0x8,
  kNoop = 0xD,
  kFamilyRangeDeletion = 0xE,
  kRangeDeletion = 0xF,
};

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kEventKeyBytes = 8;

/// How many texts (key, value) follow a tag; -1: not a tag of ours.
int texts_of(std::uint8_t tag) {
  switch (tag) {
    case kNoop:
      return 0;
    case kDeletion:
    case kLogData:
    case kFamilyDeletion:
    case kSingleDeletion:
    case kFamilySingleDeletion:
      return 1;
    case kPut:
    case kMerge:
    case kFamilyPut:
    case kFamilyMerge:
    case kFamilyRangeDeletion:
    case kRangeDeletion:
      return 2;
    default:
      return -1;
  }
}

bool names_family(std::uint8_t tag) {
  return tag == kFamilyDeletion || tag == kFamilyPut || tag == kFamilyMerge || tag == kFamilySingleDeletion ||
         tag == kFamilyRangeDeletion;
}

std::uint64_t load_le(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

}  // namespace

void WalBatchReader::begin() {
  state_ = State::header;
  scratch_bytes_ = 0;
  varint_ = 0;
  varint_shift_ = 0;
  counted_ = 0;
  sequence_ = 0;
  count_ = 0;
  event_keys_.clear();
}

void WalBatchReader::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty() && state_ != State::malformed) {
    if (state_ == State::header) {
      const std::size_t taken = std::min(bytes.size(), kHeaderBytes - scratch_bytes_);
      std::memcpy(scratch_.data() + scratch_bytes_, bytes.data(), taken);
      scratch_bytes_ += taken;
      bytes = bytes.subspan(taken);
      if (scratch_bytes_ == kHeaderBytes) end_header();
      continue;
    }
    if (state_ == State::text) {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), text_left_));
      if (text_is_event_key_) {
        std::memcpy(scratch_.data() + scratch_bytes_, bytes.data(), taken);
        scratch_bytes_ += taken;
      }
      bytes = bytes.subspan(taken);
      text_left_ -= taken;
      if (text_left_ == 0) end_text();
      continue;
    }
    const std::byte byte = bytes.front();
    bytes = bytes.subspan(1);
    if (state_ == State::tag) {
      begin_entry(std::to_integer<std::uint8_t>(byte));
    } else if (const auto number = feed_varint(byte)) {
      if (state_ == State::family) {
        entry_family_ = *number;
        state_ = State::text_length;
      } else {
        begin_text(*number);
      }
    }
  }
}

std::optional<std::uint64_t> WalBatchReader::feed_varint(std::byte byte) {
  const auto bits = std::to_integer<std::uint64_t>(byte);
  // RocksDB writes families and lengths as 32-bit varints: five bytes at most.
  if (varint_shift_ > 28) {
    state_ = State::malformed;
    return std::nullopt;
  }
  varint_ |= (bits & 0x7f) << varint_shift_;
  varint_shift_ += 7;
  if ((bits & 0x80) != 0) return std::nullopt;
  const std::uint64_t number = varint_;
  varint_ = 0;
  varint_shift_ = 0;
  return number;
}

void WalBatchReader::end_header() {
  sequence_ = load_le(std::span(scratch_).first(8));
  count_ = static_cast<std::uint32_t>(load_le(std::span(scratch_).subspan(8, 4)));
  state_ = State::tag;
}

void WalBatchReader::begin_entry(std::uint8_t tag) {
  const int texts = texts_of(tag);
  if (texts < 0) {
    state_ = State::malformed;
    return;
  }
  if (texts == 0) return;
  if (tag != kLogData) ++counted_;
  entry_is_put_ = tag == kPut || tag == kFamilyPut;
  entry_family_ = 0;
  entry_texts_ = 0;
  entry_texts_wanted_ = texts;
  state_ = names_family(tag) ? State::family : State::text_length;
}

void WalBatchReader::begin_text(std::uint64_t bytes) {
  text_left_ = bytes;
  text_is_event_key_ =
      entry_is_put_ && entry_texts_ == 0 && entry_family_ == events_family_id_ && bytes == kEventKeyBytes;
  scratch_bytes_ = 0;
  state_ = State::text;
  if (text_left_ == 0) end_text();
}

void WalBatchReader::end_text() {
  if (text_is_event_key_) keep_key(load_be64(scratch_.data()));
  text_is_event_key_ = false;
  state_ = ++entry_texts_ == entry_texts_wanted_ ? State::tag : State::text_length;
}

void WalBatchReader::keep_key(std::uint64_t key) {
  if (key == 0) return;
  if (event_keys_.size() == kWalEventKeysListedMax) event_keys_.pop_back();
  event_keys_.push_back(key);
}

}  // namespace daybook
