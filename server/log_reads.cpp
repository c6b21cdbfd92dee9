// Calls that only read. Each runs on a reader thread; its answer is written on the loop.
#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "daybook/limits.h"
#include "net/wire_batch.h"
#include "net/wire_error.h"
#include "net/wire_gap.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"
#include "net/wire_status.h"
#include "net/wire_text.h"
#include "server/log_service.h"

namespace daybook::server {
namespace {

constexpr std::uint32_t kStreamsPageMax = 10'000;
/// Where the caller leaves the size of a page to the server.
constexpr std::size_t kPageBytesDefault = std::size_t{256} << 10;

/// A stream's name, or its beginning, of at most the bytes that one can have.
Result<std::string> stream_of(capnp::Text::Reader text) {
  if (text.size() > kStreamBytesMax) return net::beyond("a stream's name", text.size(), kStreamBytesMax, "bytes");
  return net::string_of(text);
}

Result<ReadOptions> request_of(rpc::Log::ReadParams::Reader params) {
  auto query = net::from_wire(params.getQuery());
  if (!query) return std::unexpected(std::move(query.error()));
  return ReadOptions{.from = Sequence(params.getFrom()),
                     .through = std::min(Sequence(params.getThrough()), kSequenceMax),
                     .query = std::move(*query),
                     .direction = params.getBackward() ? Direction::backward : Direction::forward,
                     .limit = params.getLimit()};
}

}  // namespace

template <class T, class Context, class Write>
kj::Promise<void> LogService::answer(Context context, std::move_only_function<Result<T>()> job, Write write) {
  if (visitor_->core.calls.stopping()) {
    net::to_wire(stopping_error(), context.getResults().initError());
    return kj::READY_NOW;
  }
  context.releaseParams();
  context.allowCancellation();
  return visitor_->read<T>(std::move(job))
      .then([context, write = std::move(write)](Result<T> result) mutable {
        if (!result) {
          net::to_wire(result.error(), context.getResults().initError());
        } else {
          if constexpr (std::is_void_v<T>) {
            write(context);
          } else {
            write(context, *result);
          }
        }
      })
      .attach(visitor_->core.calls.begin());
}

/// Pieces in which nothing is found are searched one after the other; in between, others have their turn. `first` is
/// what the first piece said of the whole read.
kj::Promise<Result<Page>> LogService::page(ReadOptions request, std::size_t bytes_max, std::optional<Page> first) {
  Log& log = visitor_->core.log;
  auto read = visitor_->read<Page>([&log, request, bytes_max] { return read_page(log, request, bytes_max); });
  return read.then([this, request = std::move(request), bytes_max,
                    first = std::move(first)](Result<Page> found) mutable -> kj::Promise<Result<Page>> {
    if (found && first) {
      found->plan = first->plan;
      found->through = first->through;
    }
    if (!found || !found->unfinished) return kj::mv(found);
    if (request.direction == Direction::forward) {
      request.from = found->next;
      request.through = found->through;
    } else {
      request.through = found->next;
    }
    if (!first) first = std::move(*found);
    return page(std::move(request), bytes_max, std::move(first));
  });
}

kj::Promise<void> LogService::read(ReadContext context) {
  const auto params = context.getParams();
  auto request = request_of(params);
  if (visitor_->core.calls.stopping()) request = std::unexpected(stopping_error());
  if (!request) {
    net::to_wire(request.error(), context.getResults().initError());
    return kj::READY_NOW;
  }
  const std::size_t wanted = params.getBytesMax() == 0 ? kPageBytesDefault : params.getBytesMax();
  context.releaseParams();
  context.allowCancellation();
  return page(std::move(*request), std::min(wanted, kPageBytesMax), std::nullopt)
      .then([context](Result<Page> found) mutable {
        auto results = context.getResults();
        if (!found) {
          net::to_wire(found.error(), results.initError());
          return;
        }
        auto list = results.initBatches(static_cast<unsigned>(found->batches.size()));
        for (unsigned i = 0; i < found->batches.size(); ++i) net::to_wire(found->batches[i], list[i]);
        results.setThrough(found->through.value());
        results.setNext(found->next.value());
        results.setDone(found->done);
        net::to_wire(found->plan, results.initPlan());
        if (found->gap) net::to_wire(*found->gap, results.initGap());
      })
      .attach(visitor_->core.calls.begin());
}

kj::Promise<void> LogService::get(GetContext context) {
  Log& log = visitor_->core.log;
  const Sequence sequence(context.getParams().getSequence());
  return answer<net::PackedBatch>(
      context,
      [&log, sequence]() -> Result<net::PackedBatch> {
        const auto event = log.get(sequence);
        if (!event) return std::unexpected(event.error());
        const std::uint32_t index = event->view().index();
        return net::PackedBatch(Batch(event->block(), index, index, Direction::forward));
      },
      [](GetContext& to, const net::PackedBatch& batch) { net::to_wire(batch, to.getResults().initBatch()); });
}

kj::Promise<void> LogService::head(HeadContext context) {
  const auto call = visitor_->core.calls.begin();
  context.getResults().setHead(visitor_->core.log.head().value());
  return kj::READY_NOW;
}

kj::Promise<void> LogService::checkpointAt(CheckpointAtContext context) {
  Log& log = visitor_->core.log;
  const Sequence sequence(context.getParams().getSequence());
  return answer<Checkpoint>(
      context, [&log, sequence] { return log.checkpoint_at(sequence); },
      [](CheckpointAtContext& to, const Checkpoint& checkpoint) {
        net::to_wire(checkpoint, to.getResults().initCheckpoint());
      });
}

kj::Promise<void> LogService::check(CheckContext context) {
  Log& log = visitor_->core.log;
  const Checkpoint checkpoint = net::from_wire(context.getParams().getCheckpoint());
  return answer<void>(
      context, [&log, checkpoint] { return log.check(checkpoint); }, [](CheckContext& to) { to.getResults(); });
}

kj::Promise<void> LogService::firstAt(FirstAtContext context) {
  Log& log = visitor_->core.log;
  const Timestamp time(std::chrono::nanoseconds(context.getParams().getTime()));
  return answer<Sequence>(
      context, [&log, time] { return log.first_at(time); },
      [](FirstAtContext& to, Sequence sequence) { to.getResults().setSequence(sequence.value()); });
}

kj::Promise<void> LogService::sequenceOf(SequenceOfContext context) {
  Log& log = visitor_->core.log;
  auto stream = stream_of(context.getParams().getStream());
  const Version version(context.getParams().getVersion());
  return answer<Sequence>(
      context,
      [&log, stream = std::move(stream), version]() -> Result<Sequence> {
        if (!stream) return std::unexpected(stream.error());
        return log.sequence_of(*stream, version);
      },
      [](SequenceOfContext& to, Sequence sequence) { to.getResults().setSequence(sequence.value()); });
}

kj::Promise<void> LogService::streamHead(StreamHeadContext context) {
  Log& log = visitor_->core.log;
  auto stream = stream_of(context.getParams().getStream());
  return answer<StreamHead>(
      context,
      [&log, stream = std::move(stream)]() -> Result<StreamHead> {
        if (!stream) return std::unexpected(stream.error());
        return log.stream_head(*stream);
      },
      [](StreamHeadContext& to, const StreamHead& found) { net::to_wire(found, to.getResults().initHead()); });
}

kj::Promise<void> LogService::streams(StreamsContext context) {
  Log& log = visitor_->core.log;
  const auto params = context.getParams();
  auto prefix = stream_of(params.getPrefix());
  auto after = stream_of(params.getAfter());
  const std::uint32_t limit = std::min(params.getLimit(), kStreamsPageMax);
  return answer<std::vector<StreamHead>>(
      context,
      [&log, prefix = std::move(prefix), after = std::move(after), limit]() -> Result<std::vector<StreamHead>> {
        if (!prefix) return std::unexpected(prefix.error());
        if (!after) return std::unexpected(after.error());
        auto found = log.streams(*prefix, *after, limit);
        std::size_t bytes = 0;
        for (std::size_t i = 0; found && i < found->size(); ++i) {
          bytes += (*found)[i].stream.size() + 64;
          if (bytes > kPageBytesMax) found->resize(i + 1);
        }
        return found;
      },
      [](StreamsContext& to, const std::vector<StreamHead>& found) {
        auto list = to.getResults().initStreams(static_cast<unsigned>(found.size()));
        for (unsigned i = 0; i < found.size(); ++i) net::to_wire(found[i], list[i]);
      });
}

kj::Promise<void> LogService::statistics(StatisticsContext context) {
  Log& log = visitor_->core.log;
  return answer<Statistics>(
      context, [&log] { return log.statistics(); },
      [](StatisticsContext& to, const Statistics& found) { net::to_wire(found, to.getResults().initStatistics()); });
}

}  // namespace daybook::server
