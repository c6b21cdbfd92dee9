// Postings never lead the blocks: what a file vouches for is synced first. The file holds its own checkpoint, so there
// is no moment at which the two could disagree.
#include "log/indexer.h"

#include "base/planted_bug.h"

namespace daybook {

Result<bool> Indexer::step() {
  const auto tail = core_.tail();
  const auto generation = tail->oldest_frozen();
  if (!generation) return false;
  const auto store = core_.store();
  if (core_.options.durability == Durability::buffered) {
    if (auto synced = store->sync_wal(); !synced) return std::unexpected(std::move(synced.error()));
  }
  const auto last = core_.block_containing(generation->through());
  if (!last) return std::unexpected(last.error());

  if (planted(Bug::evict_tail_early)) tail->drop_oldest();
  // From here on the postings may hold the generation; readers ignore them until the tail lets go of it.
  core_.heads.begin_epoch();
  const auto ingested = store->ingest(
      [&](const EntrySink& sink) { generation->write_sorted((*last)->link(), tail->set()->indexed_counts, sink); });
  if (!ingested) return std::unexpected(ingested.error());
  core_.heads.begin_epoch();
  if (!planted(Bug::keep_stale_heads)) generation->put_heads(core_.heads);
  if (!planted(Bug::evict_tail_early)) tail->drop_oldest();
  return true;
}

}  // namespace daybook
