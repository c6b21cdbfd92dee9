// An open-file-description lock, not one of fcntl's process locks: those vanish when any descriptor of the file is
// closed anywhere in the process, as a reader in the same process would do. Such a lock has no pid of its own (the
// system reports -1), so the file says who holds it. The text is only ever shown to a person: a writer that was killed
// leaves it behind, and without the lock it means nothing.
#include "log/lock_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include <rocksdb/env.h>

#include "log/status_error.h"

namespace daybook {
namespace {

constexpr std::size_t kCommandBytesMax = 160;
constexpr std::size_t kTextBytesMax = 512;

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

std::string lock_path(const std::string& directory) {
  return directory + "/" + std::string(kLockFile);
}

std::unexpected<Error> failed(int error, const char* doing, const std::string& path) {
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  const Code code = denied ? Code::denied : error == ENOENT ? Code::not_found : Code::io;
  return fail(code, std::string(doing) + " " + path + ": " + std::strerror(error));
}

/// A write lock on the whole file, as fcntl takes it.
struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// One line, whatever the bytes were.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string own_command() {
  std::array<char, kCommandBytesMax + 1> bytes;
  const Descriptor file(::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC));
  const ssize_t got = file.get() < 0 ? -1 : ::read(file.get(), bytes.data(), bytes.size());
  if (got <= 0) return "unknown command";
  std::string command(bytes.data(), static_cast<std::size_t>(got));
  const bool cut = command.size() > kCommandBytesMax;
  command.resize(std::min(command.size(), kCommandBytesMax));
  return printable(std::move(command)) + (cut ? "..." : "");
}

std::string rfc3339(Timestamp time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(
          std::chrono::floor<std::chrono::seconds>(time)));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string holder_text(int descriptor) {
  std::array<char, kTextBytesMax> bytes;
  const ssize_t got = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  std::string text = printable(got <= 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(got)));
  return text.empty() ? "a process that has not yet said who it is" : text;
}

Result<void> write_text(int descriptor, const std::string& text, const std::string& path) {
  if (::ftruncate(descriptor, 0) != 0) return failed(errno, "cannot write", path);
  const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), 0);
  if (written < 0) return failed(errno, "cannot write", path);
  if (static_cast<std::size_t>(written) != text.size()) return failed(ENOSPC, "cannot write", path);
  return {};
}

}  // namespace

Result<std::unique_ptr<WriterLock>> WriterLock::acquire(FileLayer& files, const std::string& directory,
                                                        const Clock& clock) {
  if (&files.env() == rocksdb::Env::Default()) return acquire(directory, clock);
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status status = files.env().LockFile(lock_path(directory), &lock);
  if (!status.ok()) return std::unexpected(error_of(status, "cannot lock " + lock_path(directory)));
  return std::unique_ptr<WriterLock>(new WriterLock(files.env(), lock));
}

Result<std::optional<std::string>> WriterLock::holder(FileLayer& files, const std::string& directory) {
  if (&files.env() == rocksdb::Env::Default()) return holder(directory);
  const auto exists = files.exists(lock_path(directory));
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return std::nullopt;
  const auto lock = acquire(files, directory, Clock::system());
  if (lock) return std::nullopt;
  if (lock.error().code == Code::busy) return "a writer in this process";
  return std::unexpected(lock.error());
}

Result<std::unique_ptr<WriterLock>> WriterLock::acquire(const std::string& directory, const Clock& clock) {
  const std::string path = lock_path(directory);
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (file.get() < 0) return failed(errno, "cannot open", path);
  struct flock lock = whole_file();
  if (::fcntl(file.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) return failed(errno, "cannot lock", path);
    return fail(Code::busy, directory + ": another writer holds the log: " + holder_text(file.get()));
  }
  const std::string text =
      "pid " + std::to_string(::getpid()) + " (" + own_command() + "), since " + rfc3339(clock.now()) + "\n";
  if (auto written = write_text(file.get(), text, path); !written) return std::unexpected(std::move(written.error()));
  return std::unique_ptr<WriterLock>(new WriterLock(file.release()));
}

Result<std::optional<std::string>> WriterLock::holder(const std::string& directory) {
  const std::string path = lock_path(directory);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  if (file.get() < 0) return failed(errno, "cannot open", path);
  struct flock lock = whole_file();
  if (::fcntl(file.get(), F_OFD_GETLK, &lock) != 0) return failed(errno, "cannot ask for the lock of", path);
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return holder_text(file.get());
}

WriterLock::~WriterLock() {
  if (env_ != nullptr) {
    env_->UnlockFile(env_lock_).PermitUncheckedError();  // it ends with this process in any case
    return;
  }
  // The text goes first: who asks in between finds a holder without a name, never a name without a holder. A failure
  // leaves a text that nobody reads.
  if (::ftruncate(descriptor_, 0) != 0) errno = 0;
  ::close(descriptor_);
}

}  // namespace daybook
