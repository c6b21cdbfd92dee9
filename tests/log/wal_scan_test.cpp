// The truth comes from RocksDB: it wrote the files, and told where each record ends. Damage is then done to copies, at
// every byte of a small WAL and at random places of larger ones, and what the scan says is compared with what must
// follow from which records were hit.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "log/wal_block.h"
#include "log/wal_scan.h"
#include "tests/log/wal_fixture.h"

namespace daybook {
namespace {

using test::GroupSizes;
using test::WalDirectory;
using test::write_wal;
using test::WrittenRecord;
using test::WrittenWal;

WalScan scan(WalDirectory& directory, const WrittenWal& wal) {
  auto result = scan_wal(directory.files(), directory.path(), wal.events_family_id);
  REQUIRE(result);
  return std::move(*result);
}

bool is_same(const WalRecord& found, const WrittenRecord& written) {
  return found.file == written.file && found.offset == written.first && found.offset + found.bytes == written.end &&
         found.event_keys == written.event_keys;
}

/// What a scan must say of `files`, a damaged copy of `wal`'s: a record is damaged when a byte of it changed or is
/// gone.
class Expectation {
 public:
  Expectation(const WrittenWal& wal, const std::map<std::string, std::string>& files) {
    for (const WrittenRecord& record : wal.records) {
      const auto now = files.find(record.file);
      if (now == files.end()) continue;
      const std::string& before = wal.files.at(record.file);
      const bool gone = record.first >= now->second.size();
      if (gone) continue;  // A cut at its beginning, or before it, leaves nothing of it to see.
      const auto length = static_cast<std::size_t>(record.end - record.first);
      const bool intact = now->second.compare(static_cast<std::size_t>(record.first), length, before,
                                              static_cast<std::size_t>(record.first), length) == 0;
      seen_.push_back({&record, intact, now->second.size()});
    }
  }

  /// Compares, and names the first difference.
  [[nodiscard]] std::string difference(const WalScan& scan) const {
    std::vector<WalDamage> damage;
    std::vector<const WrittenRecord*> behind;
    const WrittenRecord* last_intact = nullptr;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (seen_[i].intact) {
        for (WalDamage& before : damage) before.torn_tail = false;
        if (damage.empty())
          last_intact = seen_[i].record;
        else
          behind.push_back(seen_[i].record);
        continue;
      }
      if (i > 0 && !seen_[i - 1].intact && seen_[i - 1].record->file == seen_[i].record->file) continue;
      damage.push_back({.file = seen_[i].record->file, .offset = seen_[i].record->first, .bytes = end_of_damage(i)});
    }
    if (scan.damage_count != damage.size() || scan.damage.size() != damage.size()) return "number of damages";
    for (std::size_t i = 0; i < damage.size(); ++i) {
      if (scan.damage[i].file != damage[i].file) return "file of damage";
      if (scan.damage[i].offset != damage[i].offset) return "offset of damage";
      if (scan.damage[i].offset + scan.damage[i].bytes != damage[i].bytes) return "end of damage";
      if (scan.damage[i].torn_tail != damage[i].torn_tail) return "torn tail";
      if (scan.damage[i].reason.empty()) return "reason of damage";
    }
    if (scan.last_intact.has_value() != (last_intact != nullptr)) return "whether there is a last intact record";
    if (last_intact != nullptr && !is_same(*scan.last_intact, *last_intact)) return "last intact record";
    return difference_behind(scan, behind);
  }

 private:
  struct Seen {
    const WrittenRecord* record;
    bool intact;
    std::uint64_t file_bytes;
  };

  [[nodiscard]] std::uint64_t end_of_damage(std::size_t from) const {
    for (std::size_t i = from; i < seen_.size() && seen_[i].record->file == seen_[from].record->file; ++i) {
      if (seen_[i].intact) return seen_[i].record->first;
    }
    return seen_[from].file_bytes;
  }

  [[nodiscard]] static std::string difference_behind(const WalScan& scan,
                                                     const std::vector<const WrittenRecord*>& behind) {
    if (scan.behind_count != behind.size()) return "number of records behind";
    std::optional<std::uint64_t> key_max;
    for (const WrittenRecord* record : behind) key_max = std::max(key_max.value_or(0), record->event_keys.back());
    if (scan.behind_event_key_max != key_max) return "largest key behind";
    if (scan.behind.size() != std::min(behind.size(), kWalBehindListedMax)) return "number of listed records behind";
    for (std::size_t i = 0; i < scan.behind.size(); ++i) {
      if (!is_same(scan.behind[i], *behind[i])) return "a record behind";
    }
    return "";
  }

  std::vector<Seen> seen_;
};

/// Groups of 1..4 blocks of 10 B to `bytes_max`, so that records lie within blocks, end on their edges and span them.
std::vector<GroupSizes> random_groups(std::mt19937_64& random, std::size_t count, std::size_t bytes_max) {
  std::vector<GroupSizes> groups(count);
  for (GroupSizes& group : groups) {
    group.resize(1 + random() % 4);
    for (std::size_t& bytes : group) {
      bytes = 10 + (random() % 4 == 0 ? random() % bytes_max : random() % std::min<std::size_t>(bytes_max, 2000));
    }
  }
  return groups;
}

void flip(std::string& bytes, std::size_t at, unsigned bit) {
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
}

/// Records over a few blocks.
WrittenWal small_wal(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  return write_wal(random_groups(random, 18, 12'000), seed);
}

/// A first record that ends `left` bytes before the end of the first block, then others.
WrittenWal wal_with_room_left(std::size_t left) {
  constexpr std::size_t kProbe = 20'000;
  const auto end = static_cast<std::size_t>(write_wal({{kProbe}}, left).records[0].end);
  return write_wal({{kProbe + kWalBlockBytes - left - end}, {100}, {40'000}, {100}}, left);
}

}  // namespace

TEST_CASE("wal scan: an undamaged WAL shows every record that RocksDB wrote, and no damage") {
  constexpr unsigned kSeed = 1;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  const auto groups = random_groups(random, 200, 200 * 1024);
  const WrittenWal wal = write_wal(groups, kSeed, {50, 51, 120});
  REQUIRE(wal.files.size() == 4);
  WalDirectory directory(wal.files);
  const WalScan found = scan(directory, wal);
  CHECK(found.clean());
  CHECK(found.files == 4);
  CHECK(found.records == wal.records.size());
  CHECK(found.oldest_wal_number < found.newest_wal_number);
  CHECK(Expectation(wal, wal.files).difference(found) == "");
}

TEST_CASE("wal scan: the end of a block, with or without room for a header, is read as RocksDB wrote it") {
  for (std::size_t left = 0; left <= 9; ++left) {
    CAPTURE(left);
    const WrittenWal wal = wal_with_room_left(left);
    REQUIRE(wal.records[0].end == kWalBlockBytes - left);
    REQUIRE(wal.records[1].first == (left < kWalHeaderBytes ? kWalBlockBytes : kWalBlockBytes - left));
    const std::string name = wal.records[0].file;
    WalDirectory directory(wal.files);
    REQUIRE(Expectation(wal, wal.files).difference(scan(directory, wal)) == "");
    for (std::size_t at = kWalBlockBytes - 12; at < kWalBlockBytes + 40; ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        auto files = wal.files;
        flip(files[name], at, bit);
        directory.put(name, files[name]);
        INFO("byte " << at << " bit " << bit);
        REQUIRE(Expectation(wal, files).difference(scan(directory, wal)) == "");
      }
    }
    for (std::size_t length = kWalBlockBytes - 12; length < kWalBlockBytes + 40; ++length) {
      const std::map<std::string, std::string> files{{name, wal.files.at(name).substr(0, length)}};
      directory.put(name, files.at(name));
      INFO("length " << length);
      REQUIRE(Expectation(wal, files).difference(scan(directory, wal)) == "");
    }
  }
}

TEST_CASE("wal scan: a bit flipped at any byte is found, at its record, with everything behind it") {
  constexpr unsigned kSeed = 2;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  const WrittenWal wal = small_wal(kSeed);
  const auto& [name, good] = *wal.files.begin();
  WalDirectory directory(wal.files);
  for (std::size_t at = 0; at < good.size(); ++at) {
    const unsigned bit = static_cast<unsigned>(random() % 8);
    auto files = wal.files;
    flip(files[name], at, bit);
    directory.put(name, files[name]);
    INFO("byte " << at << " bit " << bit);
    REQUIRE(Expectation(wal, files).difference(scan(directory, wal)) == "");
  }
}

TEST_CASE("wal scan: every bit of every header, flipped, is found") {
  constexpr unsigned kSeed = 3;
  INFO("seed " << kSeed);
  const WrittenWal wal = small_wal(kSeed);
  const auto& [name, good] = *wal.files.begin();
  WalDirectory directory(wal.files);
  for (const WrittenRecord& record : wal.records) {
    for (std::size_t bit = 0; bit < 8 * kWalHeaderBytes; ++bit) {
      auto files = wal.files;
      flip(files[name], static_cast<std::size_t>(record.first) + bit / 8, bit % 8);
      directory.put(name, files[name]);
      INFO("record at " << record.first << " bit " << bit);
      REQUIRE(Expectation(wal, files).difference(scan(directory, wal)) == "");
    }
  }
}

TEST_CASE("wal scan: a file cut at any byte is torn, at its record, and one cut between records is not") {
  constexpr unsigned kSeed = 4;
  INFO("seed " << kSeed);
  const WrittenWal wal = small_wal(kSeed);
  const auto& [name, good] = *wal.files.begin();
  WalDirectory directory(wal.files);
  for (std::size_t length = 0; length <= good.size(); ++length) {
    const std::map<std::string, std::string> files{{name, good.substr(0, length)}};
    directory.put(name, files.at(name));
    INFO("length " << length);
    const WalScan found = scan(directory, wal);
    REQUIRE(Expectation(wal, files).difference(found) == "");
    REQUIRE((found.clean() || found.damage.front().torn_tail));
  }
}

TEST_CASE("wal scan: a stretch of zeros or noise of any length is found, and what is behind it") {
  constexpr unsigned kSeed = 5;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  const WrittenWal wal = small_wal(kSeed);
  const auto& [name, good] = *wal.files.begin();
  WalDirectory directory(wal.files);
  for (int round = 0; round < 4'000; ++round) {
    auto files = wal.files;
    std::string& bytes = files[name];
    const int stretches = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < stretches; ++i) {
      const std::size_t first = random() % bytes.size();
      const std::size_t wanted = random() % 3 == 0 ? random() % bytes.size() : random() % 600;
      const bool zeros = random() % 2 == 0;
      for (std::size_t at = first; at < std::min(bytes.size(), first + wanted); ++at) {
        bytes[at] = zeros ? '\0' : static_cast<char>(random());
      }
    }
    directory.put(name, bytes);
    INFO("round " << round);
    REQUIRE(Expectation(wal, files).difference(scan(directory, wal)) == "");
  }
}

TEST_CASE("wal scan: damage in one file has the records of later files behind it") {
  constexpr unsigned kSeed = 6;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  const WrittenWal wal = write_wal(random_groups(random, 60, 200 * 1024), kSeed, {20, 40});
  REQUIRE(wal.files.size() == 3);
  for (int round = 0; round < 300; ++round) {
    auto files = wal.files;
    const int hits = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < hits; ++i) {
      auto& bytes = std::next(files.begin(), static_cast<std::ptrdiff_t>(random() % files.size()))->second;
      if (bytes.empty()) continue;
      if (random() % 4 == 0)
        bytes.resize(random() % bytes.size());
      else
        flip(bytes, random() % bytes.size(), static_cast<unsigned>(random() % 8));
    }
    WalDirectory directory(files);
    INFO("round " << round);
    REQUIRE(Expectation(wal, files).difference(scan(directory, wal)) == "");
  }
}

TEST_CASE("wal scan: an event whose data is a WAL file is not taken for records") {
  constexpr unsigned kSeed = 7;
  const WrittenWal inner = write_wal({{500}, {600}, {700}}, kSeed);
  const std::string payload = inner.files.begin()->second;
  // Enough records go before, so that RocksDB's sequences in the payload are old ones.
  const WrittenWal wal = write_wal({{100}, {100, 100}, {100, 100, 100}, {10}}, kSeed, {}, {{3, payload}});
  const auto& [name, good] = *wal.files.begin();
  WalDirectory directory(wal.files);
  const WrittenRecord& last = wal.records.back();
  REQUIRE(good.substr(static_cast<std::size_t>(last.first)).find(payload) != std::string::npos);
  for (std::size_t at = static_cast<std::size_t>(last.first); at < good.size(); ++at) {
    auto files = wal.files;
    flip(files[name], at, 3);
    directory.put(name, files[name]);
    INFO("byte " << at);
    REQUIRE(Expectation(wal, files).difference(scan(directory, wal)) == "");
  }
}

TEST_CASE("wal scan: more damages and records than are listed are counted") {
  constexpr unsigned kSeed = 8;
  const WrittenWal wal = write_wal(std::vector<GroupSizes>(3'000, {10}), kSeed);
  const auto& [name, good] = *wal.files.begin();
  auto files = wal.files;
  for (std::size_t i = 0; i < wal.records.size(); i += 2) {
    flip(files[name], static_cast<std::size_t>(wal.records[i].first) + kWalHeaderBytes, 0);
  }
  WalDirectory directory(files);
  const WalScan found = scan(directory, wal);
  CHECK(found.damage_count == 1'500);
  CHECK(found.damage.size() == kWalDamageListedMax);
  CHECK(found.damage.front().offset == 0);
  CHECK(found.damage.back().offset == wal.records[2'998].first);
  CHECK(found.behind_count == 1'500);
  CHECK(found.behind.size() == kWalBehindListedMax);
  CHECK(found.behind_event_key_max == wal.records.back().event_keys.back());
}

TEST_CASE("wal scan: only numbered .log files are read, and none is no damage") {
  WalDirectory directory({});
  auto found = scan_wal(directory.files(), directory.path(), 1);
  REQUIRE(found);
  CHECK(found->clean());
  CHECK(found->files == 0);
  CHECK(found->newest_wal_number == 0);
  for (const char* name : {"log/LOG", "log/LOG.old.log", "log/.log", "log/12x.log", "log/-1.log", "log/000012.sst",
                           "log/99999999999999999999.log", "log/CURRENT"}) {
    directory.put(name, "not a WAL");
  }
  directory.put("log/000009.log", "");
  directory.put("log/000010.log", "");
  directory.put("log/1000000.log", "");
  found = scan_wal(directory.files(), directory.path(), 1);
  REQUIRE(found);
  CHECK(found->clean());
  CHECK(found->files == 3);
  CHECK(found->oldest_wal_number == 9);
  CHECK(found->newest_wal_number == 1'000'000);
  CHECK(scan_wal(directory.files(), "/none", 1).error().code == Code::not_found);
}

TEST_CASE("wal scan: any bytes at all are scanned to their end") {
  constexpr unsigned kSeed = 9;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  WalDirectory directory({});
  for (int round = 0; round < 300; ++round) {
    // Few different bytes make many headers that look plausible.
    const unsigned different = 1 + static_cast<unsigned>(random() % (round % 2 == 0 ? 5 : 256));
    std::string bytes(random() % (3 * kWalBlockBytes), '\0');
    for (char& c : bytes) c = static_cast<char>(random() % different);
    directory.put("log/000001.log", bytes);
    const auto found = scan_wal(directory.files(), directory.path(), 1);
    REQUIRE(found);
    REQUIRE(found->records == 0);
    REQUIRE(found->clean() == bytes.empty());
    if (!bytes.empty()) REQUIRE(found->damage.back().offset + found->damage.back().bytes == bytes.size());
  }
}

}  // namespace daybook
