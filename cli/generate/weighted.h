// Picks an index with a probability in proportion to its weight, in integers only.
//
// Threads: any (const). Owns: the sums of its weights.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cli/generate/random.h"

namespace daybook::cli {

/// See above. There is at least one weight before it is asked.
class Weighted {
 public:
  /// Adds the next index with a weight of at least 1.
  void add(std::uint64_t weight) { sums_.push_back(total() + weight); }
  /// The sum of all weights.
  [[nodiscard]] std::uint64_t total() const { return sums_.empty() ? 0 : sums_.back(); }
  /// The index that holds `point`, which is below total().
  [[nodiscard]] std::size_t at(std::uint64_t point) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(sums_, point) - sums_.begin());
  }
  /// The sum of the weights before `index`.
  [[nodiscard]] std::uint64_t before(std::size_t index) const { return index == 0 ? 0 : sums_[index - 1]; }
  /// A random index.
  [[nodiscard]] std::size_t pick(Random& random) const { return at(random.below(total())); }

 private:
  std::vector<std::uint64_t> sums_;
};

}  // namespace daybook::cli
