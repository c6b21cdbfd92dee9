// A projection's own store: a RocksDB that holds the state and, beside it, the record of where the projection stands.
//
// Threads: one at a time. Owns: the directory's RocksDB (the only files that include RocksDB in this folder are this
// pair).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/result.h"
#include "daybook/state.h"

namespace rocksdb {
class Env;
}

namespace daybook {

/// State rows and one record in a directory; what one write() holds is there whole or not at all.
class StateStore {
 public:
  enum class Access : std::uint8_t {
    read_write,  ///< Makes the directory where it is missing. One at a time, over all processes (`busy`).
    read_only,   ///< A snapshot, beside any writer; changes no byte, name or time in the directory.
  };

  /// What is written stays in memory and in the write-ahead log up to this size, then it goes to a sorted file.
  static constexpr std::size_t kWriteBufferBytes = 16 * 1024 * 1024;

  /// Errors: `busy`, `not_found` (read_only: no store there), `corruption`, `denied`, `io`. `env`: where its files
  /// are, instead of the disk; it outlives the store.
  [[nodiscard]] static Result<std::unique_ptr<StateStore>> open(const std::filesystem::path& directory, Access access,
                                                                std::size_t write_buffer_bytes = kWriteBufferBytes,
                                                                rocksdb::Env* env = nullptr);
  /// A writer's rows are then in sorted files, so that the next open need not replay them.
  ~StateStore();
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  /// Puts the value of `key` into `value`; false where there is none.
  [[nodiscard]] Result<bool> get(std::string_view key, std::string& value);
  /// Every row whose key begins with `prefix` and stands behind `after`; an empty `after` is before every key.
  [[nodiscard]] Result<void> scan_after(std::string_view prefix, std::string_view after, const StateRow& row);
  /// The record of the last write; nullopt before the first.
  [[nodiscard]] Result<std::optional<std::string>> record();

  /// Collects a change of many rows.
  class Batch {
   public:
    Batch();
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    void put(std::string_view key, std::string_view value);
    void erase(std::string_view key);
    /// Erases every row of the state.
    void erase_all();

   private:
    friend class StateStore;
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };
  /// Writes `batch` and `record`, both or neither, also when the process is killed in between. Not synced: a power cut
  /// may bring an earlier state back, which is whole and folds on from its own record.
  [[nodiscard]] Result<void> write(Batch& batch, std::string_view record);

 private:
  struct Impl;
  explicit StateStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
