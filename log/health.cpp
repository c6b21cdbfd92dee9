// Each part is asked for by itself, so that a log which cannot be opened is described as far as it can be.
#include "daybook/health.h"

#include <map>
#include <system_error>

#include <rocksdb/env.h>

#include "log/follower.h"
#include "log/format_file.h"
#include "log/head_file.h"
#include "log/lock_file.h"
#include "log/recovery.h"

namespace daybook {
namespace {

std::uint64_t bytes_of(const std::filesystem::directory_entry& entry) {
  std::error_code gone;
  if (entry.is_regular_file(gone)) return entry.file_size(gone);
  std::uint64_t bytes = 0;
  std::filesystem::recursive_directory_iterator at(entry.path(), gone);
  for (; !gone && at != std::filesystem::recursive_directory_iterator(); at.increment(gone)) {
    std::error_code skipped;
    const auto size = at->is_regular_file(skipped) ? at->file_size(skipped) : 0;
    if (!skipped) bytes += size;
  }
  return bytes;
}

std::vector<LostBytes> lost_in(const std::filesystem::path& directory) {
  std::map<std::string, std::uint64_t> by_name;
  std::error_code none;
  std::filesystem::directory_iterator at(directory / "lost", none);
  for (; !none && at != std::filesystem::directory_iterator(); at.increment(none)) {
    by_name.emplace(at->path().filename().string(), bytes_of(*at));
  }
  std::vector<LostBytes> lost;
  for (const auto& [name, bytes] : by_name) lost.push_back({name, bytes});
  return lost;
}

/// FORMAT, HEAD and LOCK: what can be read without the storage.
Result<void> look_at_files(Core& core, Health& health) {
  const std::string directory = core.directory.string();
  const auto format = read_format(core.files, directory);
  if (!format && format.error().code != Code::corruption) return std::unexpected(format.error());
  if (format && *format) {
    health.log_id = (*format)->log_id;
    health.format_version = (*format)->version;
  }
  const auto head = read_head(core.files, directory);
  if (!head && head.error().code != Code::corruption) return std::unexpected(head.error());
  if (head && *head) {
    const Head& words = **head;
    health.head_words = {.durable = words.durable,
                         .written = words.written,
                         .durability = words.durability,
                         .closed = words.clean,
                         .wal_number = words.wal_number,
                         .recovered = words.recovered};
  }
  const auto holder = WriterLock::holder(core.files, directory);
  if (!holder) return std::unexpected(holder.error());
  health.holder = *holder;
  return {};
}

}  // namespace

Result<Health> examine(const std::filesystem::path& directory) {
  std::error_code unresolved;
  const auto absolute = std::filesystem::absolute(directory, unresolved);
  if (unresolved) return fail(Code::io, "cannot resolve " + directory.string() + ": " + unresolved.message());
  Options options;
  options.mode = Mode::read_only;
  Core core(options, absolute, *rocksdb::Env::Default());
  Health health;
  if (auto looked = look_at_files(core, health); !looked) return std::unexpected(std::move(looked.error()));
  const auto follower = Follower::open(core);
  if (!follower && follower.error().code != Code::corruption) return std::unexpected(follower.error());
  health.lost = lost_in(absolute);
  if (const auto free = core.files.disk_free_bytes(absolute.string())) health.disk_free_bytes = *free;
  if (!follower) {
    health.trouble = follower.error();
    return health;
  }
  health.trouble = (*follower)->damage();
  health.head = core.head.head();
  health.levels = core.store()->levels();
  if (const auto index = read_index_state(*core.store(), health.head); index && *index) {
    health.indexed_through = (*index)->through;
  }
  return health;
}

}  // namespace daybook
