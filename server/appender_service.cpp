// The window of the client's streaming calls bounds what is on its way; each is answered when it is judged.
#include "server/appender_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "net/wire_error.h"
#include "server/station.h"

namespace daybook::server {
namespace {

constexpr std::chrono::hours kTimeoutMax{1};

}  // namespace

/// The commits of one call, until they are judged. The caller may take the call back before.
class AppenderService::Written {
 public:
  Written(AppenderService& service, std::uint64_t first, std::size_t commits)
      : service_(service), first_(first), commits_(commits) {}
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  ~Written() {
    if (judged_) return;
    judge(AppendResults(commits_, fail(Code::closed, "the call was taken back", Outcome::may_have_been_appended)));
  }

  void judge(const AppendResults& results) {
    judged_ = true;
    service_.count(first_, results);
  }

 private:
  AppenderService& service_;
  std::uint64_t first_;
  std::size_t commits_;
  bool judged_ = false;
};

Result<void> check_append(const Visitor& visitor, std::size_t commits, std::chrono::nanoseconds timeout) {
  if (visitor.core.calls.stopping()) return std::unexpected(stopping_error(Outcome::not_appended));
  if (commits > kCommitsOfCallMax) {
    return fail(Code::too_large,
                "a call with " + std::to_string(commits) + " commits; at most " + std::to_string(kCommitsOfCallMax) +
                    " are allowed",
                Outcome::not_appended);
  }
  if (timeout < std::chrono::nanoseconds(0) || timeout > kTimeoutMax) {
    return fail(Code::invalid, "an append's timeout is from 0 to 1 hour", Outcome::not_appended);
  }
  return {};
}

kj::Promise<void> AppenderService::write(WriteContext context) {
  const auto commits = context.getParams().getCommits();
  const std::uint64_t first = written_;
  written_ += commits.size();
  if (auto allowed = check_append(*visitor_, commits.size(), timeout_); !allowed) {
    count(first, AppendResults(commits.size(), std::unexpected(allowed.error())));
    return kj::READY_NOW;
  }
  context.allowCancellation();
  auto written = kj::heap<Written>(*this, first, commits.size());
  return visitor_->station.appends()
      .append(CommitList(commits), timeout_)
      .then([written = kj::mv(written)](const AppendResults& results) mutable { written->judge(results); })
      .attach(visitor_->core.calls.begin());
}

void AppenderService::count(std::uint64_t first, const AppendResults& results) {
  judged_ += results.size();
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i]) {
      ++appended_;
      last_ = std::max(last_, results[i]->last.value());
    } else {
      refuse(first + i, results[i].error());
    }
  }
  if (judged_ < written_) return;
  for (auto& finishing : finishing_) finishing->fulfill();
  finishing_.clear();
}

void AppenderService::refuse(std::uint64_t at, const Error& error) {
  ++refused_;
  if (error_ && at > first_refused_) return;
  first_refused_ = at;
  error_ = error;
}

kj::Promise<void> AppenderService::finish(FinishContext context) {
  kj::Promise<void> judged = kj::READY_NOW;
  if (judged_ < written_) {
    auto pair = kj::newPromiseAndFulfiller<void>();
    finishing_.add(kj::mv(pair.fulfiller));
    judged = kj::mv(pair.promise);
  }
  context.allowCancellation();
  return judged
      .then([this, context]() mutable {
        auto results = context.getResults();
        results.setCommits(appended_);
        results.setRefused(refused_);
        results.setLast(last_);
        results.setFirstRefused(first_refused_);
        if (error_) net::to_wire(*error_, results.initError());
      })
      .attach(visitor_->core.calls.begin());
}

}  // namespace daybook::server
