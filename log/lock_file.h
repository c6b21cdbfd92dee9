// DIR/LOCK: the one writer's lock on a log, and who holds it. An open-file-description lock of the operating system,
// so that it ends with its process, however that ends; the file's text only says who.
//
// Threads: any. Owns: a WriterLock owns the lock.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/clock.h"
#include "daybook/result.h"
#include "log/file_layer.h"

namespace rocksdb {
class FileLock;
}

namespace daybook {

/// The file's name in DIR.
inline constexpr std::string_view kLockFile = "LOCK";

/// Held while it lives; the file stays behind, empty.
class WriterLock {
 public:
  /// As below, of the log in `directory` of `files`. An Env that is not the disk's has locks of its own, which name
  /// nobody.
  [[nodiscard]] static Result<std::unique_ptr<WriterLock>> acquire(FileLayer& files, const std::string& directory,
                                                                   const Clock& clock);
  [[nodiscard]] static Result<std::optional<std::string>> holder(FileLayer& files, const std::string& directory);
  /// Takes the lock of the log in `directory`, making the file where it is missing. `busy` names the holder; `denied`
  /// and `io` name the file. `clock` gives the time that the file says.
  [[nodiscard]] static Result<std::unique_ptr<WriterLock>> acquire(const std::string& directory,
                                                                   const Clock& clock = Clock::system());
  /// Who holds it: `pid 812 (daybook import orders.csv), since 2026-01-31T12:00:00Z`; nullopt: nobody. Changes nothing
  /// and needs no right to write.
  [[nodiscard]] static Result<std::optional<std::string>> holder(const std::string& directory);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  explicit WriterLock(int descriptor) : descriptor_(descriptor) {}
  WriterLock(rocksdb::Env& env, rocksdb::FileLock* lock) : env_(&env), env_lock_(lock) {}

  int descriptor_ = -1;
  rocksdb::Env* env_ = nullptr;  ///< With env_lock_: whose lock it is, where it is not the system's.
  rocksdb::FileLock* env_lock_ = nullptr;
};

}  // namespace daybook
