// Bytes as a file that the importer can open, without a disk.
//
// Threads: one at a time. Owns: a file in memory.
#pragma once

#include <string>
#include <string_view>

namespace daybook::fuzz {

class MemoryInput {
 public:
  explicit MemoryInput(std::string_view bytes);
  ~MemoryInput();
  MemoryInput(const MemoryInput&) = delete;
  MemoryInput& operator=(const MemoryInput&) = delete;
  /// Valid while this lives.
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace daybook::fuzz
