// The bytes of one simulated file: as a process sees them, and as a power cut would leave them.
//
// Threads: one at a time. Owns: its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/random.h"

namespace daybook::simulation {

class FileContent {
 public:
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

  /// As pwrite: a gap before `offset` becomes zeros.
  void write(std::uint64_t offset, std::string_view bytes);
  void truncate(std::uint64_t length);
  /// What was written is on the disk.
  void sync();
  /// What was written counts as clean and is not on the disk, nor will a later sync bring it there: what Linux does
  /// when a write-back fails.
  void fail_sync();
  /// What was not synced is lost, kept, cut short, torn or kept in any order of its disk blocks; by chance.
  void cut_power(Random& random);
  [[nodiscard]] bool is_dirty() const { return !pending_.empty(); }

 private:
  /// A write, or with `truncates` a new length (`offset`).
  struct Change {
    std::uint64_t offset;
    std::string bytes;
    bool truncates;
  };

  static void apply(const Change& change, std::string& to);
  void keep_first(std::size_t count, Random& random);
  void keep_blocks(Random& random);

  std::string bytes_;
  std::string durable_;
  std::vector<Change> pending_;  ///< Since the last sync.
};

}  // namespace daybook::simulation
