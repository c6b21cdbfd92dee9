// A word is 48 bits of value and 16 of check, stored big-endian. The check is a CRC-16, which finds every single
// flipped bit, xored with a constant of the word's place: two valid words that change places differ from what is
// expected there by the xor of two different constants, so they are always found. A page of zeros is no valid word.
//
//   byte 0   durable   sequence
//   byte 8   written   sequence
//   byte 16  writer    bit 0: opened and not closed; bit 1: with `buffered`; bits 2 and 3: what it found when it
//                      opened the log (0 clean, 1 replayed, 2 cut); a fresh one is 0
//   byte 24  wal       number of the WAL file that the writer began with
//
// Each word is written by one pwrite of its eight aligned bytes. POSIX does not promise that a reader sees all of
// them or none; the check notices, and the reader reads again.
#include "log/head_file.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include <boost/crc.hpp>

#include "base/bytes.h"
#include "base/check.h"
#include "base/planted_bug.h"

namespace daybook {
namespace {

constexpr std::uint32_t kDurable = 0;
constexpr std::uint32_t kWritten = 1;
constexpr std::uint32_t kWriter = 2;
constexpr std::uint32_t kWal = 3;
constexpr std::size_t kWordBytes = 8;
constexpr std::size_t kHeadBytes = 4 * kWordBytes;
constexpr std::uint64_t kWriterOpen = 1;
constexpr std::uint64_t kWriterBuffered = 2;
constexpr unsigned kRecoveredShift = 2;
constexpr std::uint64_t kRecoveredMax = 2;
constexpr std::uint64_t kValueMax = (std::uint64_t{1} << 48) - 1;
constexpr std::array<std::uint16_t, 4> kPlaceMarks = {0x6a09, 0xbb67, 0x3c6e, 0xa54f};
constexpr std::array<const char*, 4> kPlaceNames = {"durable", "written", "writer", "wal"};

/// A torn word needs a writer in the middle of its write at every one of these reads.
constexpr int kReadsMax = 16;

std::uint64_t encode_word(std::uint32_t place, std::uint64_t value) {
  std::array<std::uint8_t, kWordBytes> bytes;
  store_be64(bytes.data(), value << 16);
  boost::crc_ccitt_false_t crc;
  crc.process_bytes(bytes.data(), kWordBytes - 2);
  return value << 16 | static_cast<std::uint16_t>(crc.checksum() ^ kPlaceMarks[place]);
}

std::uint64_t encode_recovered(Recovered recovered) {
  switch (recovered) {
    case Recovered::clean:
      return 0;
    case Recovered::replayed:
      return 1;
    case Recovered::cut:
      return 2;
  }
  DAYBOOK_CHECK(false, "HEAD: a recovery has three outcomes");
}

std::uint64_t encode_writer(const Head& head) {
  return (head.clean ? 0 : kWriterOpen) | (head.durability == Durability::buffered ? kWriterBuffered : 0) |
         encode_recovered(head.recovered) << kRecoveredShift;
}

Recovered decode_recovered(std::uint64_t writer) {
  const std::uint64_t value = writer >> kRecoveredShift;
  return value == 0 ? Recovered::clean : value == 1 ? Recovered::replayed : Recovered::cut;
}

std::string encode_head(const Head& head) {
  std::string bytes;
  append_be64(bytes, encode_word(kDurable, head.durable.value()));
  append_be64(bytes, encode_word(kWritten, head.written.value()));
  append_be64(bytes, encode_word(kWriter, encode_writer(head)));
  append_be64(bytes, encode_word(kWal, head.wal_number));
  return bytes;
}

std::string head_path(const std::string& directory) {
  return directory + "/" + std::string(kHeadFile);
}

std::unexpected<Error> damaged(const std::string& path, const std::string& what) {
  return fail(Code::corruption, path + ": " + what);
}

Result<Head> decode_head(std::string_view bytes, const std::string& path) {
  if (bytes.size() != kHeadBytes) {
    return damaged(path, "it has " + std::to_string(bytes.size()) + " bytes, not " + std::to_string(kHeadBytes));
  }
  std::array<std::uint64_t, 4> values;
  for (std::uint32_t place = 0; place < values.size(); ++place) {
    const std::uint64_t word = load_be64(bytes.data() + place * kWordBytes);
    values[place] = word >> 16;
    if (encode_word(place, values[place]) != word && !planted(Bug::head_check_ignored)) {
      return damaged(path, std::string("the word `") + kPlaceNames[place] + "` and its check do not agree");
    }
  }
  const std::uint64_t writer = values[kWriter];
  if (writer >> kRecoveredShift > kRecoveredMax) return damaged(path, "the word `writer` says what no daybook writes");
  return Head{.durable = Sequence(values[kDurable]),
              // A writer with `fsync` stores only the durable word.
              .written = Sequence(std::max(values[kDurable], values[kWritten])),
              .durability = (writer & kWriterBuffered) != 0 ? Durability::buffered : Durability::fsync,
              .wal_number = values[kWal],
              .clean = (writer & kWriterOpen) == 0,
              .recovered = decode_recovered(writer)};
}

}  // namespace

Result<std::unique_ptr<HeadFile>> HeadFile::create(FileLayer& files, const std::string& directory, const Head& head) {
  DAYBOOK_CHECK(head.durable <= head.written && head.written <= kSequenceMax, "HEAD: durable <= written < 2^48");
  DAYBOOK_CHECK(head.wal_number <= kValueMax, "HEAD: a WAL number has 48 bits");
  if (auto written = files.write_file_atomically(head_path(directory), encode_head(head)); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return open(files, directory);
}

Result<std::unique_ptr<HeadFile>> HeadFile::open(FileLayer& files, const std::string& directory) {
  const auto head = read_head(files, directory);
  if (!head) return std::unexpected(head.error());
  if (!*head) return fail(Code::not_found, head_path(directory) + " is missing");
  auto cells = files.open_cells(head_path(directory), kHeadBytes);
  if (!cells) return std::unexpected(std::move(cells.error()));
  return std::unique_ptr<HeadFile>(new HeadFile(std::move(*cells), **head));
}

Result<void> HeadFile::store_word(std::uint32_t place, std::uint64_t value) {
  DAYBOOK_CHECK(value <= kValueMax, "HEAD: a value has 48 bits");
  std::array<std::byte, kWordBytes> bytes;
  store_be64(bytes.data(), encode_word(place, value));
  return cells_->write(place * kWordBytes, bytes);
}

Result<void> HeadFile::store_durable(Sequence durable) {
  DAYBOOK_CHECK(durable >= head_.durable, "HEAD: the durable word never goes back");
  if (auto stored = store_word(kDurable, durable.value()); !stored) return stored;
  head_.durable = durable;
  head_.written = std::max(head_.written, durable);
  return {};
}

Result<void> HeadFile::store_written(Sequence written) {
  DAYBOOK_CHECK(written >= head_.written, "HEAD: the written word never goes back");
  if (auto stored = store_word(kWritten, written.value()); !stored) return stored;
  head_.written = written;
  return {};
}

Result<void> HeadFile::store_recovered(Sequence head) {
  DAYBOOK_CHECK(head >= head_.durable, "HEAD: recovery keeps what is durable");
  // In this order a reader in between sees the larger word, as before.
  if (auto stored = store_durable(head); !stored) return stored;
  if (auto stored = store_word(kWritten, head.value()); !stored) return stored;
  if (auto synced = sync(); !synced) return synced;
  head_.written = head;
  return {};
}

Result<void> HeadFile::store_writer(const Head& head) {
  if (auto stored = store_word(kWal, head.wal_number); !stored) return stored;
  if (auto stored = store_word(kWriter, encode_writer(head)); !stored) return stored;
  if (auto synced = sync(); !synced) return synced;
  head_ = head;
  return {};
}

Result<void> HeadFile::store_opened(Durability durability, std::uint64_t wal_number, Recovered recovered) {
  Head head = head_;
  head.recovered = recovered;
  head.durability = durability;
  head.wal_number = wal_number;
  head.clean = false;
  return store_writer(head);
}

Result<void> HeadFile::store_closed() {
  Head head = head_;
  head.clean = true;
  return store_writer(head);
}

Result<void> HeadFile::sync() {
  return cells_->sync();
}

Result<std::optional<Head>> read_head(FileLayer& files, const std::string& directory) {
  const std::string path = head_path(directory);
  Result<Head> head = fail(Code::corruption, path);
  for (int read = 0; read < kReadsMax && !head; ++read) {
    auto bytes = files.read_file(path, kHeadBytes);
    if (!bytes && bytes.error().code == Code::not_found) return std::nullopt;
    if (!bytes && bytes.error().code == Code::too_large) return damaged(path, "it is too long");
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    head = decode_head(*bytes, path);
  }
  if (!head) return std::unexpected(std::move(head.error()));
  return *head;
}

}  // namespace daybook
