// The cache is asked first, because followers of a live log read what was just written. Forward it gives a run of
// blocks at once: of blocks of one event each, a lock and a look-up for each would be most of the work. Storage is read
// through one iterator that moves on; an iterator sees the moment it was made, so past its end a new one is made.
#include "log/block_walker.h"

#include "base/bytes.h"
#include "base/planted_bug.h"

namespace daybook {
namespace {

std::string key_of(Sequence sequence) {
  std::string key;
  append_be64(key, sequence.value());
  return key;
}

}  // namespace

BlockWalker::BlockWalker(Core& core, Sequence start, Direction direction)
    : core_(core), forward_(direction == Direction::forward), wanted_(start) {}

Result<std::shared_ptr<const Block>> BlockWalker::next() {
  auto block = from_memory();
  from_cache_ = block != nullptr;
  if (block) {
    // An iterator pins what was in memory and on disk when it was made: none is kept while the cache serves.
    at_.reset();
    store_.reset();
    at_previous_ = false;
  } else {
    auto loaded = load();
    if (!loaded) return loaded;
    block = std::move(*loaded);
  }
  if (auto ok = check_place(*block); !ok) {
    run_.clear();
    run_at_ = 0;
    return std::unexpected(std::move(ok.error()));
  }
  if (!from_cache_) core_.cache.offer(block);
  previous_ = block;
  wanted_ = forward_ ? block->last_sequence().next() : block->first_sequence().previous();
  return block;
}

std::shared_ptr<const Block> BlockWalker::from_memory() {
  if (!forward_) return core_.cache.find(wanted_);
  if (run_at_ == run_.size()) {
    run_ = core_.cache.find_run(wanted_);
    run_at_ = 0;
  }
  return run_at_ < run_.size() ? std::move(run_[run_at_++]) : nullptr;
}

Result<std::shared_ptr<const Block>> BlockWalker::load() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (at_ && at_previous_) {
      forward_ ? at_->next() : at_->previous();
    } else {
      // Scans do not fill RocksDB's cache: a replay would wash out what point reads need.
      at_.reset();  // before the store that it belongs to
      store_ = core_.store();
      at_.emplace(store_->iterate(Family::events, false, false));
      at_->seek_for_previous(key_of(wanted_));
    }
    if (at_->valid() && at_->key().size() == 8 && load_be64(at_->key().data()) != 0) {
      auto block = store_->block_of(*at_);
      if (!block || (*block)->contains(wanted_)) {
        at_previous_ = block.has_value();
        return block;
      }
    } else if (auto ok = at_->status(); !ok) {
      at_previous_ = false;
      return std::unexpected(std::move(ok.error()));
    }
    at_previous_ = false;  // an older iterator may simply not see the block yet
  }
  return fail(Code::corruption, "corruption at sequence " + std::to_string(wanted_.value()) + " in " +
                                    store_->file_of(wanted_) + ": events are missing; run `daybook verify`");
}

Result<void> BlockWalker::check_place(const Block& block) const {
  if (!previous_ || planted(Bug::chain_not_checked)) return {};
  const Block& earlier = forward_ ? *previous_ : block;
  const Block& later = forward_ ? block : *previous_;
  if (earlier.last_sequence().next() == later.first_sequence() && earlier.link() == later.chain()) return {};
  return fail(Code::corruption, "corruption at sequence " + std::to_string(later.first_sequence().value()) + " in " +
                                    (store_ ? store_ : core_.store())->file_of(later.first_sequence()) +
                                    ": the block does not follow the one before it; run `daybook verify`");
}

}  // namespace daybook
