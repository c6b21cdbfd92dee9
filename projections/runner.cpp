// Why the checkpoint may stand within a block, and between two events that match: a batch ends wherever its bounds say,
// and a failing event must be the first one behind the checkpoint. The link that goes with a sequence is that of the
// block that holds it; for the sequence before a block that is the block's own chain.
//
// Why a batch is bounded by memory and not by time: state is rebuilt from the log at any time, so a checkpoint that
// lags costs work, never truth.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/planted_bug.h"
#include "projections/fold.h"
#include "projections/open_runner.h"
#include "projections/overlay.h"
#include "projections/state_store.h"
#include "projections/status_record.h"

namespace daybook {
namespace {

constexpr std::chrono::milliseconds kStopAskedEvery{100};
// Rows that were written stay in memory for the next batch, up to so many times a batch's own bound.
constexpr std::size_t kHeldBatches = 4;

Result<void> check_range(std::string_view option, std::size_t value, std::size_t low, std::size_t high) {
  if (value >= low && value <= high) return {};
  return fail(Code::invalid, std::string(option) + " is " + std::to_string(value) + "; it takes " +
                                 std::to_string(low) + " to " + std::to_string(high));
}

Result<void> check_request(const Projection& projection, const RunnerOptions& options) {
  if (auto valid = check_projection(projection); !valid) return valid;
  if (auto valid = check_range("batch_events_max", options.batch_events_max, 1, 1024 * 1024); !valid) return valid;
  return check_range("batch_bytes_max", options.batch_bytes_max, 1024 * 1024, 256 * 1024 * 1024);
}

Sequence sequence_before(Sequence a, Sequence b) {
  return a < b ? a : b;
}

}  // namespace

class ProjectionRunner::Impl {
 public:
  Impl(Log& log, Projection projection, const RunnerOptions& options, std::unique_ptr<StateStore> store)
      : log_(log),
        projection_(std::move(projection)),
        options_(options),
        store_(std::move(store)),
        overlay_(*store_, held_bytes_max()) {}

  /// The public face of one that has begun.
  static std::unique_ptr<ProjectionRunner> face(std::unique_ptr<Impl> impl) {
    return std::unique_ptr<ProjectionRunner>(new ProjectionRunner(std::move(impl)));
  }

  Result<void> begin();
  Result<bool> fold_batch(Sequence through);
  Result<void> run(Sequence through, const std::function<bool(Sequence)>& progress);
  Result<void> follow(const std::function<bool()>& stop);

  const ProjectionStatus& status() const { return status_; }
  State& state() { return overlay_; }
  Log& log() { return log_; }

 private:
  Result<void> restart();
  Result<bool> next_batch(Sequence through);
  Result<void> fold(const EventView& event);
  Result<void> fold_delivery(const Delivery& delivery);
  Result<void> stand_still(const EventView& event, ProjectionFailure failure);
  Result<void> commit(const Checkpoint& checkpoint, std::optional<ProjectionFailure> failure = std::nullopt);
  Result<void> give_up(Error error);
  std::size_t held_bytes_max() const { return kHeldBatches * options_.batch_bytes_max; }
  bool batch_full() const {
    return pending_events_ >= options_.batch_events_max || overlay_.changed_bytes() >= options_.batch_bytes_max ||
           overlay_.bytes() >= held_bytes_max();
  }
  Checkpoint checkpoint_of(const Block& block, Sequence sequence) const {
    return {.log_id = status_.checkpoint.log_id, .sequence = sequence, .link = block.link()};
  }

  Log& log_;
  const Projection projection_;
  const RunnerOptions options_;
  const std::unique_ptr<StateStore> store_;
  Overlay overlay_;
  ProjectionStatus status_;

  // Where the fold stands, which is ahead of status_.checkpoint until the next commit.
  Checkpoint reached_;
  std::size_t pending_events_ = 0;
  std::optional<Cursor> cursor_;
  Sequence cursor_through_;
  std::optional<Batch> batch_;
  std::size_t batch_at_ = 0;
};

// Goes on from the stored record, or from nothing where there is none that this fold and this log can go on from.
Result<void> ProjectionRunner::Impl::begin() {
  auto record = store_->record();
  if (!record) return std::unexpected(std::move(record.error()));
  if (!*record) return restart();
  auto stored = decode_status(**record);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (stored->name != projection_.name) {
    return fail(Code::invalid, "this folder holds projection " + stored->name + ", not " + projection_.name);
  }
  status_ = std::move(*stored);
  reached_ = status_.checkpoint;
  auto held = log_.check(status_.checkpoint);
  if (!held && held.error().code != Code::diverged) return held;
  if (held && (status_.fold_version == projection_.fold_version || planted(Bug::keep_old_fold))) return {};
  status_.rebuilt = true;
  return restart();
}

// Old rows and old record go in one batch: whenever this is interrupted, what stands there is one state or the other.
Result<void> ProjectionRunner::Impl::restart() {
  auto start = log_.checkpoint_at(Sequence(0));
  if (!start) return std::unexpected(std::move(start.error()));
  status_.name = projection_.name;
  status_.fold_version = projection_.fold_version;
  status_.checkpoint = *start;
  status_.failure.reset();
  reached_ = *start;
  StateStore::Batch batch;
  batch.erase_all();
  if (auto written = store_->write(batch, encode_status(status_)); !written) return written;
  overlay_.emptied();
  return {};
}

// True: batch_ holds events. False: nothing more matches through `through`. A batch that was read for another end holds
// too many events, or too few.
Result<bool> ProjectionRunner::Impl::next_batch(Sequence through) {
  if (!cursor_ || cursor_through_ != through) {
    batch_.reset();
    auto cursor = log_.read({.from = reached_.sequence.next(), .through = through, .query = projection_.query});
    if (!cursor) return std::unexpected(std::move(cursor.error()));
    cursor_ = std::move(*cursor);
    cursor_through_ = through;
  }
  if (batch_) return true;
  auto next = cursor_->next();
  if (!next) return std::unexpected(std::move(next.error()));
  if (!*next) return false;
  batch_ = std::move(**next);
  batch_at_ = 0;
  return true;
}

Result<bool> ProjectionRunner::Impl::fold_batch(Sequence through) {
  pending_events_ = 0;
  while (reached_.sequence < through && !batch_full()) {
    auto more = next_batch(through);
    // What came before the damage is good, so it is kept.
    if (!more) return std::unexpected(give_up(std::move(more.error())).error());
    if (!*more) {
      auto end = log_.checkpoint_at(through);
      if (!end) return std::unexpected(give_up(std::move(end.error())).error());
      reached_ = *end;
      break;
    }
    while (batch_at_ < batch_->size() && !batch_full()) {
      if (auto folded = fold((*batch_)[batch_at_]); !folded) return std::unexpected(std::move(folded.error()));
      ++batch_at_;
    }
    if (batch_at_ == batch_->size()) {
      const Block& block = *batch_->block();
      reached_ = checkpoint_of(block, sequence_before(block.last_sequence(), through));
      batch_.reset();
    }
  }
  if (auto saved = commit(reached_); !saved) return std::unexpected(std::move(saved.error()));
  return reached_.sequence < through;
}

// Folds one event; when its apply fails, puts that on record and returns the error.
Result<void> ProjectionRunner::Impl::fold(const EventView& event) {
  auto failure = fold_event(projection_, event, overlay_);
  if (!failure) return give_up(std::move(failure.error()));
  if (*failure) return stand_still(event, std::move(**failure));
  ++pending_events_;
  reached_ = checkpoint_of(event.block(), event.sequence());
  return {};
}

Result<void> ProjectionRunner::Impl::stand_still(const EventView& event, ProjectionFailure failure) {
  const Block& block = event.block();
  const bool first = event.sequence() == block.first_sequence();
  const Checkpoint before{.log_id = status_.checkpoint.log_id,
                          .sequence = event.sequence().previous(),
                          .link = first ? block.chain() : block.link()};
  Error stopped = stopped_error(projection_.name, failure);
  cursor_.reset();
  batch_.reset();
  if (auto saved = commit(before, std::move(failure)); !saved) return saved;
  return std::unexpected(std::move(stopped));
}

// Commits what was folded before `error` and returns `error`. The next call reads again from the checkpoint.
Result<void> ProjectionRunner::Impl::give_up(Error error) {
  cursor_.reset();
  batch_.reset();
  if (auto saved = commit(reached_); !saved) return saved;
  return std::unexpected(std::move(error));
}

Result<void> ProjectionRunner::Impl::commit(const Checkpoint& checkpoint, std::optional<ProjectionFailure> failure) {
  DAYBOOK_CHECK(checkpoint.sequence >= status_.checkpoint.sequence, "a checkpoint never goes back");
  pending_events_ = 0;
  const bool passed = status_.failure && checkpoint.sequence >= status_.failure->sequence;
  if (checkpoint == status_.checkpoint && !failure) return {};
  ProjectionStatus next = status_;
  next.checkpoint = checkpoint;
  if (failure || passed) next.failure = std::move(failure);
  auto written = overlay_.write(encode_status(next));
  if (!written) {
    cursor_.reset();
    batch_.reset();
    reached_ = status_.checkpoint;
    return written;
  }
  if (overlay_.bytes() > held_bytes_max() / 2) overlay_.keep_most_used(held_bytes_max() / 4);
  status_ = std::move(next);
  reached_ = status_.checkpoint;
  return {};
}

Result<void> ProjectionRunner::Impl::run(Sequence through, const std::function<bool(Sequence)>& progress) {
  auto head = log_.refresh();
  if (!head) return std::unexpected(std::move(head.error()));
  const Sequence end = sequence_before(through, *head);
  for (;;) {
    auto more = fold_batch(end);
    if (!more) return std::unexpected(std::move(more.error()));
    if (progress && !progress(status_.checkpoint.sequence)) return {};
    if (!*more) return {};
  }
}

Result<void> ProjectionRunner::Impl::fold_delivery(const Delivery& delivery) {
  if (delivery.batch) {
    for (const EventView event : *delivery.batch) {
      if (auto folded = fold(event); !folded) return folded;
      if (!batch_full()) continue;
      if (auto saved = commit(reached_); !saved) return saved;
    }
  }
  if (delivery.kind != Delivery::Kind::idle) reached_ = delivery.checkpoint;
  return {};
}

// Events that are there are folded together; as soon as none is waiting, what was folded is committed.
Result<void> ProjectionRunner::Impl::follow(const std::function<bool()>& stop) {
  if (auto caught_up = run(kSequenceMax, [&](Sequence) { return !stop(); }); !caught_up) return caught_up;
  auto subscription = log_.subscribe({.from = status_.checkpoint, .query = projection_.query});
  if (!subscription) return std::unexpected(std::move(subscription.error()));
  while (!stop()) {
    const bool pending = reached_ != status_.checkpoint;
    auto delivery = (*subscription)->next(pending ? std::chrono::milliseconds(0) : kStopAskedEvery);
    if (!delivery) return give_up(std::move(delivery.error()));
    if (auto folded = fold_delivery(*delivery); !folded) return folded;
    if (delivery->kind == Delivery::Kind::events && !batch_full()) continue;
    if (auto saved = commit(reached_); !saved) return saved;
  }
  return commit(reached_);
}

ProjectionRunner::ProjectionRunner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProjectionRunner::~ProjectionRunner() = default;

Result<std::unique_ptr<ProjectionRunner>> ProjectionRunner::open(Log& log, Projection projection,
                                                                 const std::filesystem::path& directory,
                                                                 const RunnerOptions& options) {
  return open_runner(log, std::move(projection), directory, options, nullptr);
}

Result<std::unique_ptr<ProjectionRunner>> open_runner(Log& log, Projection projection,
                                                      const std::filesystem::path& directory,
                                                      const RunnerOptions& options, rocksdb::Env* env) {
  if (auto valid = check_request(projection, options); !valid) return std::unexpected(std::move(valid.error()));
  auto store = StateStore::open(directory, StateStore::Access::read_write, StateStore::kWriteBufferBytes, env);
  if (!store) return std::unexpected(std::move(store.error()));
  auto impl = std::make_unique<ProjectionRunner::Impl>(log, std::move(projection), options, std::move(*store));
  if (auto begun = impl->begin(); !begun) return std::unexpected(std::move(begun.error()));
  return ProjectionRunner::Impl::face(std::move(impl));
}

Result<bool> ProjectionRunner::step() {
  auto head = impl_->log().refresh();
  if (!head) return std::unexpected(std::move(head.error()));
  return impl_->fold_batch(*head);
}

Result<void> ProjectionRunner::run(Sequence through, const std::function<bool(Sequence reached)>& progress) {
  return impl_->run(through, progress);
}

Result<void> ProjectionRunner::follow(const std::function<bool()>& stop) {
  return impl_->follow(stop);
}

const ProjectionStatus& ProjectionRunner::status() const {
  return impl_->status();
}
State& ProjectionRunner::state() {
  return impl_->state();
}

}  // namespace daybook
