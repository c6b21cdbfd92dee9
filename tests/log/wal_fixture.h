// Real WAL files, written by RocksDB as daybook configures it, and what is in them as RocksDB itself counts it: the
// file's length after each write is where the record ends.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <rocksdb/env.h>

#include "log/file_layer.h"

namespace daybook::test {

/// A record that was written.
struct WrittenRecord {
  std::string file;  ///< As WalRecord names it.
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  std::vector<std::uint64_t> event_keys;
};

/// The bytes of WAL files, by name relative to DIR, and the truth about them.
struct WrittenWal {
  std::map<std::string, std::string> files;
  std::vector<WrittenRecord> records;
  std::uint32_t events_family_id = 0;
};

/// One group to write: the sizes of its blocks.
using GroupSizes = std::vector<std::size_t>;

/// Writes `groups` into a RocksDB with an events family and leaves it without closing. A new WAL file begins before
/// each group whose index is in `switches`. `value` of a group's first block, if not empty, is used instead of noise.
[[nodiscard]] WrittenWal write_wal(const std::vector<GroupSizes>& groups, std::uint64_t seed,
                                   const std::vector<std::size_t>& switches = {},
                                   const std::map<std::size_t, std::string>& values = {});

/// `files` as DIR `/w` of a file layer in memory.
class WalDirectory {
 public:
  explicit WalDirectory(const std::map<std::string, std::string>& files);
  [[nodiscard]] FileLayer& files() { return files_; }
  [[nodiscard]] std::string path() const { return "/w"; }
  /// Replaces one file.
  void put(const std::string& name, const std::string& bytes);

 private:
  std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  FileLayer files_{*env_};
};

}  // namespace daybook::test
