// Threads only call step(): what happens in a step is in the sequencer and the indexer, where a simulation can drive
// it.
#include "log/local_log.h"

#include <system_error>

#include <rocksdb/env.h>

#include "api/validate.h"
#include "base/logger.h"
#include "base/thread_name.h"

namespace daybook {
namespace {

/// Closing indexes what is behind only where replaying it at the next open would be felt.
constexpr std::size_t kIndexAtCloseEvents = 4096;
constexpr std::chrono::hours kTimeoutMax{1};

}  // namespace

Writer::Writer(Core& core, WriterState given)
    : state(std::move(given)),
      ids(*core.options.clock, core.options.seed),
      queue(core.options.queue_commits_max, core.options.queue_bytes_max),
      completions(core, queue),
      sequencer(core, queue, completions, state.head_file.get(), state.last_block),
      indexer(core) {}

LocalLog::LocalLog(const std::filesystem::path& directory, const Options& options, rocksdb::Env* env, Drive drive)
    : drive_(drive),
      memory_(options.in_memory && env == nullptr ? rocksdb::NewMemEnv(rocksdb::Env::Default()) : nullptr),
      core(options, directory,
           env != nullptr ? *env
           : memory_      ? *memory_
                          : *rocksdb::Env::Default()) {}

LocalLog::~LocalLog() {
  static_cast<void>(close());
}

Result<void> LocalLog::open() {
  if (core.options.mode == Mode::read_only) {
    auto opened = Follower::open(core);
    if (!opened) return std::unexpected(std::move(opened.error()));
    follower = std::move(*opened);
    return {};
  }
  auto state = open_writer(core);
  if (!state) return std::unexpected(std::move(state.error()));
  writer_ = std::make_unique<Writer>(core, std::move(*state));
  return drive_ == Drive::threads ? start_threads() : Result<void>();
}

Result<void> LocalLog::start_threads() {
  try {
    writer_->completions.start();
    writer_->sequencer_thread = std::thread([this] { run_sequencer(); });
    writer_->indexer_thread = std::thread([this] { run_indexer(); });
  } catch (const std::system_error& error) {
    return fail(Code::io, std::string("cannot start the log's threads: ") + error.what());
  }
  return {};
}

void LocalLog::run_sequencer() {
  name_this_thread("daybook-seq");
  Writer& writer = *writer_;
  const auto tail = core.tail();
  while (true) {
    if (writer.sequencer.step()) continue;
    if (writer.queue.closed_and_empty()) return;
    if (writer.sequencer.waits_for_indexer()) {
      tail->wait([&] { return !writer.sequencer.waits_for_indexer(); });
    } else {
      writer.queue.wait();
    }
  }
}

void LocalLog::run_indexer() {
  name_this_thread("daybook-index");
  Writer& writer = *writer_;
  const auto tail = core.tail();
  while (true) {
    tail->wait([&] { return tail->oldest_frozen() != nullptr || writer.stopping.load(std::memory_order_acquire); });
    if (step_indexer()) continue;
    if (writer.stopping.load(std::memory_order_acquire) || writer.sequencer.index_has_failed()) return;
  }
}

bool LocalLog::step_indexer() {
  Writer& writer = *writer_;
  if (writer.sequencer.index_has_failed()) return false;
  const auto stepped = writer.indexer.step();
  if (stepped) return *stepped;
  writer.sequencer.index_failed(stepped.error());
  log_error("writing postings failed error=" + stepped.error().message +
            "; appends go on until the tail is full, then they are refused");
  core.tail()->ring();
  return false;
}

/// What the threads do until they end.
void LocalLog::finish_by_steps() {
  while (!writer_->queue.closed_and_empty()) {
    if (!step_sequencer() && writer_->sequencer.waits_for_indexer()) step_indexer();
  }
}

void LocalLog::stop_threads() {
  Writer& writer = *writer_;
  writer.queue.close();
  if (drive_ == Drive::steps) finish_by_steps();
  if (writer.sequencer_thread.joinable()) writer.sequencer_thread.join();
  const auto tail = core.tail();
  if (tail->event_count() > kIndexAtCloseEvents && !writer.sequencer.is_broken()) tail->freeze();
  writer.stopping.store(true, std::memory_order_release);
  tail->ring();
  if (writer.indexer_thread.joinable()) writer.indexer_thread.join();
  while (drive_ == Drive::steps && step_indexer()) {
  }
  writer.completions.stop();
}

Result<void> LocalLog::close() {
  if (!core.shut() || !writer_) return {};
  stop_threads();
  const Result<void> closed = core.options.in_memory || writer_->sequencer.is_broken() ? Result<void>() : settle();
  core.replace(nullptr, core.tail());  // closes RocksDB, unless a cursor still reads
  writer_->state.lock.reset();
  return closed;
}

/// Nobody appends any more: what is in the WAL goes to table files, which are synced, and HEAD says so.
Result<void> LocalLog::settle() {
  if (auto flushed = core.store()->flush(); !flushed) return flushed;
  HeadFile& head_file = *writer_->state.head_file;
  if (auto stored = head_file.store_durable(core.head.head()); !stored) return stored;
  return head_file.store_closed();
}

Result<View> LocalLog::indexed_view() {
  if (follower) return follower->indexed_view();
  return core.view();
}

Result<RequestPtr> LocalLog::prepare(Commit commit, const AppendOptions& options) {
  const auto not_appended = [](Error error) {
    error.outcome = Outcome::not_appended;
    return std::unexpected(std::move(error));
  };
  const auto use = core.enter();
  if (!use) return not_appended(use.error());
  if (!writer_) return not_appended({.code = Code::unsupported, .message = "the log is opened read-only"});
  if (auto ok = check_commit(commit); !ok) return not_appended(std::move(ok.error()));
  if (options.timeout > kTimeoutMax || options.timeout < std::chrono::nanoseconds(0)) {
    return not_appended({.code = Code::invalid, .message = "an append's timeout must be from 0 to 1 hour"});
  }
  std::size_t without_id = 0;
  for (const Event& event : commit.events) without_id += event.id ? 0 : 1;
  auto request = std::make_shared<AppendRequest>(std::move(commit), writer_->ids.make(without_id));
  request->deadline = core.options.clock->steady_now() + options.timeout;
  request->new_key = options.new_key;
  if (auto ok = look_up(core, core.view(), *request); !ok) return not_appended(std::move(ok.error()));
  return request;
}

Result<Appended> LocalLog::wait_for(AppendRequest& request) {
  const auto told = [&] { return request.told.load(std::memory_order_acquire); };
  for (bool in_time = true; in_time && !told();) {
    const std::uint32_t seen = request.gong->strokes();
    if (!told()) in_time = request.gong->wait_until(seen, request.deadline);
  }
  if (told()) return request.result ? std::move(*request.result) : result_of(request);
  auto state = AppendRequest::State::waiting;
  if (request.state.compare_exchange_strong(state, AppendRequest::State::abandoned) ||
      state == AppendRequest::State::abandoned) {
    return fail(Code::timeout, "the deadline passed while the commit was queued", Outcome::not_appended);
  }
  // The sequencer has it. Whether it was in time is its to say, and a verdict may be on its way.
  return fail(Code::timeout, "the deadline passed while the commit was being written", Outcome::may_have_been_appended);
}

Result<void> LocalLog::flush_index() {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  if (!writer_) return fail(Code::unsupported, "the log is opened read-only");
  const Sequence head = core.head.head();
  const auto tail = core.tail();
  writer_->sequencer.request_freeze();
  writer_->queue.wake();
  const auto done = [&] {
    return tail->set()->indexed_through >= head || writer_->sequencer.index_has_failed() ||
           writer_->sequencer.is_broken() || core.closed();
  };
  if (drive_ == Drive::threads) tail->wait(done);
  while (drive_ == Drive::steps && !done()) step_sequencer() || step_indexer();
  if (tail->set()->indexed_through >= head) return {};
  if (core.closed()) return fail(Code::closed, "the log is closed");
  if (writer_->sequencer.is_broken()) {
    return fail(Code::closed, "an earlier append failed, so the log is read-only until it is opened again");
  }
  return fail(Code::io, "writing the postings failed; see the log");
}

}  // namespace daybook
