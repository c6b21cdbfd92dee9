// Env rather than std::filesystem, because an Env is what RocksDB itself writes through: a test that makes the third
// write fail, or forgets what was not synced, then reaches our files too. Names are made durable as carefully as
// bytes: a file that is synced in a directory that is not can be gone after a power cut.
#include "log/file_layer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <rocksdb/env.h>

#include "base/check.h"
#include "log/status_error.h"

namespace daybook {
namespace {

std::unexpected<Error> failed(const rocksdb::Status& status, std::string_view doing, const std::string& path) {
  return std::unexpected(error_of(status, std::string(doing).append(" ").append(path)));
}

rocksdb::Slice slice_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Appends, syncs and closes; the first error counts.
rocksdb::Status finish_file(rocksdb::WritableFile& file, std::string_view bytes) {
  rocksdb::Status status;
  if (!bytes.empty()) status = file.Append(rocksdb::Slice(bytes.data(), bytes.size()));
  if (status.ok()) status = file.Fsync();
  const rocksdb::Status closed = file.Close();
  return status.ok() ? closed : status;
}

/// Opens for reading only, which Env's files that can sync do not.
Result<void> sync_read_only(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  int error = descriptor < 0 ? errno : 0;
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (error == 0) return {};
  const char* const reason = std::strerror(error);
  return failed(error == ENOENT ? rocksdb::Status::PathNotFound(reason) : rocksdb::Status::IOError(reason),
                "cannot sync", path);
}

}  // namespace

std::string parent_directory(const std::string& path) {
  const std::size_t name_end = path.find_last_not_of('/');
  if (name_end == std::string::npos) return path.empty() ? "." : "/";
  const std::size_t slash = path.find_last_of('/', name_end);
  if (slash == std::string::npos) return ".";
  const std::size_t parent_end = path.find_last_not_of('/', slash);
  return parent_end == std::string::npos ? "/" : path.substr(0, parent_end + 1);
}

FileReader::FileReader(std::unique_ptr<rocksdb::SequentialFile> file, std::string path)
    : file_(std::move(file)), path_(std::move(path)) {}
FileReader::~FileReader() = default;

Result<std::size_t> FileReader::read(std::span<std::byte> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    rocksdb::Slice piece;
    char* target = reinterpret_cast<char*>(buffer.data()) + filled;
    const rocksdb::Status status = file_->Read(buffer.size() - filled, &piece, target);
    if (!status.ok()) return failed(status, "cannot read", path_);
    if (piece.empty()) break;
    if (piece.data() != target) std::memmove(target, piece.data(), piece.size());
    filled += piece.size();
  }
  return filled;
}

Result<void> FileReader::skip(std::uint64_t bytes) {
  const rocksdb::Status status = file_->Skip(bytes);
  if (!status.ok()) return failed(status, "cannot read", path_);
  return {};
}

CellFile::CellFile(std::unique_ptr<rocksdb::RandomRWFile> file, std::string path, std::uint64_t bytes)
    : file_(std::move(file)), path_(std::move(path)), bytes_(bytes) {}
CellFile::~CellFile() = default;

Result<void> CellFile::read(std::uint64_t offset, std::span<std::byte> buffer) const {
  rocksdb::Slice piece;
  const rocksdb::Status status = file_->Read(offset, buffer.size(), &piece, reinterpret_cast<char*>(buffer.data()));
  if (!status.ok()) return failed(status, "cannot read", path_);
  if (piece.size() != buffer.size()) return fail(Code::corruption, path_ + ": the file is too short");
  const auto* bytes = reinterpret_cast<const std::byte*>(piece.data());
  if (bytes != buffer.data()) std::memmove(buffer.data(), bytes, piece.size());
  return {};
}

Result<void> CellFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  DAYBOOK_CHECK(bytes.size() <= bytes_ && offset <= bytes_ - bytes.size(), "a cell lies inside its file");
  const rocksdb::Status status = file_->Write(offset, slice_of(bytes));
  if (!status.ok()) return failed(status, "cannot write", path_);
  return {};
}

Result<void> CellFile::sync() {
  const rocksdb::Status status = file_->Fsync();
  if (!status.ok()) return failed(status, "cannot sync", path_);
  return {};
}

Result<bool> FileLayer::exists(const std::string& path) {
  const rocksdb::Status status = env_.FileExists(path);
  if (status.ok()) return true;
  if (!status.IsNotFound()) return failed(status, "cannot look for", path);
  // The disk's Env also says "not found" where a directory on the way may not be searched; opening tells them apart.
  std::unique_ptr<rocksdb::SequentialFile> file;
  const rocksdb::Status opened = env_.NewSequentialFile(path, &file, rocksdb::EnvOptions());
  if (opened.ok()) return true;
  if (opened.IsPathNotFound() || opened.IsNotFound()) return false;
  return failed(opened, "cannot look for", path);
}

Result<std::string> FileLayer::read_file(const std::string& path, std::size_t bytes_max) {
  auto reader = open_reader(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  std::string bytes;
  while (bytes.size() <= bytes_max) {
    const std::size_t before = bytes.size();
    const std::size_t wanted = std::min<std::size_t>(bytes_max - before + 1, std::size_t{64} * 1024);
    bytes.resize(before + wanted);
    const auto filled = (*reader)->read(std::as_writable_bytes(std::span(bytes).subspan(before)));
    if (!filled) return std::unexpected(filled.error());
    bytes.resize(before + *filled);
    if (*filled < wanted) return bytes;
  }
  return fail(Code::too_large, path + ": the file is longer than " + std::to_string(bytes_max) + " bytes");
}

Result<void> FileLayer::write_file_atomically(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env_.NewWritableFile(temporary, &file, rocksdb::EnvOptions());
  if (!status.ok()) return failed(status, "cannot create", temporary);
  status = finish_file(*file, bytes);
  if (status.ok()) status = env_.RenameFile(temporary, path);
  if (!status.ok()) {
    // Best effort: the first error is the one to tell, and the next write replaces what is left.
    env_.DeleteFile(temporary).PermitUncheckedError();
    return failed(status, "cannot write", path);
  }
  return sync_directory(parent_directory(path));
}

Result<void> FileLayer::create_directory(const std::string& path) {
  const rocksdb::Status status = env_.CreateDirIfMissing(path);
  if (!status.ok()) return failed(status, "cannot create the directory", path);
  return sync_directory(parent_directory(path));
}

Result<void> FileLayer::create_directories(const std::string& path) {
  const auto there = exists(path);
  if (!there) return std::unexpected(there.error());
  const std::string parent = parent_directory(path);
  if (*there) {
    // Whoever made it may have ended before its name was on the disk.
    auto synced = sync_directory(parent);
    return synced || synced.error().code == Code::denied ? Result<void>() : synced;
  }
  if (parent != path) {
    if (auto made = create_directories(parent); !made) return made;
  }
  return create_directory(path);
}

Result<std::vector<std::string>> FileLayer::list(const std::string& directory) {
  std::vector<std::string> names;
  const rocksdb::Status status = env_.GetChildren(directory, &names);
  if (!status.ok()) return failed(status, "cannot list", directory);
  std::erase_if(names, [](const std::string& name) { return name.empty() || name == "." || name == ".."; });
  std::ranges::sort(names);
  return names;
}

Result<std::uint64_t> FileLayer::file_bytes(const std::string& path) {
  std::uint64_t bytes = 0;
  const rocksdb::Status status = env_.GetFileSize(path, &bytes);
  if (!status.ok()) return failed(status, "cannot measure", path);
  return bytes;
}

Result<void> FileLayer::remove(const std::string& path) {
  const rocksdb::Status status = env_.DeleteFile(path);
  if (!status.ok()) return failed(status, "cannot remove", path);
  return {};
}

Result<void> FileLayer::move(const std::string& from, const std::string& to) {
  const rocksdb::Status status = env_.RenameFile(from, to);
  if (!status.ok()) return failed(status, "cannot move", from);
  // The new name first: a crash in between may leave both, and never none.
  if (auto synced = sync_directory(parent_directory(to)); !synced) return synced;
  return parent_directory(from) == parent_directory(to) ? Result<void>() : sync_directory(parent_directory(from));
}

Result<void> FileLayer::remove_tree(const std::string& path) {
  const auto there = exists(path);
  if (!there) return std::unexpected(there.error());
  if (!*there) return {};
  bool is_directory = false;
  const rocksdb::Status asked = env_.IsDirectory(path, &is_directory);
  if (!asked.ok()) return failed(asked, "cannot look at", path);
  if (!is_directory) return remove(path);
  const auto names = list(path);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (auto removed = remove_tree(path + "/" + name); !removed) return removed;
  }
  const rocksdb::Status status = env_.DeleteDir(path);
  if (!status.ok()) return failed(status, "cannot remove the directory", path);
  return {};
}

Result<void> FileLayer::truncate_and_sync(const std::string& path, std::uint64_t bytes) {
  const auto before = file_bytes(path);
  if (!before) return std::unexpected(before.error());
  DAYBOOK_CHECK(bytes <= *before, "truncating never lengthens");
  // Env::Truncate is not implemented for the disk; a file that is open for appending can be shortened everywhere. An
  // Env that only says it did is found out.
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env_.ReopenWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Truncate(bytes);
  if (status.ok()) status = finish_file(*file, {});
  if (!status.ok()) return failed(status, "cannot shorten", path);
  const auto after = file_bytes(path);
  if (!after) return std::unexpected(after.error());
  if (*after != bytes) return fail(Code::io, "cannot shorten " + path + ": it kept its length");
  return {};
}

Result<void> FileLayer::append_and_sync(const std::string& path, std::string_view bytes) {
  std::unique_ptr<rocksdb::WritableFile> file;
  rocksdb::Status status = env_.ReopenWritableFile(path, &file, rocksdb::EnvOptions());
  if (!status.ok()) return failed(status, "cannot open", path);
  status = finish_file(*file, bytes);
  if (!status.ok()) return failed(status, "cannot append to", path);
  return sync_directory(parent_directory(path));
}

Result<std::unique_ptr<FileReader>> FileLayer::open_reader(const std::string& path) {
  std::unique_ptr<rocksdb::SequentialFile> file;
  const rocksdb::Status status = env_.NewSequentialFile(path, &file, rocksdb::EnvOptions());
  if (!status.ok()) return failed(status, "cannot open", path);
  return std::unique_ptr<FileReader>(new FileReader(std::move(file), path));
}

Result<std::unique_ptr<CellFile>> FileLayer::open_cells(const std::string& path, std::uint64_t bytes) {
  const auto actual = file_bytes(path);
  if (!actual) return std::unexpected(actual.error());
  if (*actual != bytes) {
    return fail(Code::corruption,
                path + ": the file has " + std::to_string(*actual) + " bytes, not " + std::to_string(bytes));
  }
  std::unique_ptr<rocksdb::RandomRWFile> file;
  const rocksdb::Status status = env_.NewRandomRWFile(path, &file, rocksdb::EnvOptions());
  if (!status.ok()) return failed(status, "cannot open", path);
  return std::unique_ptr<CellFile>(new CellFile(std::move(file), path, bytes));
}

Result<void> FileLayer::sync_directory(const std::string& directory) {
  std::unique_ptr<rocksdb::Directory> handle;
  rocksdb::Status status = env_.NewDirectory(directory, &handle);
  if (status.ok()) status = handle->Fsync();
  if (!status.ok()) return failed(status, "cannot sync the directory", directory);
  return {};
}

Result<void> FileLayer::sync_file(const std::string& path) {
  if (&env_ == rocksdb::Env::Default()) return sync_read_only(path);
  std::unique_ptr<rocksdb::RandomRWFile> file;
  rocksdb::Status status = env_.NewRandomRWFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Fsync();
  if (!status.ok()) return failed(status, "cannot sync", path);
  return {};
}

Result<std::uint64_t> FileLayer::disk_free_bytes(const std::string& directory) {
  std::uint64_t bytes = 0;
  const rocksdb::Status status = env_.GetFreeSpace(directory, &bytes);
  if (status.IsNotSupported()) return UINT64_MAX;
  if (!status.ok()) return failed(status, "cannot measure the free space of", directory);
  return bytes;
}

}  // namespace daybook
