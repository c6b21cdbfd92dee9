// The public face: each function checks what it was given and hands it to the part that does it.
#include "daybook/log.h"

#include "daybook/limits.h"
#include "log/cursor_impl.h"
#include "log/log_impl.h"
#include "log/lookup.h"
#include "log/subscription_impl.h"
#include "log/validate.h"

namespace daybook {
namespace {

constexpr std::size_t kStreamsPageMax = 100'000;

}  // namespace

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(const std::filesystem::path& directory, const Options& options) {
  if (auto ok = options.check(); !ok) return std::unexpected(std::move(ok.error()));
  std::error_code unresolved;
  const auto absolute = std::filesystem::absolute(directory, unresolved);  // a later chdir() does not move the log
  if (unresolved) return fail(Code::io, "cannot resolve " + directory.string() + ": " + unresolved.message());
  auto impl = std::make_unique<Impl>(absolute, options);
  if (auto ok = impl->open(); !ok) return std::unexpected(std::move(ok.error()));
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

Result<void> Log::close() {
  return impl_->close();
}
LogId Log::id() const {
  return impl_->core.log_id;
}
Sequence Log::head() const {
  return impl_->core.head.head();
}
const std::filesystem::path& Log::directory() const {
  return impl_->core.directory;
}
const Options& Log::options() const {
  return impl_->core.options;
}

std::optional<Error> Log::damage() const {
  return impl_->follower ? impl_->follower->damage() : std::nullopt;
}

Result<Checkpoint> Log::checkpoint_at(Sequence sequence) {
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  return impl_->core.checkpoint_at(sequence);
}

Result<Checkpoint> Log::head_checkpoint() {
  return checkpoint_at(head());
}

Result<void> Log::check(const Checkpoint& checkpoint) {
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  return impl_->core.check(checkpoint);
}

Result<Appended> Log::append(Commit commit, AppendOptions options) {
  auto request = impl_->prepare(std::move(commit), options);
  if (!request) return std::unexpected(std::move(request.error()));
  if (auto queued = impl_->writer_->queue.push(*request); !queued) return std::unexpected(std::move(queued.error()));
  return impl_->wait_for(**request);
}

Result<void> Log::append_async(Commit commit, Completion completion, AppendOptions options) {
  auto request = impl_->prepare(std::move(commit), options);
  if (!request) return std::unexpected(std::move(request.error()));
  (*request)->completion = std::move(completion);
  return impl_->writer_->queue.try_push(*request);
}

Result<Cursor> Log::read(const ReadOptions& options) {
  if (auto ok = options.query.check(); !ok) return std::unexpected(std::move(ok.error()));
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  auto view = options.query.matches_all() ? Result<View>(impl_->core.view()) : impl_->indexed_view();
  if (!view) return std::unexpected(std::move(view.error()));
  ReadOptions clamped = options;
  clamped.from = std::max(options.from, Sequence(1));
  clamped.through = std::min(options.through, view->head);
  auto cursor = Cursor::Impl::open(impl_->core, clamped, std::move(*view));
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  return Cursor(std::move(*cursor));
}

Result<PinnedEvent> Log::get(Sequence sequence) {
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  if (sequence == Sequence(0) || sequence > head()) {
    return fail(Code::not_found, "there is no event " + std::to_string(sequence.value()) + "; the head is " +
                                     std::to_string(head().value()));
  }
  const auto block = impl_->core.block_containing(sequence);
  if (!block) return std::unexpected(block.error());
  return PinnedEvent(*block, static_cast<std::uint32_t>(sequence.value() - (*block)->first_sequence().value()));
}

Result<Sequence> Log::first_at(Timestamp time) {
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  return find_first_at(impl_->core, head(), time);
}

Result<Sequence> Log::sequence_of(std::string_view stream, Version version) {
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  const auto view = impl_->indexed_view();
  if (!view) return std::unexpected(view.error());
  const auto sequence = find_version(*view, stream, version);
  if (!sequence) return std::unexpected(sequence.error());
  if (*sequence) return **sequence;
  return fail(Code::not_found,
              "the stream " + std::string(stream) + " has no version " + std::to_string(version.value()));
}

Result<std::unique_ptr<Subscription>> Log::subscribe(const SubscribeOptions& options) {
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  if (auto ok = options.query.check(); !ok) return std::unexpected(std::move(ok.error()));
  Core& core = impl_->core;
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
      std::make_unique<Subscription::Impl>(core, impl_->follower.get(), *position, options.query));
}

Result<StreamHead> Log::stream_head(std::string_view stream) {
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  const auto view = impl_->indexed_view();
  if (!view) return std::unexpected(view.error());
  return find_stream_head(*view, stream);
}

Result<std::vector<StreamHead>> Log::streams(std::string_view prefix, std::string_view after, std::size_t limit) {
  if (limit > kStreamsPageMax) {
    return fail(Code::too_large, "a page of " + std::to_string(limit) + " streams; at most " +
                                     std::to_string(kStreamsPageMax) + " are allowed");
  }
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  const auto view = impl_->indexed_view();
  if (!view) return std::unexpected(view.error());
  return find_streams(*view, prefix, after, limit);
}

Result<void> Log::flush_index() {
  return impl_->flush_index();
}

Result<Sequence> Log::refresh() {
  const auto use = impl_->core.enter();
  if (!use) return std::unexpected(use.error());
  if (impl_->follower) {
    if (auto ok = impl_->follower->refresh(); !ok) return std::unexpected(std::move(ok.error()));
  }
  return head();
}

}  // namespace daybook
