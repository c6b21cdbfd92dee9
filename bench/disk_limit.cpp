// The limits are what a program would reach that did nothing but the system calls: no check, no index, no copy.
#include "bench/disk_limit.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace daybook::bench {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

[[noreturn]] void give_up(const std::string& what) {
  std::perror(("daybook-bench: " + what).c_str());
  std::exit(1);
}

/// A file that is removed when it goes.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& directory) : path_(directory + "/limit") {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor_ < 0) give_up(path_);
  }
  ~ScratchFile() {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  void write_at(const std::string& bytes, std::size_t offset) const {
    if (::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(bytes.size())) {
      give_up("write " + path_);
    }
  }
  void sync() const {
    if (::fdatasync(descriptor_) != 0) give_up("fdatasync " + path_);
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  std::string path_;
  int descriptor_;
};

SyncLimit write_and_sync(const ScratchFile& file, std::size_t bytes, double seconds) {
  const std::string record(bytes, 'x');
  SyncLimit limit;
  const auto begin = Clock::now();
  auto last = begin;
  std::size_t count = 0;
  while (seconds_between(begin, last) < seconds) {
    file.write_at(record, count * bytes);
    file.sync();
    const auto now = Clock::now();
    limit.latencies.add(now - last);
    last = now;
    ++count;
  }
  limit.writes_per_s = static_cast<double>(count) / seconds_between(begin, last);
  return limit;
}

/// A group commit with nothing in it.
class WaitingThreads {
 public:
  WaitingThreads(const ScratchFile& file, std::size_t producers, std::size_t bytes)
      : file_(file), record_(producers * bytes, 'x'), bytes_(bytes), bells_(producers) {}

  double run(double seconds) {
    const auto begin = Clock::now();
    std::vector<std::thread> threads;
    for (std::size_t at = 0; at < bells_.size(); ++at) threads.emplace_back([this, at] { produce(at); });
    double written = 0;
    std::size_t end_of_file = 0;
    while (seconds_between(begin, Clock::now()) < seconds) {
      const std::vector<std::size_t> group = take();
      file_.write_at(record_.substr(0, group.size() * bytes_), end_of_file);
      file_.sync();
      end_of_file += group.size() * bytes_;
      written += static_cast<double>(group.size());
      for (const std::size_t at : group) wake(at);
    }
    const double wall = seconds_between(begin, Clock::now());
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    for (std::size_t at = 0; at < bells_.size(); ++at) wake(at);
    for (std::thread& thread : threads) thread.join();
    return written / wall;
  }

 private:
  struct Bell {
    std::condition_variable rung;
    bool done = false;
  };

  void produce(std::size_t at) {
    std::unique_lock lock(mutex_);
    while (!over_) {
      waiting_.push_back(at);
      filled_.notify_one();
      bells_[at].rung.wait(lock, [&] { return bells_[at].done || over_; });
      bells_[at].done = false;
    }
  }

  std::vector<std::size_t> take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return !waiting_.empty(); });
    return std::exchange(waiting_, {});
  }

  void wake(std::size_t at) {
    {
      const std::lock_guard lock(mutex_);
      bells_[at].done = true;
    }
    bells_[at].rung.notify_one();
  }

  const ScratchFile& file_;
  const std::string record_;
  const std::size_t bytes_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<std::size_t> waiting_;
  std::vector<Bell> bells_;
  bool over_ = false;
};

}  // namespace

SyncLimit append_and_sync(const std::string& directory, std::size_t bytes, double seconds) {
  const ScratchFile file(directory);
  return write_and_sync(file, bytes, seconds);
}

SyncLimit overwrite_and_sync(const std::string& directory, std::size_t bytes, double seconds) {
  const ScratchFile file(directory);
  const std::string zeros(kMiB, '\0');
  const auto prepared = static_cast<std::size_t>(40'000 * seconds) * bytes / kMiB + 1;
  for (std::size_t at = 0; at < prepared; ++at) file.write_at(zeros, at * kMiB);
  file.sync();
  return write_and_sync(file, bytes, seconds);
}

double grouped_writes_per_s(const std::string& directory, std::size_t producers, std::size_t bytes, double seconds) {
  const ScratchFile file(directory);
  return WaitingThreads(file, producers, bytes).run(seconds);
}

double writev_bytes_per_s(const std::string& directory, double seconds) {
  constexpr double kBytesMax = 4e9;
  const ScratchFile file(directory);
  std::string bytes(kMiB, 'x');
  iovec vector{.iov_base = bytes.data(), .iov_len = bytes.size()};
  const auto begin = Clock::now();
  double written = 0;
  while (written < kBytesMax && seconds_between(begin, Clock::now()) < seconds) {
    if (::writev(file.descriptor(), &vector, 1) != static_cast<ssize_t>(bytes.size())) give_up("writev");
    written += static_cast<double>(bytes.size());
  }
  return written / seconds_between(begin, Clock::now());
}

double copy_bytes_per_s(std::size_t bytes) {
  constexpr int kTimes = 5;
  const std::size_t size = std::max(bytes, 64 * kMiB);
  std::vector<char> from(size, 'x');
  std::vector<char> to(size, 'y');
  const auto begin = Clock::now();
  for (int time = 0; time < kTimes; ++time) {
    std::memcpy(to.data(), from.data(), size);
    from[static_cast<std::size_t>(time)] = to[size / 2];  // Keeps the copies from being left out.
  }
  return kTimes * static_cast<double>(size) / seconds_between(begin, Clock::now());
}

double direct_read_bytes_per_s(const std::string& directory, const std::string& suffix) {
  constexpr std::size_t kReadBytes = 8 * kMiB;
  const std::unique_ptr<void, decltype(&std::free)> buffer(std::aligned_alloc(4096, kReadBytes), &std::free);
  double read = 0;
  const auto begin = Clock::now();
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!entry.path().string().ends_with(suffix)) continue;
    const int descriptor = ::open(entry.path().c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC);
    if (descriptor < 0) return 0;
    for (ssize_t count = 1; count > 0; read += static_cast<double>(count)) {
      count = ::read(descriptor, buffer.get(), kReadBytes);
      if (count < 0) give_up("read " + entry.path().string());
    }
    ::close(descriptor);
  }
  return read / seconds_between(begin, Clock::now());
}

}  // namespace daybook::bench
