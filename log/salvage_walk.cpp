// Blocks say themselves where they belong: each has its first sequence, its own hash, and that of its predecessor. So
// neither CURRENT nor MANIFEST is asked. Every table file and the WAL give what they have in the order of sequences,
// and the next block is the one that fits, wherever it comes from: what a damaged table file lost may still be in the
// WAL.
//
// Whoever stands behind a gap has lost the proof of its place; its number must do. What chains to a block that did not
// fit is refused with it: that is another history (a file of another log, a restored copy), not this one's rest.
#include "log/salvage_walk.h"

#include <algorithm>
#include <utility>

#include <rocksdb/env.h>

#include "base/bytes.h"
#include "log/lock_file.h"
#include "log/store.h"
#include "log/store_options.h"
#include "log/table_source.h"
#include "log/wal_source.h"
#include "schema/block_builder.h"

namespace daybook {
namespace {

/// A writer that opens, closes or compacts can pull files from under a look at the directory; it is then taken again.
constexpr int kLooks = 10;

}  // namespace

Result<std::unique_ptr<SalvageWalk>> SalvageWalk::open(const std::filesystem::path& directory) {
  return open(*rocksdb::Env::Default(), directory);
}

Result<std::unique_ptr<SalvageWalk>> SalvageWalk::open(rocksdb::Env& env, const std::filesystem::path& directory) {
  for (int look = 1; look <= kLooks; ++look) {
    std::unique_ptr<SalvageWalk> salvage(new SalvageWalk(env, directory.string()));
    // HEAD before the files: they hold at least what it says.
    if (auto head = salvage->look_at_head(); !head) return std::unexpected(std::move(head.error()));
    const auto all_there = salvage->open_sources();
    if (!all_there) return std::unexpected(all_there.error());
    const auto holder = WriterLock::holder(salvage->files_, salvage->directory_);
    if (!holder) return std::unexpected(holder.error());
    // A writer that has come since may have written what nobody was promised yet.
    if (!*all_there || holder->has_value() != salvage->limit_.has_value()) continue;
    if (auto format = salvage->look_at_format(); !format) return std::unexpected(std::move(format.error()));
    return salvage;
  }
  return fail(Code::busy, "the files of " + directory.string() + " change all the time; try again");
}

Result<void> SalvageWalk::look_at_head() {
  // RocksDB says "not found" of a directory that may not be looked into; the file layer says "denied".
  if (const auto format = files_.exists(directory_ + "/FORMAT"); !format) return std::unexpected(format.error());
  const auto names = files_.list(directory_);
  if (!names) {
    if (names.error().code == Code::not_found) return fail(Code::not_found, "there is no log in " + directory_);
    return std::unexpected(names.error());
  }
  auto read = read_head(files_, directory_);
  if (!read && read.error().code != Code::corruption) return std::unexpected(std::move(read.error()));
  if (read && *read) head_ = **read;
  if (!head_) add_finding("HEAD", read ? "HEAD is missing; where the log ends cannot be told" : read.error().message);
  const auto holder = WriterLock::holder(files_, directory_);
  if (!holder) return std::unexpected(holder.error());
  if (!*holder) return {};
  if (!head_) return fail(Code::corruption, findings_.back().message + "; a writer runs: " + **holder);
  limit_ = head_->written;
  return {};
}

/// False: a file that was there a moment ago is gone.
Result<bool> SalvageWalk::open_sources() {
  raise_file_limit();
  const auto exists = files_.exists(directory_ + "/log");
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return true;
  // The WAL before the tables: what a writer moves from here to there is then in at least one of them.
  auto wal = WalSource::open(files_, directory_);
  if (!wal) return std::unexpected(std::move(wal.error()));
  add_source(std::move(*wal));
  return open_tables();
}

Result<bool> SalvageWalk::open_tables() {
  const auto names = files_.list(directory_ + "/log");
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (!name.ends_with(".sst")) continue;
    auto table = TableSource::open(files_.env(), directory_ + "/log", name, limit_.has_value());
    if (!table && table.error().code == Code::not_found) return false;
    if (!table && table.error().code != Code::corruption) return std::unexpected(std::move(table.error()));
    if (!table) {
      unopened_ = table.error().message;
      add_finding("log/" + name, table.error().message);
    } else if (*table) {
      add_source(std::move(*table));
    }
  }
  return true;
}

void SalvageWalk::add_source(std::unique_ptr<BlockSource> source) {
  if (!source->format_text().empty()) format_text_ = source->format_text();
  if (const auto at = source->at()) {
    sources_.emplace(*at, std::move(source));
  } else if (!source->trouble().empty()) {
    unopened_ = source->trouble();
    reason_ = source->trouble();
  }
}

void SalvageWalk::add_finding(std::string file, std::string message) {
  findings_.push_back({.sequence = Sequence(0), .file = std::move(file), .message = std::move(message)});
}

Result<void> SalvageWalk::look_at_format() {
  auto read = read_format(files_, directory_);
  // A newer build's log is not damaged.
  if (!read && read.error().code != Code::corruption) return std::unexpected(std::move(read.error()));
  if (!format_text_.empty()) {
    if (auto copy = decode_format(format_text_, "the log id in DIR/log")) format_copy_ = *copy;
  }
  if (read && *read) {
    format_ = **read;
    if (format_copy_ && *format_copy_ != *format_) {
      add_finding("FORMAT", "FORMAT does not agree with the log id that DIR/log holds");
    }
    return {};
  }
  format_ = format_copy_;
  if (!read) {
    add_finding("FORMAT", read.error().message);
  } else if (sources_.empty() && unopened_.empty() && (!head_ || head_->durable == Sequence(0))) {
    // Nothing, or a log that was never finished.
    return fail(Code::not_found, "there is no log in " + directory_);
  } else {
    add_finding("FORMAT", "FORMAT is missing");
  }
  return {};
}

Result<SalvageWalk::Step> SalvageWalk::next() {
  if (behind_gap_) return Step(std::exchange(behind_gap_, nullptr));
  while (!sources_.empty()) {
    auto node = sources_.extract(sources_.begin());
    const Sequence first = node.key();
    BlockSource& source = *node.mapped();
    if (first < next_) {
      if (auto moved = move_on(std::move(node.mapped()), next_); !moved) return std::unexpected(moved.error());
      continue;
    }
    if (limit_ && first > *limit_) {
      sources_.clear();
      break;
    }
    auto block = take(source, first);
    if (!block && block.error().code != Code::corruption) return std::unexpected(std::move(block.error()));
    if (!block) {
      if (reason_.empty()) reason_ = block.error().message;
      if (auto moved = move_on(std::move(node.mapped()), first.next()); !moved) return std::unexpected(moved.error());
      continue;
    }
    Step step = accept(std::move(*block), source);
    sources_.insert(std::move(node));
    return step;
  }
  return finish();
}

/// Puts `source` back in its new place, or ends it.
Result<void> SalvageWalk::move_on(std::unique_ptr<BlockSource> source, Sequence wanted) {
  if (auto moved = source->advance(wanted); !moved) return moved;
  if (reason_.empty()) reason_ = source->trouble();
  if (const auto at = source->at()) sources_.emplace(*at, std::move(source));
  return {};
}

/// The block that `source` stands on, where it is intact and of this history.
Result<std::shared_ptr<const Block>> SalvageWalk::take(BlockSource& source, Sequence first) {
  const auto value = source.value();
  if (!value) return std::unexpected(value.error());
  std::string key;
  append_be64(key, first.value());
  auto block = parse_stored_block(key, *value);
  if (!block) {
    seen_ = std::max(seen_, first);
    block.error().message = source.file() + ": the block at sequence " + std::to_string(first.value()) +
                            " is damaged: " + block.error().message;
    return block;
  }
  if (fits(**block)) return block;
  seen_ = std::max(seen_, (*block)->last_sequence());
  refused_ = (*block)->link();
  return fail(Code::corruption, source.file() + ": the block at sequence " + std::to_string(first.value()) +
                                    " does not follow the one before it");
}

bool SalvageWalk::fits(const Block& block) const {
  if (block.chain() == refused_) return false;
  if (block.first_sequence() != next_) return true;
  if (previous_) return block.chain() == previous_->link();
  if (block.first_sequence() != Sequence(1) || !format_) return true;
  return block.chain() == genesis_link(format_->log_id) ||
         (format_copy_ && block.chain() == genesis_link(format_copy_->log_id));
}

SalvageWalk::Step SalvageWalk::accept(std::shared_ptr<const Block> block, const BlockSource& source) {
  const Sequence first = block->first_sequence();
  std::optional<Gap> gap;
  if (first > next_) gap = gap_through(first.previous(), source.trouble());
  previous_ = block;
  next_ = block->last_sequence().next();
  reason_.clear();
  if (!gap) return block;
  behind_gap_ = std::move(block);
  return *std::move(gap);
}

Gap SalvageWalk::gap_through(Sequence through, const std::string& trouble) const {
  Gap gap{.from = next_, .through = through, .reason = reason_};
  if (gap.reason.empty()) gap.reason = trouble;
  if (gap.reason.empty()) gap.reason = unopened_;
  if (gap.reason.empty()) gap.reason = "no file in log/ holds these events";
  return gap;
}

SalvageWalk::Step SalvageWalk::finish() {
  if (std::exchange(ended_, true)) return End{};
  const Sequence promised = std::max(head_ ? head_->durable : Sequence(0), seen_);
  const bool is_gap = next_ <= promised && (!limit_ || next_ <= *limit_);
  if (is_gap) return gap_through(promised, {});
  // Beside a writer the end of the WAL is being written.
  if (!reason_.empty() && !limit_) add_finding("", reason_ + ", behind the last readable event");
  return End{};
}

}  // namespace daybook
