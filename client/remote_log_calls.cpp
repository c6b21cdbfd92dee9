// Each of these is one request and what its answer says. What is asked for is checked here as far as an embedded log
// would check it, so that the errors are the same; what is answered is checked because a server may say anything.
#include "client/remote_cursor.h"
#include "client/remote_log.h"
#include "client/remote_subscription.h"
#include "net/wire_batch.h"
#include "net/wire_error.h"
#include "net/wire_ids.h"
#include "net/wire_status.h"

namespace daybook::client {
namespace {

/// As an embedded log.
constexpr std::size_t kStreamsPageMax = 100'000;

}  // namespace

Result<Checkpoint> RemoteLog::checkpoint_at(Sequence sequence) {
  return loop_.ask<Checkpoint>([sequence](Uplink& uplink) {
    auto request = uplink.log().checkpointAtRequest();
    request.setSequence(sequence.value());
    return request.send().then([](auto&& answer) -> Result<Checkpoint> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      return net::from_wire(answer.getCheckpoint());
    });
  });
}

Result<void> RemoteLog::check(const Checkpoint& checkpoint) {
  return loop_.ask<void>([checkpoint](Uplink& uplink) {
    auto request = uplink.log().checkRequest();
    net::to_wire(checkpoint, request.initCheckpoint());
    return request.send().then([](auto&& answer) { return net::error_of(answer); });
  });
}

Result<PinnedEvent> RemoteLog::get(Sequence sequence) {
  return loop_.ask<PinnedEvent>([sequence](Uplink& uplink) {
    auto request = uplink.log().getRequest();
    request.setSequence(sequence.value());
    return request.send().then([sequence](auto&& answer) -> Result<PinnedEvent> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      const auto batch = net::from_wire(answer.getBatch());
      if (!batch) return std::unexpected(batch.error());
      if (batch->size() != 1 || (*batch)[0].sequence() != sequence) {
        return fail(Code::corruption, "the server sent another event than " + std::to_string(sequence.value()));
      }
      return PinnedEvent(batch->block(), (*batch)[0].index());
    });
  });
}

Result<Sequence> RemoteLog::first_at(Timestamp time) {
  return loop_.ask<Sequence>([time](Uplink& uplink) {
    auto request = uplink.log().firstAtRequest();
    request.setTime(time.time_since_epoch().count());
    return request.send().then([](auto&& answer) -> Result<Sequence> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      return Sequence(answer.getSequence());
    });
  });
}

Result<Sequence> RemoteLog::sequence_of(std::string_view stream, Version version) {
  return loop_.ask<Sequence>([stream = std::string(stream), version](Uplink& uplink) {
    auto request = uplink.log().sequenceOfRequest();
    request.setStream(net::text_of(stream));
    request.setVersion(version.value());
    return request.send().then([](auto&& answer) -> Result<Sequence> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      return Sequence(answer.getSequence());
    });
  });
}

Result<Cursor> RemoteLog::read(const ReadOptions& options) {
  if (auto ok = options.query.check(); !ok) return std::unexpected(std::move(ok.error()));
  auto cursor = RemoteCursor::open(loop_, options);
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  return Cursor(std::move(*cursor));
}

Result<std::unique_ptr<Subscription>> RemoteLog::subscribe(const SubscribeOptions& options) {
  if (auto ok = options.query.check(); !ok) return std::unexpected(std::move(ok.error()));
  auto mailbox = std::make_shared<Mailbox>(loop_.options().subscription_bytes_max);
  const auto number = loop_.subscribe(options, mailbox);
  if (!number) return std::unexpected(number.error());
  return std::make_unique<Subscription>(std::make_unique<RemoteSubscription>(loop_, *number, std::move(mailbox)));
}

Result<StreamHead> RemoteLog::stream_head(std::string_view stream) {
  return loop_.ask<StreamHead>([stream = std::string(stream)](Uplink& uplink) {
    auto request = uplink.log().streamHeadRequest();
    request.setStream(net::text_of(stream));
    return request.send().then([](auto&& answer) -> Result<StreamHead> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      return net::from_wire(answer.getHead());
    });
  });
}

Result<std::vector<StreamHead>> RemoteLog::streams(std::string_view prefix, std::string_view after, std::size_t limit) {
  if (limit > kStreamsPageMax) {
    return fail(Code::too_large, "a page of " + std::to_string(limit) + " streams; at most " +
                                     std::to_string(kStreamsPageMax) + " are allowed");
  }
  std::vector<StreamHead> heads;
  std::string last(after);
  while (heads.size() < limit) {
    const std::size_t left = limit - heads.size();
    auto page = loop_.ask<std::vector<StreamHead>>([prefix = std::string(prefix), last, left](Uplink& uplink) {
      auto request = uplink.log().streamsRequest();
      request.setPrefix(net::text_of(prefix));
      request.setAfter(net::text_of(last));
      request.setLimit(static_cast<std::uint32_t>(left));
      return request.send().then([left](auto&& answer) -> Result<std::vector<StreamHead>> {
        if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
        return net::from_wire(answer.getStreams(), left);
      });
    });
    if (!page) return page;
    if (page->empty()) break;
    if (page->front().stream <= last && !last.empty()) {
      return fail(Code::corruption, "the server's list of streams goes back to " + page->front().stream);
    }
    last = page->back().stream;
    std::ranges::move(*page, std::back_inserter(heads));
  }
  return heads;
}

Result<Statistics> RemoteLog::statistics() {
  return loop_.ask<Statistics>([](Uplink& uplink) {
    return uplink.log().statisticsRequest().send().then([](auto&& answer) -> Result<Statistics> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      return net::from_wire(answer.getStatistics());
    });
  });
}

Result<Sequence> RemoteLog::refresh() {
  return loop_.ask<Sequence>([](Uplink& uplink) {
    return uplink.log().headRequest().send().then([&uplink](auto&& answer) -> Result<Sequence> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      uplink.heard(Sequence(answer.getHead()));
      return uplink.head();
    });
  });
}

}  // namespace daybook::client
