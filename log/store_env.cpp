// RocksDB 7.8 lets CURRENT name a new MANIFEST whose own name is not yet on the disk
// (docs/bugs/current-before-manifest.md). It makes two mistakes when it takes a table file in: when the MANIFEST cannot
// be synced it removes the file, though the MANIFEST may name it already (docs/bugs/ingested-table-removed.md), and
// when the file cannot be read it takes it in as one without keys (docs/bugs/ingested-without-keys.md). And it looks at
// a table file's properties before their checksum, so that one wrong bit ends the process
// (docs/bugs/properties-before-checksum.md). RocksDB reads and writes through its Env's file system, so that is what
// has to be wrapped.
#include "log/store_env.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <rocksdb/file_system.h>

#include "base/bytes.h"
#include "base/mutex.h"
#include "log/file_layer.h"

namespace daybook {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

/// The first failure of any read of a file.
class ReadFailure {
 public:
  IOStatus note(const IOStatus& status) {
    const Lock lock(mutex_);
    if (first_.ok() && !status.ok()) first_ = status;
    return status;
  }
  [[nodiscard]] IOStatus first() const {
    const Lock lock(mutex_);
    return first_;
  }

 private:
  mutable Mutex mutex_;
  IOStatus first_ DAYBOOK_GUARDED_BY(mutex_);
};

class WatchedFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  WatchedFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file, std::shared_ptr<ReadFailure> failure)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), failure_(std::move(failure)) {}

  IOStatus Read(uint64_t offset, size_t bytes, const IOOptions& options, rocksdb::Slice* result, char* scratch,
                IODebugContext* debug) const override {
    return failure_->note(target()->Read(offset, bytes, options, result, scratch, debug));
  }

 private:
  const std::shared_ptr<ReadFailure> failure_;
};

/// RocksDB waits for each piece of a long scan, and unpacks it while the disk has nothing to do. So what comes behind a
/// large piece is asked for before that piece is unpacked.
class ScannedFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  using FSRandomAccessFileOwnerWrapper::FSRandomAccessFileOwnerWrapper;

  IOStatus Read(uint64_t offset, size_t bytes, const IOOptions& options, rocksdb::Slice* result, char* scratch,
                IODebugContext* debug) const override {
    constexpr size_t kLargeBytes = 256 * 1024;
    constexpr size_t kAheadBytes = 2 * 1024 * 1024;
    IOStatus status = target()->Read(offset, bytes, options, result, scratch, debug);
    if (!status.ok() || bytes < kLargeBytes || result->size() < bytes) return status;
    // A file system that cannot is none the worse for it.
    const IOStatus asked = target()->Prefetch(offset + bytes, kAheadBytes, options, debug);
    asked.PermitUncheckedError();
    return status;
  }
};

/// Corruption where RocksDB would end the process: where the properties, the last block before the index of the file's
/// other parts, claim to end in a hash index. What else is wrong RocksDB names by itself. The layout is that of table
/// files of format version 5: a block ends in its number of restart points (4 bytes, little-endian, whose top bit means
/// a hash index), a byte for the compression and a checksum of 4; the file ends in 53 bytes, which after one byte hold
/// as varints where the index of parts begins (rocksdb/table/format.cc, block_based/data_block_footer.cc).
IOStatus check_properties(const rocksdb::FSRandomAccessFile& file, const std::string& path, uint64_t length) {
  constexpr uint64_t kFooterBytes = 53;
  constexpr uint64_t kTrailerBytes = 5;
  std::array<char, kFooterBytes> buffer{};
  const auto read = [&](uint64_t offset, size_t bytes) {
    rocksdb::Slice found;
    const IOStatus status = file.Read(offset, bytes, IOOptions(), &found, buffer.data(), nullptr);
    return status.ok() && found.size() == bytes ? std::string(found.data(), bytes) : std::string();
  };
  if (length < kFooterBytes) return IOStatus::OK();
  const std::string footer = read(length - kFooterBytes, kFooterBytes);
  if (footer.empty()) return IOStatus::OK();
  std::string_view handle = std::string_view(footer).substr(1);
  const auto parts = take_varint(handle);
  if (!parts || *parts > length || *parts < kTrailerBytes + 1) return IOStatus::OK();
  const std::string top = read(*parts - kTrailerBytes - 1, 1);
  if (top.empty() || (static_cast<unsigned char>(top[0]) & 0x80U) == 0) return IOStatus::OK();
  return IOStatus::Corruption("the properties of the table file are damaged", path);
}

}  // namespace

class StoreEnv::Files final : public rocksdb::FileSystemWrapper {
 public:
  using rocksdb::FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "daybook.StoreEnv"; }

  IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* file, IODebugContext* debug) override {
    IOStatus status = target()->NewRandomAccessFile(path, options, file, debug);
    // Direct reads, which would have to be aligned, are for compaction of what was opened before.
    if (status.ok() && path.ends_with(".sst") && !(*file)->use_direct_io()) {
      uint64_t length = 0;
      status = target()->GetFileSize(path, options.io_options, &length, debug);
      if (status.ok()) status = check_properties(**file, path, length);
      if (status.ok() && reads_ahead_) *file = std::make_unique<ScannedFile>(std::move(*file));
    }
    const Lock lock(mutex_);
    if (status.ok() && path == taken_in_) *file = std::make_unique<WatchedFile>(std::move(*file), failure_);
    return status;
  }

  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                    IODebugContext* debug) override {
    {
      const Lock lock(mutex_);
      if (from == taken_in_) {
        if (IOStatus failed = failure_->first(); !failed.ok()) return failed;
        second_name_ = to;
      }
    }
    return target()->LinkFile(from, to, options, debug);
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (to.ends_with("/CURRENT")) {
      std::unique_ptr<rocksdb::FSDirectory> directory;
      IOStatus status = target()->NewDirectory(parent_directory(to), options, &directory, debug);
      if (status.ok()) status = directory->Fsync(options, debug);
      if (!status.ok()) return status;
    }
    return target()->RenameFile(from, to, options, debug);
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    {
      const Lock lock(mutex_);
      if (path == second_name_) return IOStatus::OK();
    }
    return target()->DeleteFile(path, options, debug);
  }

  /// "": none any more.
  void take_in(const std::string& path) {
    const Lock lock(mutex_);
    taken_in_ = path;
    second_name_.clear();
    failure_ = std::make_shared<ReadFailure>();
  }

 private:
  // Of the disk alone: other file systems are a test's, which counts calls.
  const bool reads_ahead_ = target() == rocksdb::FileSystem::Default().get();
  Mutex mutex_;
  std::string taken_in_ DAYBOOK_GUARDED_BY(mutex_);
  std::string second_name_ DAYBOOK_GUARDED_BY(mutex_);
  std::shared_ptr<ReadFailure> failure_ DAYBOOK_GUARDED_BY(mutex_) = std::make_shared<ReadFailure>();
};

StoreEnv::StoreEnv(rocksdb::Env& env)
    : rocksdb::EnvWrapper(&env), files_(std::make_shared<Files>(env.GetFileSystem())) {
  file_system_ = files_;
  system_clock_ = env.GetSystemClock();
}

StoreEnv::~StoreEnv() = default;

void StoreEnv::begin_ingestion(const std::string& path) {
  files_->take_in(path);
}

void StoreEnv::end_ingestion() {
  files_->take_in("");
}

}  // namespace daybook
