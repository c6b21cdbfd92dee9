// Nothing is decided here: each call becomes one of Disk's, and its errno the status that RocksDB's own file system
// would give.
#include "tests/simulation/file_system.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace daybook::simulation {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus status_of(int error, const char* doing, const std::string& path) {
  if (error == 0) return IOStatus::OK();
  const std::string what = std::string("While ") + doing + ": " + path;
  if (error == ENOENT) return IOStatus::PathNotFound(what, std::strerror(error));
  if (error != ENOSPC) return IOStatus::IOError(what, std::strerror(error));
  IOStatus full = IOStatus::NoSpace(what, std::strerror(error));
  full.SetRetryable(true);
  return full;
}

/// What all open files have.
struct OpenFile {
  Disk& disk;
  std::string path;
  NodePtr node;

  IOStatus read(std::uint64_t offset, std::size_t bytes, Slice* result, char* scratch) const {
    std::size_t count = 0;
    const int error = disk.read(path, *node, offset, {scratch, bytes}, count);
    *result = Slice(scratch, count);
    return status_of(error, "reading", path);
  }
  IOStatus write(std::uint64_t offset, const Slice& bytes) const {
    return status_of(disk.write(path, *node, offset, bytes.ToStringView()), "writing", path);
  }
  IOStatus sync() const { return status_of(disk.sync(path, *node), "syncing", path); }
};

class SequentialFile final : public rocksdb::FSSequentialFile {
 public:
  explicit SequentialFile(OpenFile file) : file_(std::move(file)) {}
  IOStatus Read(size_t bytes, const IOOptions&, Slice* result, char* scratch, IODebugContext*) override {
    const IOStatus status = file_.read(at_, bytes, result, scratch);
    if (status.ok()) at_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t bytes) override {
    at_ += bytes;
    return IOStatus::OK();
  }

 private:
  const OpenFile file_;
  std::uint64_t at_ = 0;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFile {
 public:
  explicit RandomAccessFile(OpenFile file) : file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t bytes, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return file_.read(offset, bytes, result, scratch);
  }

 private:
  const OpenFile file_;
};

class WritableFile final : public rocksdb::FSWritableFile {
 public:
  explicit WritableFile(OpenFile file) : file_(std::move(file)) {}
  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions&, IODebugContext*) override {
    return file_.write(file_.node->content.bytes().size(), bytes);
  }
  IOStatus Truncate(uint64_t length, const IOOptions&, IODebugContext*) override {
    return status_of(file_.disk.truncate(file_.path, *file_.node, length), "truncating", file_.path);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return file_.sync(); }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return file_.node->content.bytes().size(); }

 private:
  const OpenFile file_;
};

class RandomRWFile final : public rocksdb::FSRandomRWFile {
 public:
  explicit RandomRWFile(OpenFile file) : file_(std::move(file)) {}
  IOStatus Write(uint64_t offset, const Slice& bytes, const IOOptions&, IODebugContext*) override {
    return file_.write(offset, bytes);
  }
  IOStatus Read(uint64_t offset, size_t bytes, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return file_.read(offset, bytes, result, scratch);
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return file_.sync(); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  const OpenFile file_;
};

class Directory final : public rocksdb::FSDirectory {
 public:
  Directory(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return status_of(disk_.sync_directory(path_), "syncing the directory", path_);
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  Disk& disk_;
  const std::string path_;
};

class Lock final : public rocksdb::FileLock {
 public:
  explicit Lock(std::string of) : path(std::move(of)) {}
  const std::string path;
};

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

/// `//a//b/` names what `/a/b` names.
std::string tidy(const std::string& path) {
  std::string tidied;
  for (const char c : path) {
    if (c != '/' || !tidied.ends_with('/')) tidied.push_back(c);
  }
  if (tidied.size() > 1 && tidied.ends_with('/')) tidied.pop_back();
  return tidied;
}

class FileSystem final : public rocksdb::FileSystem {
 public:
  explicit FileSystem(Disk& disk) : disk_(disk) {}
  const char* Name() const override { return "daybook.SimulatedFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result, IODebugContext*) override {
    return open<SequentialFile>(path, result);
  }
  IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result, IODebugContext*) override {
    return open<RandomAccessFile>(path, result);
  }
  IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions&,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* result, IODebugContext*) override {
    return open<RandomRWFile>(path, result);
  }
  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext*) override {
    return create(path, result, false);
  }
  IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext*) override {
    return create(path, result, true);
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&, std::unique_ptr<rocksdb::FSDirectory>* result,
                        IODebugContext*) override {
    NodePtr node;
    const int error = disk_.find(tidy(path), node);
    if (error == 0) *result = std::make_unique<Directory>(disk_, tidy(path));
    return status_of(error, "opening the directory", path);
  }
  IOStatus FileExists(const std::string& path, const IOOptions&, IODebugContext*) override {
    NodePtr node;
    const int error = disk_.find(tidy(path), node);
    return error == ENOENT ? IOStatus::NotFound() : status_of(error, "looking for", path);
  }
  IOStatus GetChildren(const std::string& path, const IOOptions&, std::vector<std::string>* names,
                       IODebugContext*) override {
    return status_of(disk_.list(tidy(path), *names), "listing", path);
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.remove(tidy(path), false), "removing", path);
  }
  IOStatus DeleteDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.remove(tidy(path), true), "removing", path);
  }
  IOStatus CreateDir(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.make_directory(tidy(path), false), "making the directory", path);
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.make_directory(tidy(path), true), "making the directory", path);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions&, uint64_t* bytes, IODebugContext*) override {
    NodePtr node;
    const int error = disk_.find(tidy(path), node);
    if (error == 0) *bytes = node->content.bytes().size();
    return status_of(error, "measuring", path);
  }
  IOStatus GetFileModificationTime(const std::string& path, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    NodePtr node;
    *time = 0;
    return status_of(disk_.find(tidy(path), node), "asking for the time of", path);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.rename(tidy(from), tidy(to)), "renaming", from);
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions&, IODebugContext*) override {
    return status_of(disk_.link(tidy(from), tidy(to)), "linking", from);
  }
  IOStatus AreFilesSame(const std::string& first, const std::string& second, const IOOptions&, bool* same,
                        IODebugContext*) override {
    *same = tidy(first) == tidy(second);
    return IOStatus::OK();
  }
  IOStatus LockFile(const std::string& path, const IOOptions&, rocksdb::FileLock** lock, IODebugContext*) override {
    const int error = disk_.lock(tidy(path));
    *lock = error == 0 ? new Lock(tidy(path)) : nullptr;
    return status_of(error, "locking", path);
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    const std::unique_ptr<Lock> owned(static_cast<Lock*>(lock));
    return status_of(disk_.unlock(owned->path), "unlocking", owned->path);
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = "/test";
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* result,
                     IODebugContext*) override {
    *result = std::make_shared<SilentLogger>();
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& path, const IOOptions&, std::string* absolute, IODebugContext*) override {
    *absolute = tidy(path);
    return IOStatus::OK();
  }
  IOStatus GetFreeSpace(const std::string&, const IOOptions&, uint64_t* bytes, IODebugContext*) override {
    *bytes = disk_.free_bytes();
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& path, const IOOptions&, bool* is_directory, IODebugContext*) override {
    NodePtr node;
    const int error = disk_.find(tidy(path), node);
    *is_directory = error == 0 && node->is_directory;
    return status_of(error, "looking at", path);
  }

 private:
  template <class File, class Result>
  IOStatus open(const std::string& path, std::unique_ptr<Result>* result) {
    OpenFile file{disk_, tidy(path), nullptr};
    const int error = disk_.open(file.path, file.node);
    if (error == 0) *result = std::make_unique<File>(std::move(file));
    return status_of(error, "opening", path);
  }
  IOStatus create(const std::string& path, std::unique_ptr<rocksdb::FSWritableFile>* result, bool keep) {
    OpenFile file{disk_, tidy(path), nullptr};
    const int error = disk_.create(file.path, file.node, keep);
    if (error == 0) *result = std::make_unique<WritableFile>(std::move(file));
    return status_of(error, "creating", path);
  }

  Disk& disk_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_file_system(Disk& disk) {
  return std::make_shared<FileSystem>(disk);
}

}  // namespace daybook::simulation
