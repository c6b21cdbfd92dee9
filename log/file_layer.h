// The one way from daybook to files: over a rocksdb::Env, so that a log on disk, a log in memory and a log on a
// failing disk run the same code. Every name stands on its own; every message names the file.
//
// Threads: FileLayer any; FileReader and CellFile one at a time. Owns: FileLayer nothing (the Env outlives it), the
// other two an open file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/result.h"

namespace rocksdb {
class Env;
class RandomRWFile;
class SequentialFile;
}  // namespace rocksdb

namespace daybook {

/// An open file, read from its first byte to its last.
class FileReader {
 public:
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// Fills `buffer` with the next bytes. Fewer than asked for, also 0: the file ends there.
  [[nodiscard]] Result<std::size_t> read(std::span<std::byte> buffer);
  /// Passes over the next `bytes`; beyond the end of the file the next read yields 0.
  [[nodiscard]] Result<void> skip(std::uint64_t bytes);

 private:
  friend class FileLayer;
  FileReader(std::unique_ptr<rocksdb::SequentialFile> file, std::string path);

  std::unique_ptr<rocksdb::SequentialFile> file_;
  std::string path_;
};

/// An open file of a fixed length that is written in place: one system call a write, and no allocation.
class CellFile {
 public:
  ~CellFile();
  CellFile(const CellFile&) = delete;
  CellFile& operator=(const CellFile&) = delete;

  /// Fills `buffer` from `offset` on. `corruption` where the file is shorter than that.
  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> buffer) const;
  /// Writes `bytes` at `offset`, inside the length that the file was opened with.
  [[nodiscard]] Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Blocks until what was written is on disk.
  [[nodiscard]] Result<void> sync();

 private:
  friend class FileLayer;
  CellFile(std::unique_ptr<rocksdb::RandomRWFile> file, std::string path, std::uint64_t bytes);

  std::unique_ptr<rocksdb::RandomRWFile> file_;
  std::string path_;
  std::uint64_t bytes_;
};

/// See above. A missing file is `not_found`, a forbidden one `denied`, a failing disk `io`.
class FileLayer {
 public:
  explicit FileLayer(rocksdb::Env& env) : env_(env) {}
  FileLayer(const FileLayer&) = delete;
  FileLayer& operator=(const FileLayer&) = delete;

  /// Whether a file or directory of that name is there. A directory on the way that may not be searched is `denied`.
  [[nodiscard]] Result<bool> exists(const std::string& path);
  /// The whole file; `too_large` where it is longer than `bytes_max`.
  [[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
  /// Puts a file in place, old or new but never in part: PATH.tmp, write, fsync, rename, fsync of the directory.
  [[nodiscard]] Result<void> write_file_atomically(const std::string& path, std::string_view bytes);
  /// Makes one directory, or finds it there, and syncs the one above it.
  [[nodiscard]] Result<void> create_directory(const std::string& path);
  /// The same, with the directories above it that are missing. One that is there may be below one that cannot be read.
  [[nodiscard]] Result<void> create_directories(const std::string& path);
  /// The names in `directory`, sorted, without `.` and `..`.
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& directory);
  [[nodiscard]] Result<std::uint64_t> file_bytes(const std::string& path);
  /// Removes a file. Durable after sync_directory().
  [[nodiscard]] Result<void> remove(const std::string& path);
  /// Gives a file or directory another name in the same file system, and syncs both directories.
  [[nodiscard]] Result<void> move(const std::string& from, const std::string& to);
  /// Removes a file, or a directory with all that is in it; nothing happens where there is none. Not durable by itself,
  /// and on disk only.
  [[nodiscard]] Result<void> remove_tree(const std::string& path);
  /// Shortens a file to `bytes`, which must not exceed its length, and syncs it.
  [[nodiscard]] Result<void> truncate_and_sync(const std::string& path, std::uint64_t bytes);
  /// Adds `bytes` at the end of a file, which is made where it is missing; syncs the file and its directory.
  [[nodiscard]] Result<void> append_and_sync(const std::string& path, std::string_view bytes);
  [[nodiscard]] Result<std::unique_ptr<FileReader>> open_reader(const std::string& path);
  /// Opens an existing file of exactly `bytes` for writing in place; `corruption` where it has another length.
  [[nodiscard]] Result<std::unique_ptr<CellFile>> open_cells(const std::string& path, std::uint64_t bytes);
  /// Makes the names in `directory` durable.
  [[nodiscard]] Result<void> sync_directory(const std::string& directory);
  /// Makes an existing file's bytes durable without changing a byte or a time of it; needs no right to write it.
  [[nodiscard]] Result<void> sync_file(const std::string& path);
  /// What the file system of `directory` has left for us; UINT64_MAX where it cannot tell (in memory).
  [[nodiscard]] Result<std::uint64_t> disk_free_bytes(const std::string& directory);
  [[nodiscard]] rocksdb::Env& env() const { return env_; }

 private:
  rocksdb::Env& env_;
};

/// The directory that holds `path`: everything before its last name, or `.`.
[[nodiscard]] std::string parent_directory(const std::string& path);

}  // namespace daybook
