// A log opened for reading, beside a writer in another process or alone: finds the head that may be shown, and keeps
// the index usable without writing it.
//
// Threads: any; a mutex for each look. Owns: nothing but its place.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "log/core.h"
#include "log/head_file.h"

namespace daybook {

class Follower {
 public:
  /// Opens the store of `core` for reading and looks for the first time. Errors as Log::open.
  [[nodiscard]] static Result<std::unique_ptr<Follower>> open(Core& core);

  /// Takes in what the writer did since, and moves the head.
  [[nodiscard]] Result<void> refresh();
  /// The core's view, with the tail brought up to the head.
  [[nodiscard]] Result<View> indexed_view();
  /// What is wrong with the end of the log, where its good part can be read all the same.
  [[nodiscard]] std::optional<Error> damage() const;

 private:
  explicit Follower(Core& core) : core_(core) {}
  [[nodiscard]] Result<void> look();
  [[nodiscard]] Result<void> look_once(bool reopen);
  [[nodiscard]] Result<Sequence> head_beside_writer(Sequence recovered) const;
  [[nodiscard]] Result<void> look_at_end(const Head& head);

  Core& core_;
  mutable std::mutex mutex_;
  // Protected by mutex_:
  std::optional<Error> damage_;
  std::optional<std::uint64_t> wal_number_;  ///< Of the writer that the store was opened under.
  std::optional<Head> end_checked_;          ///< The HEAD under which the end was last looked at without a writer.
};

}  // namespace daybook
