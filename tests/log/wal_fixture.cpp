// The database is left open while its files are copied: closing it would flush and delete what we came for.
#include "tests/log/wal_fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "base/bytes.h"
#include "tests/support/cli_run.h"

namespace daybook::test {
namespace {

std::string noise(std::mt19937_64& random, std::size_t bytes) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::string key_of(std::uint64_t number) {
  std::string key;
  append_be64(key, number);
  return key;
}

/// The newest WAL file's name under `directory`.
std::string newest_wal(const std::string& directory) {
  std::string newest;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".log") newest = std::max(newest, entry.path().filename().string());
  }
  REQUIRE_FALSE(newest.empty());
  return newest;
}

/// RocksDB as the log opens it, as far as the WAL is concerned.
class Database {
 public:
  explicit Database(const std::string& directory) {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.recycle_log_file_num = 0;
    options.allow_concurrent_memtable_write = false;
    options.max_total_wal_size = std::uint64_t{1} << 30;
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, {}}, {"postings", {}}, {"events", {}}};
    rocksdb::DB* database = nullptr;
    REQUIRE(rocksdb::DB::Open(options, directory, families, &handles_, &database).ok());
    database_.reset(database);
  }
  ~Database() {
    for (auto* handle : handles_) REQUIRE(database_->DestroyColumnFamilyHandle(handle).ok());
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  rocksdb::DB& operator*() { return *database_; }
  rocksdb::ColumnFamilyHandle* default_family() { return handles_[0]; }
  rocksdb::ColumnFamilyHandle* events() { return handles_[2]; }

 private:
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<rocksdb::DB> database_;
};

}  // namespace

WrittenWal write_wal(const std::vector<GroupSizes>& groups, std::uint64_t seed,
                     const std::vector<std::size_t>& switches, const std::map<std::size_t, std::string>& values) {
  const ScratchDirectory scratch;
  const std::string directory = scratch / "db";
  std::mt19937_64 random(seed);
  WrittenWal wal;
  Database database(directory);
  wal.events_family_id = database.events()->GetID();
  std::uint64_t next_key = 1;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    if (std::ranges::find(switches, group) != switches.end()) {
      // The default family is never flushed, so the older file has to stay.
      REQUIRE((*database).Flush(rocksdb::FlushOptions(), database.events()).ok());
    }
    rocksdb::WriteBatch batch;
    WrittenRecord record;
    if (group == 0) REQUIRE(batch.Put(database.default_family(), key_of(77), "keeps the file").ok());
    if (group == 0) REQUIRE(batch.Put(database.events(), key_of(0), "the copy of FORMAT").ok());
    for (std::size_t block = 0; block < groups[group].size(); ++block) {
      const auto given = block == 0 ? values.find(group) : values.end();
      const std::string value = given != values.end() ? given->second : noise(random, groups[group][block]);
      REQUIRE(batch.Put(database.events(), key_of(next_key), value).ok());
      record.event_keys.push_back(next_key);
      next_key += 1 + random() % 100;
    }
    REQUIRE((*database).Write(rocksdb::WriteOptions(), &batch).ok());
    const std::string name = newest_wal(directory);
    record.file = "log/" + name;
    record.end = std::filesystem::file_size(directory + "/" + name);
    const bool same_file = !wal.records.empty() && wal.records.back().file == record.file;
    record.first = same_file ? wal.records.back().end : 0;
    // Less than a header's room at the end of a block is filled with zeros.
    if (const std::uint64_t left = 32768 - record.first % 32768; left < 7) record.first += left;
    wal.records.push_back(record);
  }
  for (const WrittenRecord& record : wal.records) {
    if (wal.files.contains(record.file)) continue;
    std::ifstream in(directory + record.file.substr(3), std::ios::binary);
    wal.files[record.file] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return wal;
}

WalDirectory::WalDirectory(const std::map<std::string, std::string>& files) {
  REQUIRE(files_.create_directory(path()));
  REQUIRE(files_.create_directory(path() + "/log"));
  for (const auto& [name, bytes] : files) put(name, bytes);
}

void WalDirectory::put(const std::string& name, const std::string& bytes) {
  REQUIRE(files_.write_file_atomically(path() + "/" + name, bytes));
}

}  // namespace daybook::test
