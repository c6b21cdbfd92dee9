// Back-pressure: Log::append_async says `busy` where its queue is full, and has then used up the commit. So while the
// queue is not nearly empty a commit goes in as a copy, and is kept until it was taken. Room is made by any loop's
// commits, so besides looking after each answer a desk with waiting calls looks once a millisecond.
//
// A caller that goes away leaves its commits to be judged: the log has them.
#include "server/append_desk.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "net/wire_commit.h"
#include "schema/event_codec.h"

namespace daybook::server {
namespace {

constexpr std::chrono::milliseconds kRetryEvery{1};

std::size_t encoded_bytes(const Commit& commit) {
  std::size_t words = 0;
  for (const Event& event : commit.events) words += encoded_words(event);
  return 8 * words;
}

}  // namespace

/// A commit in the log's queue keeps its place in the figures until the log has told of it, whoever still listens.
class QueuePlace {
 public:
  QueuePlace(std::shared_ptr<AppendsInProgress> progress, std::size_t bytes)
      : progress_(std::move(progress)), bytes_(bytes) {
    progress_->commits.fetch_add(1, std::memory_order_relaxed);
    progress_->commit_bytes.fetch_add(bytes_, std::memory_order_relaxed);
  }
  QueuePlace(QueuePlace&& other) noexcept = default;
  QueuePlace& operator=(QueuePlace&&) = delete;
  QueuePlace(const QueuePlace&) = delete;
  QueuePlace& operator=(const QueuePlace&) = delete;
  ~QueuePlace() {
    if (progress_ == nullptr) return;
    progress_->commits.fetch_sub(1, std::memory_order_relaxed);
    progress_->commit_bytes.fetch_sub(bytes_, std::memory_order_relaxed);
  }

 private:
  std::shared_ptr<AppendsInProgress> progress_;  ///< nullptr: moved from.
  std::size_t bytes_;
};

/// One call of a client.
class AppendCall {
 public:
  AppendCall(CommitList list, std::chrono::steady_clock::time_point when, std::size_t decode_bytes)
      : commits(list), results(list.size()), deadline(when), bytes_left(decode_bytes), bytes(list.bytes()) {}

  CommitList commits;
  std::vector<std::optional<Result<Appended>>> results;
  std::chrono::steady_clock::time_point deadline;
  std::size_t bytes_left;        ///< That decoding may still allocate.
  std::size_t bytes;             ///< Of its message.
  std::uint32_t submitted = 0;   ///< Commits that the log has got, or refused.
  std::uint32_t unanswered = 0;  ///< Of these, still to be judged.
  std::optional<Commit> next{};  ///< The one behind these, decoded, where it has to wait.
  bool finished = false;
  kj::Maybe<kj::Own<kj::PromiseFulfiller<AppendResults>>> caller;
};

std::size_t CommitList::bytes() const {
  std::uint64_t words = 0;
  if (one_) {
    words = one_->totalSize().wordCount;
  } else {
    for (const rpc::Commit::Reader commit : many_) words += commit.totalSize().wordCount;
  }
  return 8 * words;
}

AppendDesk::AppendDesk(net::Loop& loop, Log& log, std::shared_ptr<AppendsInProgress> progress,
                       std::size_t message_bytes_max, std::size_t progress_bytes_max)
    : loop_(loop),
      log_(log),
      progress_(std::move(progress)),
      message_bytes_max_(message_bytes_max),
      progress_bytes_max_(progress_bytes_max),
      box_(std::make_shared<AnswerBox>(loop, [this] { fetch(); })),
      tasks_(*this) {}

AppendDesk::~AppendDesk() {
  box_->close();
  for (const auto& call : calls_) progress_->message_bytes.fetch_sub(call.first->bytes);
}

kj::Promise<AppendResults> AppendDesk::append(CommitList commits, std::chrono::nanoseconds timeout) {
  auto call = std::make_shared<AppendCall>(commits, loop_.now() + timeout, 2 * message_bytes_max_);
  if (progress_->message_bytes.fetch_add(call->bytes) + call->bytes > progress_bytes_max_) {
    progress_->message_bytes.fetch_sub(call->bytes);
    return AppendResults(commits.size(),
                         fail(Code::busy, "too many appends are in progress; try again later", Outcome::not_appended));
  }
  AppendCall& entered = *call;
  calls_.emplace(&entered, call);
  auto pair = kj::newPromiseAndFulfiller<AppendResults>();
  entered.caller = kj::mv(pair.fulfiller);
  if (!waiting_.empty() || !advance(entered)) {
    waiting_.push_back(&entered);
    retry_soon();
  }
  // The fulfiller knows when nobody waits any more only when it is asked, so what the promise drags along tells.
  return pair.promise.attach(kj::defer([this, call = std::move(call)] {
    if (!call->finished) abandon(*call);
  }));
}

/// False: it must wait for room. True: the log has all of it; `call` may be gone.
bool AppendDesk::advance(AppendCall& call) {
  while (call.submitted < call.commits.size()) {
    if (!submit(call)) return false;
  }
  finish(call);
  return true;
}

/// Gives the next commit to the log. False: it must wait for room.
bool AppendDesk::submit(AppendCall& call) {
  const std::uint32_t at = call.submitted;
  if (!call.next) {
    auto decoded = net::from_wire(call.commits[at], call.bytes_left);
    if (!decoded) {
      call.results[at] = std::unexpected(std::move(decoded.error()));
      ++call.submitted;
      return true;
    }
    call.next = std::move(*decoded);
  }
  const auto left = call.deadline - loop_.now();
  const std::size_t bytes = encoded_bytes(*call.next);
  QueuePlace place(progress_, bytes);
  // More than half full: others may fill the rest before this one gets there.
  const bool crowded = 2 * progress_->commits.load(std::memory_order_relaxed) > log_.options().queue_commits_max ||
                       2 * progress_->commit_bytes.load(std::memory_order_relaxed) > log_.options().queue_bytes_max;
  auto queued = log_.append_async(crowded ? Commit(*call.next) : std::move(*call.next),
                                  [box = box_, of = &call, at, place = std::move(place)](Result<Appended> result) {
                                    box->put({.call = of, .commit = at, .result = std::move(result)});
                                  },
                                  {.timeout = std::max<std::chrono::nanoseconds>(left, std::chrono::nanoseconds(0)),
                                   .brief_completion = true,
                                   .new_key = call.commits[at].getNewKey()});
  if (!queued && queued.error().code == Code::busy && crowded && left > std::chrono::nanoseconds(0)) return false;
  call.next.reset();
  ++call.submitted;
  if (queued) {
    ++call.unanswered;
  } else {
    call.results[at] = std::unexpected(std::move(queued.error()));
  }
  return true;
}

/// Whoever waits longest goes first; a call that has waited too long is told so.
void AppendDesk::advance_waiting() {
  while (!waiting_.empty()) {
    AppendCall& call = *waiting_.front();
    if (loop_.now() >= call.deadline) {
      waiting_.pop_front();
      expire(call);
      continue;
    }
    if (!advance(call)) break;
    waiting_.pop_front();
  }
  if (!waiting_.empty()) retry_soon();
}

void AppendDesk::expire(AppendCall& call) {
  for (; call.submitted < call.commits.size(); ++call.submitted) {
    call.results[call.submitted] =
        fail(Code::timeout, "the append queue stayed full until the deadline", Outcome::not_appended);
  }
  call.next.reset();
  finish(call);
}

/// Tells the caller, if everything is judged; `call` is then gone.
void AppendDesk::finish(AppendCall& call) {
  if (call.submitted < call.commits.size() || call.unanswered > 0) return;
  KJ_IF_MAYBE (caller, call.caller) {
    AppendResults results;
    results.reserve(call.results.size());
    for (auto& result : call.results) results.push_back(std::move(*result));
    (*caller)->fulfill(std::move(results));
  }
  call.finished = true;
  progress_->message_bytes.fetch_sub(call.bytes);
  calls_.erase(&call);
}

/// Nobody waits for it any more, and its message goes.
void AppendDesk::abandon(AppendCall& call) {
  call.caller = nullptr;
  std::erase(waiting_, &call);
  for (; call.submitted < call.commits.size(); ++call.submitted) {
    call.results[call.submitted] = fail(Code::closed, "the caller is gone", Outcome::not_appended);
  }
  call.next.reset();
  finish(call);
}

void AppendDesk::fetch() {
  for (Answer& answer : box_->take()) {
    AppendCall& call = *answer.call;
    call.results[answer.commit] = std::move(answer.result);
    --call.unanswered;
    finish(call);
  }
  advance_waiting();
}

void AppendDesk::retry_soon() {
  if (std::exchange(retrying_, true)) return;
  tasks_.add(loop_.after(kRetryEvery).then([this] {
    retrying_ = false;
    advance_waiting();
  }));
}

void AppendDesk::taskFailed(kj::Exception&& /*exception*/) {
  DAYBOOK_CHECK(false, "waiting for a timer cannot fail");
}

}  // namespace daybook::server
