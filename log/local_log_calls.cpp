// Each call checks what it was given and hands it to the part that does it.
#include "log/local_log.h"

#include "daybook/limits.h"
#include "log/local_cursor.h"
#include "log/local_subscription.h"
#include "log/lookup.h"

namespace daybook {
namespace {

constexpr std::size_t kStreamsPageMax = 100'000;

}  // namespace

Result<std::unique_ptr<Log>> Log::open(const std::filesystem::path& directory, const Options& options) {
  if (auto ok = options.check(); !ok) return std::unexpected(std::move(ok.error()));
  std::error_code unresolved;
  const auto absolute = std::filesystem::absolute(directory, unresolved);  // a later chdir() does not move the log
  if (unresolved) return fail(Code::io, "cannot resolve " + directory.string() + ": " + unresolved.message());
  auto local = std::make_unique<LocalLog>(absolute, options);
  if (auto ok = local->open(); !ok) return std::unexpected(std::move(ok.error()));
  return Impl::face(std::move(local));
}

std::optional<Error> LocalLog::damage() const {
  return follower ? follower->damage() : std::nullopt;
}

Result<Checkpoint> LocalLog::checkpoint_at(Sequence sequence) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  return core.checkpoint_at(sequence);
}

Result<void> LocalLog::check(const Checkpoint& checkpoint) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  return core.check(checkpoint);
}

Result<Appended> LocalLog::append(Commit commit, AppendOptions options) {
  auto request = prepare(std::move(commit), options);
  if (!request) return std::unexpected(std::move(request.error()));
  if (auto queued = writer_->queue.push(*request); !queued) return std::unexpected(std::move(queued.error()));
  return wait_for(**request);
}

Result<void> LocalLog::append_async(Commit commit, Completion completion, AppendOptions options) {
  auto request = prepare(std::move(commit), options);
  if (!request) return std::unexpected(std::move(request.error()));
  (*request)->completion = std::move(completion);
  (*request)->brief = options.brief_completion;
  return writer_->queue.try_push(*request);
}

Result<Cursor> LocalLog::read(const ReadOptions& options) {
  if (auto ok = options.query.check(); !ok) return std::unexpected(std::move(ok.error()));
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  auto view = options.query.matches_all() ? Result<View>(core.view()) : indexed_view();
  if (!view) return std::unexpected(std::move(view.error()));
  ReadOptions clamped = options;
  clamped.from = std::max(options.from, Sequence(1));
  clamped.through = std::min(options.through, view->head);
  auto cursor = LocalCursor::open(core, clamped, std::move(*view));
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  return Cursor(std::move(*cursor));
}

Result<PinnedEvent> LocalLog::get(Sequence sequence) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  if (sequence == Sequence(0) || sequence > head()) {
    return fail(Code::not_found, "there is no event " + std::to_string(sequence.value()) + "; the head is " +
                                     std::to_string(head().value()));
  }
  const auto block = core.block_containing(sequence);
  if (!block) return std::unexpected(block.error());
  return PinnedEvent(*block, static_cast<std::uint32_t>(sequence.value() - (*block)->first_sequence().value()));
}

Result<Sequence> LocalLog::first_at(Timestamp time) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  return find_first_at(core, head(), time);
}

Result<Sequence> LocalLog::sequence_of(std::string_view stream, Version version) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  const auto view = indexed_view();
  if (!view) return std::unexpected(view.error());
  const auto sequence = find_version(*view, stream, version);
  if (!sequence) return std::unexpected(sequence.error());
  if (*sequence) return **sequence;
  return fail(Code::not_found,
              "the stream " + std::string(stream) + " has no version " + std::to_string(version.value()));
}

Result<std::unique_ptr<Subscription>> LocalLog::subscribe(const SubscribeOptions& options) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  if (auto ok = options.query.check(); !ok) return std::unexpected(std::move(ok.error()));
  Result<Checkpoint> position;
  if (const auto* checkpoint = std::get_if<Checkpoint>(&options.from)) {
    if (auto ok = core.check(*checkpoint); !ok) return std::unexpected(std::move(ok.error()));
    position = *checkpoint;
  } else if (const auto* from = std::get_if<Sequence>(&options.from)) {
    if (*from > head().next()) {
      return fail(Code::invalid, "a subscription cannot begin at " + std::to_string(from->value()) +
                                     "; the next event is " + std::to_string(head().next().value()));
    }
    position = core.checkpoint_at(from->previous());
  } else {
    position = core.checkpoint_at(head());
  }
  if (!position) return std::unexpected(std::move(position.error()));
  if (core.subscriptions.fetch_add(1, std::memory_order_relaxed) >= core.options.subscriptions_max) {
    core.subscriptions.fetch_sub(1, std::memory_order_relaxed);
    return fail(Code::busy, "there are already " + std::to_string(core.options.subscriptions_max) + " subscriptions");
  }
  return std::make_unique<Subscription>(
      std::make_unique<LocalSubscription>(core, follower.get(), *position, options.query));
}

Result<StreamHead> LocalLog::stream_head(std::string_view stream) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  const auto view = indexed_view();
  if (!view) return std::unexpected(view.error());
  return find_stream_head(*view, stream);
}

Result<std::vector<StreamHead>> LocalLog::streams(std::string_view prefix, std::string_view after, std::size_t limit) {
  if (limit > kStreamsPageMax) {
    return fail(Code::too_large, "a page of " + std::to_string(limit) + " streams; at most " +
                                     std::to_string(kStreamsPageMax) + " are allowed");
  }
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  const auto view = indexed_view();
  if (!view) return std::unexpected(view.error());
  return find_streams(*view, prefix, after, limit);
}

Result<Sequence> LocalLog::refresh() {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  if (follower) {
    if (auto ok = follower->refresh(); !ok) return std::unexpected(std::move(ok.error()));
  }
  return head();
}

}  // namespace daybook
