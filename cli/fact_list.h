// Names and values, one pair a line, aligned: what `get` and `stats` show to a person.
//
// Threads: one at a time. Owns: the pairs until they are printed.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/output.h"

namespace daybook::cli {

/// Collects pairs and prints them; values are made visible().
class FactList {
 public:
  /// Adds a line.
  void add(std::string name, std::string value) { facts_.push_back({std::move(name), std::move(value), false}); }
  /// Adds a line with a number; numbers are aligned with each other.
  void add_count(std::string name, std::uint64_t value) {
    facts_.push_back({std::move(name), std::to_string(value), true});
  }
  /// Prints all of them, the names dim where there is colour.
  void print(Output& output) const;

 private:
  struct Fact {
    std::string name;
    std::string value;
    bool number;
  };

  std::vector<Fact> facts_;
};

}  // namespace daybook::cli
