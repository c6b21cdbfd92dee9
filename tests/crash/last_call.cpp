// A program's own definition of a C library function takes precedence over the library's, for the shared libraries that
// it loads too. Each one here counts and hands on. Writes to pipes and to standard error are let pass uncounted, so
// that a child can say something without moving the count.
#include "tests/crash/last_call.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>

namespace daybook::test {
namespace {

std::atomic<std::uint64_t> end_at{0};
std::atomic<std::uint64_t> counted{0};
std::atomic<LastCall> last_call{LastCall::not_made};
std::atomic<bool> counting{false};
std::atomic<bool> preallocates{true};

template <class Function>
Function* library_function(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

[[noreturn]] void end_now() {
  while (true) ::kill(::getpid(), SIGKILL);
}

/// Whether this call is the last.
bool is_last() {
  return counting.load() && counted.fetch_add(1) + 1 == end_at.load();
}

void count() {
  if (is_last()) end_now();
}

bool is_file(int descriptor) {
  struct stat status{};
  return counting.load() && ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink > 0;
}

}  // namespace

void end_at_call(std::uint64_t number, LastCall how) {
  counted = 0;
  end_at = number;
  last_call = how;
  counting = true;
}

std::uint64_t calls_counted() {
  return counted;
}

void refuse_preallocation() {
  preallocates = false;
}

}  // namespace daybook::test

using daybook::test::count;
using daybook::test::is_file;
using daybook::test::library_function;
using daybook::test::preallocates;

extern "C" {

// NOLINTBEGIN: the names and types are the C library's.
ssize_t write(int descriptor, const void* bytes, size_t length) {
  static const auto next = library_function<ssize_t(int, const void*, size_t)>("write");
  if (is_file(descriptor) && daybook::test::is_last()) {
    if (daybook::test::last_call == daybook::test::LastCall::half_made) next(descriptor, bytes, length / 2);
    daybook::test::end_now();
  }
  return next(descriptor, bytes, length);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t length, off64_t offset) {
  static const auto next = library_function<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  if (is_file(descriptor) && daybook::test::is_last()) {
    // Eight bytes are written whole or not at all: that is what HEAD rests on.
    const bool half = daybook::test::last_call == daybook::test::LastCall::half_made && length > 8;
    if (half) next(descriptor, bytes, length / 2, offset);
    daybook::test::end_now();
  }
  return next(descriptor, bytes, length, offset);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t length, off_t offset) {
  return pwrite64(descriptor, bytes, length, offset);
}

int fsync(int descriptor) {
  static const auto next = library_function<int(int)>("fsync");
  count();
  return next(descriptor);
}

int fdatasync(int descriptor) {
  static const auto next = library_function<int(int)>("fdatasync");
  count();
  return next(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  static const auto next = library_function<int(const char*, const char*)>("rename");
  count();
  return next(from, to);
}

int unlink(const char* path) noexcept {
  static const auto next = library_function<int(const char*)>("unlink");
  count();
  return next(path);
}

int link(const char* from, const char* to) noexcept {
  static const auto next = library_function<int(const char*, const char*)>("link");
  count();
  return next(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto next = library_function<int(const char*, mode_t)>("mkdir");
  count();
  return next(path, mode);
}

int ftruncate64(int descriptor, off64_t length) noexcept {
  static const auto next = library_function<int(int, off64_t)>("ftruncate64");
  count();
  return next(descriptor, length);
}

int ftruncate(int descriptor, off_t length) noexcept {
  return ftruncate64(descriptor, length);
}

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  static const auto next = library_function<int(int, int, off_t, off_t)>("fallocate");
  if (preallocates) return next(descriptor, mode, offset, length);
  errno = EOPNOTSUPP;
  return -1;
}

int open64(const char* path, int flags, ...) {
  static const auto next = library_function<int(const char*, int, mode_t)>("open64");
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & (O_CREAT | O_TRUNC)) != 0) count();
  return next(path, flags, mode);
}

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open64(path, flags, mode);
}
// NOLINTEND
}
