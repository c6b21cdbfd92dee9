// POSIX promises nothing of a name until its directory is synced, so neither does this: also a name whose file was
// synced can be gone, and a file that was removed can be back.
#include "tests/simulation/names.h"

#include <algorithm>

#include "log/file_layer.h"

namespace daybook::simulation {

Names::Names() {
  now_["/"] = std::make_shared<Node>(Node{.is_directory = true, .content = {}});
  durable_ = now_;
}

NodePtr Names::find(const std::string& path) const {
  const auto at = now_.find(path);
  return at == now_.end() ? nullptr : at->second;
}

std::vector<std::string> Names::children(const std::string& directory) const {
  std::vector<std::string> names;
  const std::string prefix = directory == "/" ? directory : directory + "/";
  for (auto at = now_.upper_bound(prefix); at != now_.end() && at->first.starts_with(prefix); ++at) {
    std::string name = at->first.substr(prefix.size());
    if (name.find('/') == std::string::npos) names.push_back(std::move(name));
  }
  return names;
}

void Names::apply(const Change& change, std::map<std::string, NodePtr>& to) {
  for (const auto& [path, node] : change) {
    if (node) {
      to[path] = node;
    } else {
      to.erase(path);
    }
  }
}

void Names::change(Change change) {
  apply(change, now_);
  pending_.push_back(std::move(change));
}

void Names::set(const std::string& path, NodePtr node) {
  change({{path, std::move(node)}});
}

void Names::rename(const std::string& from, const std::string& to) {
  change({{to, find(from)}, {from, nullptr}});
}

void Names::sync(const std::string& directory) {
  std::erase_if(pending_, [&](const Change& change) {
    const bool here =
        std::ranges::any_of(change, [&](const auto& set) { return parent_directory(set.first) == directory; });
    if (here) apply(change, durable_);
    return here;
  });
}

void Names::cut_power(Random& random) {
  const std::uint64_t mode = random.below(4);
  const std::size_t first = mode == 0 ? 0 : mode == 1 ? pending_.size() : random.below(pending_.size() + 1);
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (mode == 3 ? random.chance(50) : i < first) apply(pending_[i], durable_);
  }
  pending_.clear();
  // A directory that is gone takes what is in it with it.
  for (auto at = durable_.begin(); at != durable_.end();) {
    const auto parent = durable_.find(parent_directory(at->first));
    const bool reachable = parent != durable_.end() && parent->second->is_directory;
    at = reachable ? std::next(at) : durable_.erase(at);
  }
  now_ = durable_;
  for (const auto& [path, node] : now_) node->content.cut_power(random);
}

}  // namespace daybook::simulation
