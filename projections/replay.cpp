// Why the runner's overlay without a store: a replay is asked for in a hurry and mostly of a state that fits in memory;
// then no file is made at all. A state that does not fit goes to the runner's kind of store, so that memory stays
// bounded however long the log is.
//
// Why before and after are States: rows are decoded by the functions that decode a projection's whole state.
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "daybook/replay.h"
#include "projections/fold.h"
#include "projections/overlay.h"
#include "projections/read_only_state.h"
#include "projections/state_store.h"

namespace daybook {
namespace {

constexpr std::size_t kStateBytesMin = 1024 * 1024;
constexpr std::size_t kStateBytesMost = std::size_t{16} * 1024 * 1024 * 1024;

// One side of an event's changes.
class ChangedRows final : public ReadOnlyState {
 public:
  using Side = std::optional<std::string_view> Overlay::Change::*;
  ChangedRows(std::span<const Overlay::Change> changes, Side side) : changes_(changes), side_(side) {}

  Result<std::optional<std::string_view>> get(std::string_view key) override {
    if (auto valid = check_state_key(key); !valid) return std::unexpected(std::move(valid.error()));
    const auto found = std::ranges::lower_bound(changes_, key, {}, &Overlay::Change::key);
    if (found == changes_.end() || found->key != key) return std::nullopt;
    return (*found).*side_;
  }
  Result<void> scan_after(std::string_view prefix, std::string_view after, const StateRow& row) override {
    auto at = after < prefix ? std::ranges::lower_bound(changes_, prefix, {}, &Overlay::Change::key)
                             : std::ranges::upper_bound(changes_, after, {}, &Overlay::Change::key);
    for (; at != changes_.end() && at->key.starts_with(prefix); ++at) {
      const auto& value = (*at).*side_;
      if (value && !row(at->key, *value)) break;
    }
    return {};
  }

 private:
  std::span<const Overlay::Change> changes_;
  Side side_;
};

// A folder that is gone afterwards.
class ScratchFolder {
 public:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  ~ScratchFolder() {
    std::error_code error;  // There is nobody to tell, and the system clears such folders itself.
    std::filesystem::remove_all(path_, error);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  static Result<std::unique_ptr<ScratchFolder>> make(const std::filesystem::path& parent) {
    std::string name = (parent / "daybook-replay-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      return fail(Code::io, "the replayed state outgrew its memory, and no folder can be made in " + parent.string() +
                                ": " + std::strerror(errno) + "; name another one in TMPDIR");
    }
    return std::make_unique<ScratchFolder>(name);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

class ProjectionReplay::Impl {
 public:
  Impl(Log& log, Projection projection, const ReplayOptions& options)
      : log_(log), projection_(std::move(projection)), options_(options) {}

  Result<void> run(Sequence through, const Progress& progress, const Changed& changed);

  Sequence reached() const { return reached_; }
  std::uint64_t events() const { return events_; }
  const std::optional<ProjectionFailure>& failure() const { return failure_; }
  State& state() { return overlay_; }

 private:
  Result<bool> fold(const EventView& event, const Changed& changed);
  Result<void> spill();

  Log& log_;
  const Projection projection_;
  const ReplayOptions options_;
  std::unique_ptr<ScratchFolder> folder_;
  std::unique_ptr<StateStore> store_;
  Overlay overlay_;
  Sequence reached_{};
  std::uint64_t events_ = 0;
  std::optional<ProjectionFailure> failure_;
};

Result<void> ProjectionReplay::Impl::run(Sequence through, const Progress& progress, const Changed& changed) {
  auto head = log_.refresh();
  if (!head) return std::unexpected(std::move(head.error()));
  const Sequence end = std::min(through, *head);
  if (reached_ >= end) return {};
  auto cursor = log_.read({.from = reached_.next(), .through = end, .query = projection_.query});
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  for (;;) {
    auto batch = cursor->next();
    if (!batch) return std::unexpected(std::move(batch.error()));
    if (!*batch) break;
    for (const EventView event : **batch) {
      auto more = fold(event, changed);
      if (!more) return std::unexpected(std::move(more.error()));
      if (!*more) return {};
    }
    if (progress && !progress(reached_)) return {};
  }
  reached_ = end;
  return {};
}

// False: `changed` has seen enough.
Result<bool> ProjectionReplay::Impl::fold(const EventView& event, const Changed& changed) {
  auto failure = fold_event(projection_, event, overlay_);
  if (!failure) return std::unexpected(std::move(failure.error()));
  failure_ = std::move(*failure);
  if (failure_) {
    reached_ = failure_->sequence.previous();
    return std::unexpected(stopped_error(projection_.name, *failure_));
  }
  reached_ = event.sequence();
  ++events_;
  bool more = true;
  if (changed) {
    const auto changes = overlay_.changes();
    if (!changes) return std::unexpected(changes.error());
    ChangedRows before(*changes, &Overlay::Change::before);
    ChangedRows after(*changes, &Overlay::Change::after);
    more = changed(event, before, after);
  }
  if (overlay_.bytes() > options_.state_bytes_max) {
    if (auto spilled = spill(); !spilled) return std::unexpected(std::move(spilled.error()));
  }
  return more;
}

Result<void> ProjectionReplay::Impl::spill() {
  if (!store_) {
    std::error_code error;
    const auto parent = options_.scratch.empty() ? std::filesystem::temp_directory_path(error) : options_.scratch;
    if (error) return fail(Code::io, "TMPDIR names no directory: " + error.message());
    auto folder = ScratchFolder::make(parent);
    if (!folder) return std::unexpected(std::move(folder.error()));
    auto store = StateStore::open((*folder)->path(), StateStore::Access::read_write);
    if (!store) return std::unexpected(std::move(store.error()));
    folder_ = std::move(*folder);
    store_ = std::move(*store);
    overlay_.attach(*store_, options_.state_bytes_max);
  }
  if (auto written = overlay_.write({}); !written) return written;
  overlay_.keep_most_used(options_.state_bytes_max / 2);
  return {};
}

ProjectionReplay::ProjectionReplay(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProjectionReplay::~ProjectionReplay() = default;

Result<std::unique_ptr<ProjectionReplay>> ProjectionReplay::open(Log& log, Projection projection,
                                                                 const ReplayOptions& options) {
  if (auto valid = check_projection(projection); !valid) return std::unexpected(std::move(valid.error()));
  if (options.state_bytes_max < kStateBytesMin || options.state_bytes_max > kStateBytesMost) {
    return fail(Code::invalid, "state_bytes_max is " + std::to_string(options.state_bytes_max) + "; it takes " +
                                   std::to_string(kStateBytesMin) + " to " + std::to_string(kStateBytesMost));
  }
  return std::unique_ptr<ProjectionReplay>(
      new ProjectionReplay(std::make_unique<Impl>(log, std::move(projection), options)));
}

Result<void> ProjectionReplay::run(Sequence through, const Progress& progress, const Changed& changed) {
  return impl_->run(through, progress, changed);
}

Sequence ProjectionReplay::reached() const {
  return impl_->reached();
}
std::uint64_t ProjectionReplay::events() const {
  return impl_->events();
}
const std::optional<ProjectionFailure>& ProjectionReplay::failure() const {
  return impl_->failure();
}
State& ProjectionReplay::state() {
  return impl_->state();
}

}  // namespace daybook
