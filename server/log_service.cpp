// Appends and subscriptions; what only reads is in log_reads.cpp.
#include "server/log_service.h"

#include <memory>
#include <utility>

#include "net/wire_commit.h"
#include "net/wire_error.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"
#include "server/append_desk.h"
#include "server/appender_service.h"
#include "server/feed_source.h"
#include "server/station.h"
#include "server/subscription_service.h"

namespace daybook::server {

kj::Promise<void> LogService::append(AppendContext context) {
  const auto params = context.getParams();
  const std::chrono::nanoseconds timeout(params.getTimeout());
  if (auto allowed = check_append(*visitor_, 1, timeout); !allowed) {
    net::to_wire(allowed.error(), context.getResults().initError());
    return kj::READY_NOW;
  }
  context.allowCancellation();
  return visitor_->station.appends()
      .append(CommitList(params.getCommit()), timeout)
      .then([context](server::AppendResults results) mutable {
        context.releaseParams();
        const Result<Appended>& result = results.front();
        if (result) {
          net::to_wire(*result, context.getResults().initAppended());
        } else {
          net::to_wire(result.error(), context.getResults().initError());
        }
      })
      .attach(visitor_->core.calls.begin());
}

kj::Promise<void> LogService::appendMany(AppendManyContext context) {
  const auto params = context.getParams();
  const std::chrono::nanoseconds timeout(params.getTimeout());
  if (auto allowed = check_append(*visitor_, params.getCommits().size(), timeout); !allowed) {
    net::to_wire(allowed.error(), context.getResults().initError());
    return kj::READY_NOW;
  }
  context.allowCancellation();
  return visitor_->station.appends()
      .append(CommitList(params.getCommits()), timeout)
      .then([context](server::AppendResults results) mutable {
        context.releaseParams();
        auto list = context.getResults().initResults(static_cast<unsigned>(results.size()));
        for (unsigned i = 0; i < results.size(); ++i) net::to_wire(results[i], list[i]);
      })
      .attach(visitor_->core.calls.begin());
}

kj::Promise<void> LogService::appender(AppenderContext context) {
  const auto call = visitor_->core.calls.begin();
  const std::chrono::nanoseconds timeout(context.getParams().getTimeout());
  auto results = context.getResults();
  if (auto allowed = check_append(*visitor_, 0, timeout); !allowed) {
    net::to_wire(allowed.error(), results.initError());
  } else {
    results.setAppender(kj::heap<AppenderService>(kj::addRef(*visitor_), timeout));
  }
  return kj::READY_NOW;
}

kj::Promise<void> LogService::subscribe(SubscribeContext context) {
  const auto params = context.getParams();
  auto start = net::from_wire(params.getStart());
  auto query = net::from_wire(params.getQuery());
  if (visitor_->core.calls.stopping() || !start || !query) {
    const Error error = visitor_->core.calls.stopping() ? stopping_error() : !start ? start.error() : query.error();
    net::to_wire(error, context.getResults().initError());
    return kj::READY_NOW;
  }
  SubscribeOptions options{.from = *start, .query = std::move(*query)};
  Log& log = visitor_->core.log;
  context.allowCancellation();
  return visitor_
      ->read<std::unique_ptr<FeedSource>>(
          [&log, options = std::move(options)] { return FeedSource::open(log, options); })
      .then([this, context](Result<std::unique_ptr<FeedSource>> source) mutable {
        auto results = context.getResults();
        if (source && visitor_->connection == nullptr) source = std::unexpected(stopping_error());
        if (!source) {
          net::to_wire(source.error(), results.initError());
          return;
        }
        net::to_wire((*source)->position(), results.initPosition());
        results.setSubscription(kj::heap<SubscriptionService>(kj::addRef(*visitor_), std::move(*source),
                                                              context.getParams().getSubscriber(),
                                                              visitor_->connection->hold()));
        context.releaseParams();
      })
      .attach(visitor_->core.calls.begin());
}

}  // namespace daybook::server
