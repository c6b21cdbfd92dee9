// As plain as a State can be: what the real one is compared with.
#include "tests/support/memory_state.h"

namespace daybook::test {

Result<std::optional<std::string_view>> MemoryState::get(std::string_view key) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

Result<void> MemoryState::put(std::string_view key, std::string_view value) {
  rows_.insert_or_assign(std::string(key), std::string(value));
  return {};
}

Result<void> MemoryState::erase(std::string_view key) {
  rows_.erase(std::string(key));
  return {};
}

Result<void> MemoryState::scan_after(std::string_view prefix, std::string_view after, const StateRow& row) {
  for (auto at = rows_.lower_bound(prefix); at != rows_.end() && at->first.starts_with(prefix); ++at) {
    if (at->first > after && !row(at->first, at->second)) return {};
  }
  return {};
}

}  // namespace daybook::test
