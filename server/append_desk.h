// Where a loop's appends go through: into the log's queue while it has room, in the order in which they came, and back
// with what the log said. A full queue makes calls wait here, never the loop.
//
// Threads: the loop's. Owns: the calls in progress, as long as the log may still answer.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <kj/async.h>
#include <rpc.capnp.h>

#include "daybook/event.h"
#include "daybook/log.h"
#include "net/loop.h"
#include "server/answer_box.h"

namespace daybook::server {

/// Commits that are on their way to the log, or waiting for it, of all loops of a server. Shared by each commit in the
/// log's queue, which may be judged after the server is gone.
struct AppendsInProgress {
  std::atomic<std::size_t> message_bytes{0};  ///< Of the calls.
  std::atomic<std::size_t> commits{0};        ///< In the log's queue.
  std::atomic<std::size_t> commit_bytes{0};   ///< Likewise, as encoded.
};

/// The commits of one call, in its message.
class CommitList {
 public:
  explicit CommitList(rpc::Commit::Reader one) : one_(one), count_(1) {}
  explicit CommitList(capnp::List<rpc::Commit>::Reader many) : many_(many), count_(many.size()) {}
  [[nodiscard]] std::uint32_t size() const { return count_; }
  [[nodiscard]] rpc::Commit::Reader operator[](std::uint32_t at) const { return one_ ? *one_ : many_[at]; }
  /// What they take in the message.
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::optional<rpc::Commit::Reader> one_;
  capnp::List<rpc::Commit>::Reader many_;
  std::uint32_t count_;
};

/// One result a commit, in order.
using AppendResults = std::vector<Result<Appended>>;

class AppendDesk final : private kj::TaskSet::ErrorHandler {
 public:
  /// `message_bytes_max`: of one call; `progress_bytes_max`: of all in `progress`, which is the server's.
  AppendDesk(net::Loop& loop, Log& log, std::shared_ptr<AppendsInProgress> progress, std::size_t message_bytes_max,
             std::size_t progress_bytes_max);
  ~AppendDesk();
  AppendDesk(const AppendDesk&) = delete;
  AppendDesk& operator=(const AppendDesk&) = delete;

  /// Appends `commits` as if one by one, and tells what became of each once all are judged. `commits` is read until
  /// then; dropping the promise keeps those back that the log has not got yet.
  [[nodiscard]] kj::Promise<AppendResults> append(CommitList commits, std::chrono::nanoseconds timeout);

  /// Calls in progress, abandoned ones among them.
  [[nodiscard]] std::size_t calls() const { return calls_.size(); }

 private:
  void advance_waiting();
  [[nodiscard]] bool advance(AppendCall& call);
  [[nodiscard]] bool submit(AppendCall& call);
  void expire(AppendCall& call);
  void finish(AppendCall& call);
  void abandon(AppendCall& call);
  void fetch();
  void retry_soon();
  void taskFailed(kj::Exception&& exception) override;

  net::Loop& loop_;
  Log& log_;
  const std::shared_ptr<AppendsInProgress> progress_;
  const std::size_t message_bytes_max_;
  const std::size_t progress_bytes_max_;
  const std::shared_ptr<AnswerBox> box_;
  std::unordered_map<AppendCall*, std::shared_ptr<AppendCall>> calls_;
  std::deque<AppendCall*> waiting_;  ///< For room in the log's queue.
  bool retrying_ = false;
  kj::TaskSet tasks_;
};

}  // namespace daybook::server
