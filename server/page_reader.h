// One page of a read: as much as goes into one answer, and where the next one begins.
//
// Threads: any; blocks on the disk. Owns: nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "daybook/cursor.h"
#include "daybook/log.h"
#include "daybook/result.h"
#include "net/wire_batch.h"
#include "net/wire_gap.h"

namespace daybook::server {

/// A page is not much larger; one event may be.
inline constexpr std::size_t kPageBytesMax = std::size_t{1} << 20;
/// Of one message.
inline constexpr std::size_t kPageBatchesMax = 1024;
/// Those that are segments of it: a peer takes messages of some segments only.
inline constexpr std::size_t kPageSegmentsMax = 48;

/// What a message still has room for.
class PageRoom {
 public:
  explicit PageRoom(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  [[nodiscard]] bool left() const {
    return bytes_ < bytes_max_ && batches_ < kPageBatchesMax && segments_ < kPageSegmentsMax;
  }
  void take(const net::PackedBatch& batch) {
    bytes_ += batch.wire_bytes();
    ++batches_;
    if (batch.is_referred()) ++segments_;
  }

 private:
  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t batches_ = 0;
  std::size_t segments_ = 0;
};

/// See rpc.capnp, Log.read.
struct Page {
  std::vector<net::PackedBatch> batches;
  Sequence through;               ///< As asked for, clamped to the head.
  Sequence next;                  ///< Where the next page begins, unless `done`.
  bool done = false;              ///< There is nothing behind it.
  bool unfinished = false;        ///< Nothing found in a piece; the search goes on at `next`.
  ReadPlan plan;                  ///< How the query is answered.
  std::optional<net::Gap> gap{};  ///< Behind the batches.
};

/// Reads a page of `request`, up to about `bytes_max`. Takes bounded time: what is searched without an index is
/// searched in pieces (Page::unfinished). Events that are damaged are a gap; other errors are errors.
[[nodiscard]] Result<Page> read_page(Log& log, const ReadOptions& request, std::size_t bytes_max);

/// What can be read of a range that is known to hold damage, block by block, up to about `bytes_max` or the damage.
struct CarefulRead {
  std::vector<net::PackedBatch> batches;
  std::uint64_t events = 0;       ///< In the batches.
  Sequence next;                  ///< The next one to be read: behind a gap (backward: before it).
  std::optional<net::Gap> gap{};  ///< What could not be read.
};

/// Without the index, which may be what is damaged. Takes bounded time: it ends early, with neither batches nor a gap,
/// where little matches. An error where it is not events that are damaged.
[[nodiscard]] Result<CarefulRead> read_carefully(Log& log, const ReadOptions& request, std::size_t bytes_max);

}  // namespace daybook::server
