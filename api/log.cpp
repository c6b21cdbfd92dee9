// The public face, the same for every kind of log: a thin one, so that a program moves from an embedded log to a
// server's by the line that opens it.
#include "daybook/log.h"

#include "api/log_impl.h"

namespace daybook {

std::unique_ptr<Log> Log::Impl::face(std::unique_ptr<Impl> impl) {
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

Log::Impl& Log::Impl::of(Log& log) {
  return *log.impl_;
}

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

Result<void> Log::close() {
  return impl_->close();
}
LogId Log::id() const {
  return impl_->id();
}
Sequence Log::head() const {
  return impl_->head();
}
Result<Checkpoint> Log::head_checkpoint() {
  return impl_->checkpoint_at(head());
}
Result<Checkpoint> Log::checkpoint_at(Sequence sequence) {
  return impl_->checkpoint_at(sequence);
}
Result<void> Log::check(const Checkpoint& checkpoint) {
  return impl_->check(checkpoint);
}
Result<Appended> Log::append(Commit commit, AppendOptions options) {
  return impl_->append(std::move(commit), options);
}
Result<void> Log::append_async(Commit commit, Completion completion, AppendOptions options) {
  return impl_->append_async(std::move(commit), std::move(completion), options);
}
Result<Cursor> Log::read(const ReadOptions& options) {
  return impl_->read(options);
}
Result<PinnedEvent> Log::get(Sequence sequence) {
  return impl_->get(sequence);
}
Result<Placement> Log::placement(Sequence sequence) {
  return impl_->placement(sequence);
}
Result<Sequence> Log::first_at(Timestamp time) {
  return impl_->first_at(time);
}
Result<Sequence> Log::sequence_of(std::string_view stream, Version version) {
  return impl_->sequence_of(stream, version);
}
Result<std::unique_ptr<Subscription>> Log::subscribe(const SubscribeOptions& options) {
  return impl_->subscribe(options);
}
Result<StreamHead> Log::stream_head(std::string_view stream) {
  return impl_->stream_head(stream);
}
Result<std::vector<StreamHead>> Log::streams(std::string_view prefix, std::string_view after, std::size_t limit) {
  return impl_->streams(prefix, after, limit);
}
Result<Statistics> Log::statistics() {
  return impl_->statistics();
}
Result<VerifyReport> Log::verify(const std::function<bool(std::uint64_t, std::uint64_t)>& progress, VerifyScope scope) {
  return impl_->verify(progress, scope);
}
Result<void> Log::flush_index() {
  return impl_->flush_index();
}
Result<Sequence> Log::refresh() {
  return impl_->refresh();
}
std::optional<Error> Log::damage() const {
  return impl_->damage();
}
const std::filesystem::path& Log::directory() const {
  return impl_->directory();
}
const Options& Log::options() const {
  return impl_->options();
}

}  // namespace daybook
