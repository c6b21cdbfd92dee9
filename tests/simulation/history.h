// Everything that happened in a run, in order, as lines: their hash tells whether two runs were the same, and printed
// they are the trace of a failure.
//
// Threads: any, one at a time (the disk sees to it). Owns: the hash.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/hash.h"

namespace daybook::simulation {

class History {
 public:
  /// `print`: each line goes to standard output too, numbered.
  explicit History(bool print) : print_(print) {}

  void note(std::string_view line);
  /// 32 hexadecimal digits over all lines so far.
  [[nodiscard]] std::string digest() const;

 private:
  const bool print_;
  Hasher128 hasher_;
  std::uint64_t lines_ = 0;
};

}  // namespace daybook::simulation
