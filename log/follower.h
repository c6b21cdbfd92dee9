// A log opened for reading, beside a writer in another process or alone: finds the head that may be shown, and keeps
// the index usable without writing it.
//
// Threads: any; a mutex for each look. Owns: nothing but its place.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/mutex.h"
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
  Follower(Core& core, const Format& format) : core_(core), format_(format) {}
  [[nodiscard]] Result<void> look() DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] Result<void> look_once(bool reopen) DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] Result<std::optional<Head>> look_at_head(std::optional<Error>& damage) const;
  [[nodiscard]] Result<void> look_beside_writer(const Head& head, bool reopen) DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] Result<void> look_alone(const std::optional<Head>& head) DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] Result<std::shared_ptr<Store>> open_store(StoreMode mode) const;
  void use(std::shared_ptr<Store> store);
  [[nodiscard]] Result<std::shared_ptr<Store>> catch_up(std::shared_ptr<Store> store) const;
  [[nodiscard]] Result<std::set<std::string>> wal_files() const;
  [[nodiscard]] Result<void> check_end(Sequence end, Sequence durable) const;

  Core& core_;
  const Format format_;
  mutable Mutex mutex_;
  std::optional<Error> damage_ DAYBOOK_GUARDED_BY(mutex_);
  /// That of the writer whom the store follows; nullopt: of none.
  std::optional<std::uint64_t> followed_wal_ DAYBOOK_GUARDED_BY(mutex_);
  /// Without a writer: the HEAD under which all was looked at; nullopt inside: it was damaged.
  std::optional<std::optional<Head>> settled_ DAYBOOK_GUARDED_BY(mutex_);
};

}  // namespace daybook
