// RocksDB's own WriteBatch is the oracle, fed in pieces of every size.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rocksdb/comparator.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "base/bytes.h"
#include "log/wal_batch.h"

namespace daybook {
namespace {

constexpr std::uint32_t kEvents = 300;  // Two bytes as a varint.

/// Just enough of a column family for a WriteBatch.
class Family final : public rocksdb::ColumnFamilyHandle {
 public:
  explicit Family(std::uint32_t number) : number_(number) {}
  const std::string& GetName() const override { return name_; }
  std::uint32_t GetID() const override { return number_; }
  rocksdb::Status GetDescriptor(rocksdb::ColumnFamilyDescriptor*) override {
    return rocksdb::Status::NotSupported("a family of a test");
  }
  const rocksdb::Comparator* GetComparator() const override { return rocksdb::BytewiseComparator(); }

 private:
  std::uint32_t number_;
  std::string name_ = "family";
};

std::string key_of(std::uint64_t number) {
  std::string key;
  append_be64(key, number);
  return key;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// Feeds `data` in pieces of at most `piece_bytes`; whether it was a whole batch.
bool feed(WalBatchReader& reader, std::string_view data, std::size_t piece_bytes) {
  reader.begin();
  while (!data.empty()) {
    const std::string_view piece = data.substr(0, piece_bytes);
    reader.feed(bytes_of(piece));
    data.remove_prefix(piece.size());
  }
  return reader.finish();
}

/// A batch of every kind of entry, the last one an event's, and the event keys in it.
std::pair<std::string, std::vector<std::uint64_t>> random_batch(std::mt19937_64& random) {
  Family events(kEvents);
  Family other(2);
  rocksdb::WriteBatch batch;
  std::vector<std::uint64_t> keys;
  const std::size_t entries = random() % 12;
  for (std::size_t i = 0; i < entries; ++i) {
    const std::uint64_t number = random() % 5 == 0 ? 0 : random();
    const std::string value(random() % 3 == 0 ? 0 : random() % 300, 'v');
    rocksdb::Status status;
    switch (random() % 10) {
      case 0:
        status = batch.Put(&other, key_of(number), value);
        break;
      case 1:
        status = batch.Put(key_of(number), value);
        break;
      case 2:
        status = batch.Delete(&events, key_of(number));
        break;
      case 3:
        status = batch.DeleteRange(&events, key_of(1), key_of(2));
        break;
      case 4:
        status = batch.Merge(&events, key_of(number), value);
        break;
      case 5:
        status = batch.SingleDelete(key_of(number));
        break;
      case 6:
        status = batch.PutLogData(value);
        break;
      case 7:
        status = batch.Put(&events, "seven b", value);
        break;
      default:
        status = batch.Put(&events, key_of(number), value);
        if (number != 0) keys.push_back(number);
    }
    REQUIRE(status.ok());
  }
  REQUIRE(batch.Put(&events, key_of(1), "last").ok());
  keys.push_back(1);
  return {batch.Data(), keys};
}

}  // namespace

TEST_CASE("wal batch: it finds exactly the event keys that RocksDB was given, in pieces of any size") {
  constexpr unsigned kSeed = 11;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  WalBatchReader reader(kEvents);
  for (int round = 0; round < 300; ++round) {
    const auto [data, keys] = random_batch(random);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{7}, data.size()}) {
      REQUIRE(feed(reader, data, piece));
      REQUIRE(reader.event_keys() == keys);
    }
  }
}

TEST_CASE("wal batch: no cut, no added byte and no wrong count passes for a whole batch") {
  constexpr unsigned kSeed = 12;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  WalBatchReader reader(kEvents);
  for (int round = 0; round < 50; ++round) {
    std::string data = random_batch(random).first;
    for (std::size_t length = 0; length < data.size(); ++length) {
      REQUIRE_FALSE(feed(reader, std::string_view(data).substr(0, length), data.size()));
    }
    REQUIRE_FALSE(feed(reader, data + '\x7f', data.size()));
    ++data[8];
    REQUIRE_FALSE(feed(reader, data, data.size()));
  }
}

TEST_CASE("wal batch: a batch with more event keys than are listed keeps the first ones and the last") {
  Family events(kEvents);
  rocksdb::WriteBatch batch;
  constexpr std::uint64_t kKeys = 3 * kWalEventKeysListedMax;
  for (std::uint64_t key = 1; key <= kKeys; ++key) REQUIRE(batch.Put(&events, key_of(key), "").ok());
  WalBatchReader reader(kEvents);
  REQUIRE(feed(reader, batch.Data(), 100));
  CHECK(reader.event_keys().size() == kWalEventKeysListedMax);
  CHECK(reader.event_keys().front() == 1);
  CHECK(reader.event_keys().back() == kKeys);
}

}  // namespace daybook
