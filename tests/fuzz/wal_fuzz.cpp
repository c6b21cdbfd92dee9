// RocksDB's write-ahead log as our scanner reads it: one or two files of any bytes, or of fragments with checksums that
// hold, which random bytes never have. Whatever is found must be in the files, in order, and cutting at the first
// damage must leave a log without any, which ends with the same record.
#include <algorithm>
#include <map>
#include <memory>

#include <rocksdb/env.h>

#include "base/crc32c.h"
#include "log/wal_block.h"
#include "log/wal_scan.h"
#include "tests/fuzz/fuzz.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

using Files = std::map<std::string, std::string>;

constexpr std::uint32_t kEventsFamily = 1;

void append_le(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

/// A fragment as RocksDB writes it: masked checksum over type and payload, length, type.
void append_fragment(std::string& file, std::uint8_t type, std::string_view payload) {
  const std::size_t room = kWalBlockBytes - file.size() % kWalBlockBytes;
  if (room < kWalHeaderBytes) file.append(room, '\0');
  payload = payload.substr(0, kWalBlockBytes - file.size() % kWalBlockBytes - kWalHeaderBytes);
  const std::string checked = std::string(1, static_cast<char>(type)).append(payload);
  const std::uint32_t crc = crc32c(std::as_bytes(std::span(checked)));
  append_le(file, ((crc >> 15) | (crc << 17)) + 0xa282ead8u, 4);
  append_le(file, static_cast<std::uint32_t>(payload.size()), 2);
  file.append(checked);
}

/// Fragments of what `input` says: a byte for the type (and damage), two for the length, the payload.
std::string fragments_of(std::string_view input) {
  std::string file;
  while (!input.empty()) {
    const std::uint8_t what = take_byte(input);
    if (what >= 0xf0) {  // damage between records
      file.append(take(input, what - 0xf0 + 1u));
      continue;
    }
    const std::size_t low = take_byte(input);
    const std::size_t payload_bytes = what & 8 ? low << 7 : low;  // also such that fill a block
    std::string payload(take(input, payload_bytes));
    if (what & 16) payload.resize(payload_bytes, 'x');
    append_fragment(file, what & 7, payload);
  }
  return file;
}

Result<WalScan> scan(const Files& contents) {
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  FileLayer files(*env);
  DAYBOOK_CHECK(files.create_directory("/w") && files.create_directory("/w/log"), "there are directories in memory");
  for (const auto& [name, bytes] : contents) {
    DAYBOOK_CHECK(files.write_file_atomically("/w/" + name, bytes), "memory takes what is written");
  }
  return scan_wal(files, "/w", kEventsFamily);
}

void check_places(const WalScan& found, const Files& contents) {
  std::pair<std::string, std::uint64_t> end;
  for (const WalDamage& damage : found.damage) {
    const auto file = contents.find(damage.file);
    DAYBOOK_CHECK(file != contents.end(), "damage is in a file that is there");
    DAYBOOK_CHECK(damage.offset + damage.bytes <= file->second.size(), "damage is inside its file");
    DAYBOOK_CHECK(std::pair(damage.file, damage.offset) >= end, "damage is in order and does not overlap");
    DAYBOOK_CHECK(damage.torn_tail || found.behind_count > 0, "damage that is no torn tail has a record behind it");
    end = {damage.file, damage.offset + damage.bytes};
  }
  DAYBOOK_CHECK(found.behind_count <= found.records, "records behind damage are records");
  if (const auto& last = found.last_intact) {
    DAYBOOK_CHECK(last->offset + last->bytes <= contents.at(last->file).size(), "a record is inside its file");
  }
}

void check_cut(const WalScan& found, Files contents) {
  const WalDamage& first = found.damage.front();
  for (auto& [name, bytes] : contents) {
    if (name >= first.file) bytes.resize(name == first.file ? first.offset : 0);
  }
  const auto again = scan(contents);
  DAYBOOK_CHECK(again && again->clean(), "cut at the first damage, a log has none");
  DAYBOOK_CHECK(again->records == found.records - found.behind_count, "a cut takes no record before the damage");
  DAYBOOK_CHECK(again->last_intact.has_value() == found.last_intact.has_value(), "a cut log ends where it did");
  if (!found.last_intact) return;
  DAYBOOK_CHECK(again->last_intact->offset == found.last_intact->offset, "a cut log ends where it did");
  DAYBOOK_CHECK(again->last_intact->event_keys == found.last_intact->event_keys, "a cut log ends with the same record");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  std::string_view input = text_of(data, bytes);
  const std::uint8_t form = take_byte(input);
  Files contents;
  if (form & 1) {
    const std::size_t second = (form >> 1) * input.size() / 128;
    contents["log/000004.log"] = fragments_of(take(input, second));
    contents["log/000007.log"] = fragments_of(input);
  } else {
    contents["log/000004.log"] = input;
  }
  const auto found = scan(contents);
  DAYBOOK_CHECK(found.has_value(), "damage is a finding, not an error");
  check_places(*found, contents);
  if (!found->clean()) check_cut(*found, contents);
  return 0;
}
