// RocksDB over the memtable of the events family, against a map: what RocksDB asks of a memtable is asked here through
// RocksDB.
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/memtablerep.h>

#include "base/bytes.h"
#include "log/event_memtable.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

std::string key_of(std::uint64_t number) {
  std::string key;
  append_be64(key, number);
  return key;
}

/// A database in memory.
class Database {
 public:
  Database() {
    rocksdb::Options options;
    options.env = memory_.get();
    options.create_if_missing = true;
    options.allow_concurrent_memtable_write = false;
    options.memtable_factory = event_memtables();
    rocksdb::DB* db = nullptr;
    REQUIRE(rocksdb::DB::Open(options, "/db", &db).ok());
    db_.reset(db);
  }

  void put(std::uint64_t number, const std::string& value) { REQUIRE(db_->Put({}, key_of(number), value).ok()); }
  void erase(std::uint64_t number) { REQUIRE(db_->Delete({}, key_of(number)).ok()); }
  void flush() { REQUIRE(db_->Flush({}).ok()); }
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(const rocksdb::Snapshot* at = nullptr) {
    rocksdb::ReadOptions read;
    read.snapshot = at;
    return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(read));
  }
  rocksdb::DB& operator*() { return *db_; }

 private:
  std::unique_ptr<rocksdb::Env> memory_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  std::unique_ptr<rocksdb::DB> db_;
};

using Model = std::map<std::uint64_t, std::string>;

void compare(rocksdb::Iterator& at, const Model& model) {
  auto wanted = model.begin();
  for (at.SeekToFirst(); at.Valid(); at.Next(), ++wanted) {
    REQUIRE(wanted != model.end());
    REQUIRE(load_be64(at.key().data()) == wanted->first);
    REQUIRE(at.value() == wanted->second);
  }
  CHECK(wanted == model.end());
  auto last = model.rbegin();
  for (at.SeekToLast(); at.Valid(); at.Prev(), ++last) REQUIRE(load_be64(at.key().data()) == last->first);
  CHECK(last == model.rend());
  for (std::uint64_t number = 0; number < 1000; number += 7) {
    at.Seek(key_of(number));
    const auto behind = model.lower_bound(number);
    REQUIRE(at.Valid() == (behind != model.end()));
    if (at.Valid()) REQUIRE(load_be64(at.key().data()) == behind->first);
    at.SeekForPrev(key_of(number));
    const auto after = model.upper_bound(number);
    REQUIRE(at.Valid() == (after != model.begin()));
    if (at.Valid()) REQUIRE(load_be64(at.key().data()) == std::prev(after)->first);
  }
}

}  // namespace

TEST_CASE("event memtable: it holds what a map would hold, in whatever order it came") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  Database database;
  Model model;
  std::uint64_t next = 100;
  const rocksdb::Snapshot* snapshot = nullptr;
  Model at_snapshot;
  for (int step = 0; step < 3000; ++step) {
    // Nearly always behind the last key, as blocks come; now and then anywhere, also where there is one.
    const std::uint64_t number = random() % 10 != 0 ? next++ % 1000 : random() % 1000;
    if (random() % 20 == 0) {
      database.erase(number);
      model.erase(number);
    } else {
      const std::string value(random() % 50 == 0 ? 400'000 : random() % 2000, static_cast<char>('a' + random() % 26));
      database.put(number, value);
      model[number] = value;
    }
    if (step == 1500) {
      snapshot = (*database).GetSnapshot();
      at_snapshot = model;
    }
    if (step % 500 == 0) compare(*database.iterate(), model);
    if (step % 1000 == 999) database.flush();  // the next memtable begins in this one's memory
    std::string value;
    const auto got = (*database).Get({}, key_of(number), &value);
    REQUIRE(got.ok() == model.contains(number));
    if (got.ok()) REQUIRE(value == model[number]);
  }
  compare(*database.iterate(), model);
  compare(*database.iterate(snapshot), at_snapshot);
  (*database).ReleaseSnapshot(snapshot);
}

TEST_CASE("event memtable: readers beside the writer see all that was written before they looked") {
  constexpr std::uint64_t kKeys = 20'000;
  Database database;
  std::atomic<std::uint64_t> written{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      for (std::uint64_t before = 0; before < kKeys;) {
        before = written;
        const auto at = database.iterate();
        std::uint64_t expected = 1;
        for (at->Seek(key_of(1)); at->Valid(); at->Next()) REQUIRE(load_be64(at->key().data()) == expected++);
        REQUIRE(expected > before);
        at->SeekToLast();
        if (at->Valid()) REQUIRE(load_be64(at->key().data()) >= before);
      }
    });
  }
  for (std::uint64_t number = 1; number <= kKeys; ++number) {
    database.put(number, std::string(number % 300, 'x'));
    written = number;
    if (number % 8000 == 0) database.flush();
  }
  for (std::thread& reader : readers) reader.join();
}
