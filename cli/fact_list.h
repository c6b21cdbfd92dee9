// Names and values, one pair a line, aligned: what `get` and `stats` show to a person.
//
// Threads: one at a time. Owns: the pairs until they are printed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/output.h"

namespace daybook::cli {

/// Collects pairs and prints them; values are made visible().
class FactList {
 public:
  /// Adds a line.
  void add(std::string name, std::string value) { facts_.emplace_back(std::move(name), std::move(value)); }
  /// Prints all of them, the names dim on a terminal.
  void print(Output& output) const;

 private:
  std::vector<std::pair<std::string, std::string>> facts_;
};

}  // namespace daybook::cli
