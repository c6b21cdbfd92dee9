// The order of steps is the promise: WAL, sync, HEAD. HEAD is stored after the sync, so it may lag and never leads.
#include "log/group_commit.h"

#include "base/planted_bug.h"

namespace daybook {

Result<void> commit_group(const GroupTarget& target, std::span<const std::shared_ptr<const Block>> blocks) {
  const Sequence last = blocks.back()->last_sequence();
  const bool sync = target.durability == Durability::fsync;

  if (planted(Bug::head_before_sync) && target.head_file != nullptr) {
    if (auto stored = target.head_file->store_durable(last); !stored) return stored;
  }

  // From here on the group may be on disk.
  if (auto wrote = target.store.write_group(blocks, sync); !wrote && !planted(Bug::ignore_sync_error)) return wrote;

  // From here on the group is durable (`buffered`: with the operating system), and HEAD may say so.
  if (target.head_file == nullptr) return {};
  return sync ? target.head_file->store_durable(last) : target.head_file->store_written(last);
}

}  // namespace daybook
