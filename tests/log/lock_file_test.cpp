// The lock is about processes, so some of these tests fork one.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "log/lock_file.h"
#include "tests/support/cli_run.h"

namespace daybook {
namespace {

using test::ScratchDirectory;

class FixedClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp(std::chrono::seconds(1'767'225'599)); }
  std::chrono::steady_clock::time_point steady_now() const override { return {}; }
};

/// A process that holds the lock until it is killed.
class HoldingProcess {
 public:
  explicit HoldingProcess(const std::string& directory) {
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      const auto lock = WriterLock::acquire(directory);
      const char answer = lock ? 'y' : 'n';
      if (::write(ready[1], &answer, 1) != 1) ::_exit(1);
      while (true) ::pause();
    }
    char answer = '?';
    REQUIRE(::read(ready[0], &answer, 1) == 1);
    REQUIRE(answer == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~HoldingProcess() { kill(); }
  HoldingProcess(const HoldingProcess&) = delete;
  HoldingProcess& operator=(const HoldingProcess&) = delete;
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("lock: a second writer is refused and told who holds it, where and since when") {
  const ScratchDirectory directory;
  const FixedClock clock;
  const auto lock = WriterLock::acquire(directory.path(), clock);
  REQUIRE(lock);
  const auto second = WriterLock::acquire(directory.path());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Code::busy);
  const std::string& message = second.error().message;
  CHECK(message.find(directory.path()) != std::string::npos);
  CHECK(message.find("pid " + std::to_string(::getpid()) + " (") != std::string::npos);
  CHECK(message.find("since 2025-12-31T23:59:59Z") != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("lock: after the holder let go the next one takes it, and nobody is named in between") {
  const ScratchDirectory directory;
  CHECK_FALSE(WriterLock::holder(directory.path())->has_value());
  {
    REQUIRE(WriterLock::acquire(directory.path()));
  }
  CHECK_FALSE(WriterLock::holder(directory.path())->has_value());
  CHECK(std::filesystem::file_size(directory / "LOCK") == 0);
  CHECK(WriterLock::acquire(directory.path()));
}

TEST_CASE("lock: asking who holds it neither takes nor frees it") {
  const ScratchDirectory directory;
  const auto lock = WriterLock::acquire(directory.path());
  REQUIRE(lock);
  for (int i = 0; i < 3; ++i) {
    const auto holder = WriterLock::holder(directory.path());
    REQUIRE(holder);
    REQUIRE(holder->has_value());
    CHECK((*holder)->starts_with("pid " + std::to_string(::getpid()) + " ("));
  }
  CHECK_FALSE(WriterLock::acquire(directory.path()));
}

TEST_CASE("lock: it ends with its process, even a killed one, and what that wrote is not believed") {
  const ScratchDirectory directory;
  HoldingProcess process(directory.path());
  const std::string pid = "pid " + std::to_string(process.pid()) + " (";
  CHECK(WriterLock::acquire(directory.path()).error().message.find(pid) != std::string::npos);
  CHECK((*WriterLock::holder(directory.path()))->starts_with(pid));
  process.kill();
  CHECK(std::filesystem::file_size(directory / "LOCK") > 0);
  CHECK_FALSE(WriterLock::holder(directory.path())->has_value());
  CHECK(WriterLock::acquire(directory.path()));
}

TEST_CASE("lock: asking changes nothing in the directory and needs no right to write") {
  const ScratchDirectory directory;
  CHECK_FALSE(WriterLock::holder(directory.path())->has_value());
  CHECK(std::filesystem::is_empty(directory.path()));

  const HoldingProcess process(directory.path());
  const std::string path = directory / "LOCK";
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  REQUIRE(::chmod(directory.path().c_str(), 0555) == 0);
  struct stat before{};
  struct stat after{};
  REQUIRE(::stat(path.c_str(), &before) == 0);
  CHECK((*WriterLock::holder(directory.path())).has_value());
  REQUIRE(::stat(path.c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
  CHECK(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
  CHECK(before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
  CHECK(before.st_size == after.st_size);
  REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
}

TEST_CASE("lock: a text of any bytes and length is shown as one bounded line") {
  const ScratchDirectory directory;
  const auto lock = WriterLock::acquire(directory.path());
  REQUIRE(lock);
  {
    std::ofstream file(directory / "LOCK", std::ios::binary);
    for (int i = 0; i < 10'000; ++i) file.put(static_cast<char>(i));
  }
  const auto holder = WriterLock::holder(directory.path());
  REQUIRE(holder);
  REQUIRE(holder->has_value());
  CHECK((*holder)->size() <= 512);
  CHECK((*holder)->find('\n') == std::string::npos);
}

TEST_CASE("lock: a directory that is not there is not found") {
  const ScratchDirectory directory;
  CHECK(WriterLock::acquire(directory / "none").error().code == Code::not_found);
  CHECK_FALSE(WriterLock::holder(directory / "none")->has_value());
}

}  // namespace daybook
