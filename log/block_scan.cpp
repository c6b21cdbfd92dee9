// RocksDB's iterator ends at a damaged part of a table file, and what lies behind it has to be looked for: its keys are
// not known. Seeking says of any sequence whether the search for it meets the damage, so the far side is found by
// doubling the distance and then halving it, in some tens of seeks.
#include "log/block_scan.h"

#include <algorithm>
#include <optional>

#include "base/bytes.h"

namespace daybook {

BlockScan::BlockScan(const Store& store) : store_(store), at_(store.iterate(Family::events, false, false)) {
  static_cast<void>(stands_at(wanted_));
}

std::optional<BlockScan::Found> BlockScan::next() {
  if (!moved_) at_.next();
  moved_ = false;
  if (!at_.valid()) {
    const auto status = at_.status();
    if (status || wanted_ > kSequenceMax) return std::nullopt;
    Found lost{.block = nullptr, .key = wanted_, .reason = status.error().message, .file = {}};
    lost.file = table_file_in(lost.reason).value_or(store_.file_of(wanted_));
    pass_damage(wanted_);
    moved_ = true;
    return lost;
  }
  const Sequence key(at_.key().size() == 8 ? load_be64(at_.key().data()) : 0);
  auto block = parse_stored_block(at_.key(), at_.value());
  wanted_ = std::max(wanted_, block ? (*block)->last_sequence().next() : key.next());
  if (block) return Found{.block = std::move(*block), .key = key, .reason = {}, .file = {}};
  return Found{.block = nullptr, .key = key, .reason = block.error().message, .file = store_.file_of(key)};
}

/// False: the search for `sequence` meets damage. At the end it is true.
bool BlockScan::stands_at(Sequence sequence) {
  std::string key;
  append_be64(key, sequence.value());
  // A new one each time: sought twice into the same damaged part, RocksDB's takes it for the end (seen on 7.8.3).
  at_ = store_.iterate(Family::events, false, false);
  at_.seek(key);
  return at_.valid() || at_.status();
}

void BlockScan::pass_damage(Sequence from) {
  std::uint64_t damaged = from.value();
  std::uint64_t beyond = damaged + 1;
  while (!stands_at(Sequence(beyond))) {
    damaged = beyond;
    beyond += beyond - from.value();
    if (beyond <= kSequenceMax.value()) continue;
    wanted_ = kSequenceMax.next();
    return;
  }
  while (beyond - damaged > 1) {
    const std::uint64_t middle = damaged + (beyond - damaged) / 2;
    (stands_at(Sequence(middle)) ? beyond : damaged) = middle;
  }
  wanted_ = Sequence(beyond);
  static_cast<void>(stands_at(wanted_));
}

}  // namespace daybook
