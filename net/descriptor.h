// A file descriptor with one owner.
//
// Threads: any; one at a time. Owns: the descriptor.
#pragma once

#include <unistd.h>
#include <utility>

namespace daybook::net {

/// Closes it, unless it was released or never was one (-1).
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  /// Whether there is one.
  [[nodiscard]] bool open() const { return number_ >= 0; }
  /// Its number; stays owned.
  [[nodiscard]] int number() const { return number_; }
  /// Its number; from now on the caller's.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace daybook::net
