// A few numbers that a test's process shares with the children that it forks.
//
// Threads: any. Owns: the memory.
#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>

#include <doctest/doctest.h>

namespace daybook::test {

/// What the readers of a test are told, and tell.
struct SharedWords {
  std::atomic<std::uint64_t> writer{0};      ///< Odd while one certainly lives; grows.
  std::atomic<std::uint64_t> final_head{0};  ///< Not 0: the writers are done, and the log ends here.
  std::atomic<std::uint64_t> looks{0};       ///< How often a reader looked and found something new.
};

/// Made before the fork.
class SharedMemory {
 public:
  SharedMemory() {
    void* const memory =
        ::mmap(nullptr, sizeof(SharedWords), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    words_ = new (memory) SharedWords;
  }
  ~SharedMemory() { ::munmap(words_, sizeof(SharedWords)); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  SharedWords* operator->() { return words_; }

 private:
  SharedWords* words_;
};

}  // namespace daybook::test
