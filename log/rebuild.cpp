// The new database is built under a name that nobody reads, then gets one that says it is whole, and only then changes
// places with the old one. So at every moment one of the two is complete, and which one can be told by the names:
//
//   repair.tmp/log   in the making; worth nothing
//   log.repaired     whole; log/ is still the old one, or gone to lost/
//   log              whole
//
// HEAD first forgets the number of the WAL file that must exist: the new database counts from the beginning, and a
// crash must not make that look like a loss.
#include "log/rebuild.h"

#include <vector>

#include "base/logger.h"
#include "log/head_file.h"
#include "log/salvage.h"
#include "schema/block_builder.h"

namespace daybook {
namespace {

constexpr std::size_t kGroupBytes = 4 * 1024 * 1024;

std::string path_of(const Core& core, const std::string& name) {
  return core.directory.string() + "/" + name;
}

/// Takes blocks from the old files and writes them into the new store, a group at a time.
class Copier {
 public:
  Copier(Core& core, Store& store, Sequence end) : core_(core), store_(store), end_(end) {}

  Result<void> run(const RepairProgress& progress) {
    auto salvage = Salvage::open(core_.files, core_.directory, core_.options);
    if (!salvage) return std::unexpected(std::move(salvage.error()));
    Link chain = genesis_link(core_.log_id);
    for (Sequence next(1); next <= end_;) {
      const auto block = (*salvage)->find(next, chain);
      if (!block) return std::unexpected(block.error());
      if (!*block)
        return fail(Code::io, "event " + std::to_string(next.value()) + " could be read before, and cannot now");
      chain = (*block)->link();
      next = (*block)->last_sequence().next();
      bytes_ += (*block)->bytes().size();
      group_.push_back(*block);
      if (bytes_ < kGroupBytes) continue;
      if (auto written = write(); !written) return written;
      if (progress && !progress(next.value() - 1, end_.value())) return fail(Code::closed, "the repair was stopped");
    }
    if (auto written = write(); !written) return written;
    return store_.flush();
  }

 private:
  /// Not synced: flush() makes tables of it, which are.
  Result<void> write() {
    if (group_.empty()) return {};
    auto written = store_.write_group(group_, false);
    group_.clear();
    bytes_ = 0;
    return written;
  }

  Core& core_;
  Store& store_;
  const Sequence end_;
  std::vector<std::shared_ptr<const Block>> group_;
  std::size_t bytes_ = 0;
};

Result<void> check_space(Core& core, std::uint64_t bytes) {
  const auto free = core.files.disk_free_bytes(core.directory.string());
  if (!free) return std::unexpected(free.error());
  if (*free > bytes) return {};
  return fail(Code::io, "a new log/ may need " + std::to_string(bytes) + " bytes, and " + std::to_string(*free) +
                            " are free; make room and repair again");
}

Result<void> build(Core& core, const Format& format, Sequence end, const RepairProgress& progress) {
  const std::string making = path_of(core, "repair.tmp");
  if (auto made = core.files.create_directory(making); !made) return made;
  {
    auto store = Store::open(core.files.env(), making, StoreMode::create, core.options);
    if (!store) return std::unexpected(std::move(store.error()));
    if (auto put = (*store)->put_format(format); !put) return put;
    if (auto copied = Copier(core, **store, end).run(progress); !copied) return copied;
  }
  if (auto synced = core.files.sync_directory(making + "/log"); !synced) return synced;
  return core.files.move(making + "/log", path_of(core, "log.repaired"));
}

Result<void> forget_wal_number(Core& core) {
  auto head = read_head(core.files, core.directory.string());
  if (!head || !*head) return {};  // Missing or damaged: it is written anew in any case.
  (*head)->wal_number = 0;
  const auto written = HeadFile::create(core.files, core.directory.string(), **head);
  return written ? Result<void>() : std::unexpected(written.error());
}

}  // namespace

Result<bool> rebuild_is_unfinished(Core& core) {
  const auto made = core.files.exists(path_of(core, "log.repaired"));
  if (!made || !*made) return made;
  const auto old = core.files.exists(path_of(core, "log"));
  return old ? Result<bool>(!*old) : old;
}

Result<void> finish_rebuild(Core& core) {
  return core.files.move(path_of(core, "log.repaired"), path_of(core, "log"));
}

Result<void> rebuild_log(Core& core, const Format& format, Sequence end, std::uint64_t bytes,
                         const RepairProgress& progress) {
  for (const char* const left : {"repair.tmp", "log.repaired"}) {
    if (auto removed = core.files.remove_tree(path_of(core, left)); !removed) return removed;
  }
  if (auto enough = check_space(core, bytes); !enough) return enough;
  if (auto built = build(core, format, end, progress); !built) return built;
  if (auto forgotten = forget_wal_number(core); !forgotten) return forgotten;
  const auto there = core.files.exists(path_of(core, "log"));
  if (!there) return std::unexpected(there.error());
  if (*there) {
    const auto lost = lost_name(core, "log");
    if (!lost) return std::unexpected(lost.error());
    if (auto moved = core.files.move(path_of(core, "log"), *lost); !moved) return moved;
  }
  if (auto finished = finish_rebuild(core); !finished) return finished;
  return core.files.remove_tree(path_of(core, "repair.tmp"));
}

Result<std::string> lost_name(Core& core, const std::string& name) {
  if (auto made = core.files.create_directory(path_of(core, "lost")); !made) return std::unexpected(made.error());
  for (std::uint64_t number = 1;; ++number) {
    std::string path = path_of(core, "lost/" + name + "-" + std::to_string(number));
    const auto taken = core.files.exists(path);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken) return path;
  }
}

}  // namespace daybook
