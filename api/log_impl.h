// What stands behind the public face of a log: this process's own storage (log/), or a server's (client/). A program
// holds a `Log` and need not know which.
//
// Threads: as daybook/log.h says of each call. Owns: whatever its kind of log needs.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "daybook/log.h"

namespace daybook {

/// Every call means what the one of the same name in daybook/log.h says.
class Log::Impl {
 public:
  Impl() = default;
  virtual ~Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The public face of an opened log.
  [[nodiscard]] static std::unique_ptr<Log> face(std::unique_ptr<Impl> impl);
  /// What stands behind `log`.
  [[nodiscard]] static Impl& of(Log& log);

  [[nodiscard]] virtual Result<void> close() = 0;
  [[nodiscard]] virtual LogId id() const = 0;
  [[nodiscard]] virtual Sequence head() const = 0;
  [[nodiscard]] virtual Result<Checkpoint> checkpoint_at(Sequence sequence) = 0;
  [[nodiscard]] virtual Result<void> check(const Checkpoint& checkpoint) = 0;
  [[nodiscard]] virtual Result<Appended> append(Commit commit, AppendOptions options) = 0;
  [[nodiscard]] virtual Result<void> append_async(Commit commit, Completion completion, AppendOptions options) = 0;
  [[nodiscard]] virtual Result<Cursor> read(const ReadOptions& options) = 0;
  [[nodiscard]] virtual Result<PinnedEvent> get(Sequence sequence) = 0;
  [[nodiscard]] virtual Result<Placement> placement(Sequence sequence) = 0;
  [[nodiscard]] virtual Result<Sequence> first_at(Timestamp time) = 0;
  [[nodiscard]] virtual Result<Sequence> sequence_of(std::string_view stream, Version version) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Subscription>> subscribe(const SubscribeOptions& options) = 0;
  [[nodiscard]] virtual Result<StreamHead> stream_head(std::string_view stream) = 0;
  [[nodiscard]] virtual Result<std::vector<StreamHead>> streams(std::string_view prefix, std::string_view after,
                                                                std::size_t limit) = 0;
  [[nodiscard]] virtual Result<Statistics> statistics() = 0;
  [[nodiscard]] virtual Result<VerifyReport> verify(
      const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress, VerifyScope scope) = 0;
  [[nodiscard]] virtual Result<void> flush_index() = 0;
  [[nodiscard]] virtual Result<Sequence> refresh() = 0;
  [[nodiscard]] virtual std::optional<Error> damage() const = 0;
  [[nodiscard]] virtual const std::filesystem::path& directory() const = 0;
  [[nodiscard]] virtual const Options& options() const = 0;
};

}  // namespace daybook
