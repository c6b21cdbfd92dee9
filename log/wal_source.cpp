// An entry under 0 is the copy of FORMAT; it stands before the first block, or nowhere.
#include "log/wal_source.h"

#include "base/bytes.h"

namespace daybook {

Result<std::unique_ptr<WalSource>> WalSource::open(FileLayer& files, const std::string& directory) {
  std::unique_ptr<WalSource> source(new WalSource(files, directory));
  if (auto ready = source->entries_.rewind(); !ready) return std::unexpected(std::move(ready.error()));
  if (auto taken = source->take_next(); !taken) return std::unexpected(std::move(taken.error()));
  return source;
}

std::optional<Sequence> WalSource::at() const {
  return entry_ ? std::optional(Sequence(load_be64(entry_->key.data()))) : std::nullopt;
}

Result<void> WalSource::advance(Sequence wanted) {
  while (entry_ && *at() < wanted) {
    if (auto taken = take_next(); !taken) return taken;
  }
  return {};
}

/// To the next entry that is no copy of FORMAT.
Result<void> WalSource::take_next() {
  do {
    auto next = entries_.next();
    if (!next) return std::unexpected(std::move(next.error()));
    entry_ = std::move(*next);
    if (entry_ && *at() == Sequence(0)) format_text_ = entry_->value;
  } while (entry_ && *at() == Sequence(0));
  return {};
}

}  // namespace daybook
