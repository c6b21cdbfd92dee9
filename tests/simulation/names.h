// The names of a simulated disk: which files and directories there are, and which of those a power cut would leave.
//
// Threads: one at a time. Owns: the files, together with whoever has one open.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/file_content.h"
#include "tests/simulation/random.h"

namespace daybook::simulation {

/// A file, or a directory (without content).
struct Node {
  bool is_directory = false;
  FileContent content;
};
using NodePtr = std::shared_ptr<Node>;

class Names {
 public:
  Names();

  /// nullptr: there is none. `path` is absolute, without a slash at its end.
  [[nodiscard]] NodePtr find(const std::string& path) const;
  /// The last names of what lies directly in `directory`, sorted.
  [[nodiscard]] std::vector<std::string> children(const std::string& directory) const;
  [[nodiscard]] const std::map<std::string, NodePtr>& all() const { return now_; }

  /// From now on `path` names `node`; nullptr: nothing.
  void set(const std::string& path, NodePtr node);
  /// Both at once, also for a power cut.
  void rename(const std::string& from, const std::string& to);
  /// The names in `directory` are on the disk.
  void sync(const std::string& directory);
  /// Of the changes that were not synced none, all, the first or any are there; by chance. Then every file's content.
  void cut_power(Random& random);

 private:
  using Change = std::vector<std::pair<std::string, NodePtr>>;
  void change(Change change);
  static void apply(const Change& change, std::map<std::string, NodePtr>& to);

  std::map<std::string, NodePtr> now_;
  std::map<std::string, NodePtr> durable_;
  std::vector<Change> pending_;
};

}  // namespace daybook::simulation
