// The wait for a sequence is on the loop, where waiting costs no thread; then a reader thread looks.
#include "server/projection_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/wire_error.h"
#include "net/wire_ids.h"
#include "net/wire_status.h"
#include "server/page_reader.h"
#include "server/projection_waiters.h"
#include "server/station.h"

namespace daybook::server {
namespace {

constexpr std::uint32_t kRowsPageMax = 10'000;
constexpr std::size_t kKeyBytesMax = 4096;

struct Found {
  std::optional<std::string> value;
  Checkpoint position;
};

struct Rows {
  std::vector<std::pair<std::string, std::string>> rows;
  bool done = true;
  Checkpoint position;
};

/// A page of rows: which, and how much.
struct RowsRequest {
  std::string prefix;
  std::string after;  ///< Empty: from the first.
  std::uint32_t limit = 0;
  std::size_t bytes_max = 0;
};

std::string bytes_of(capnp::Data::Reader data) {
  return {reinterpret_cast<const char*>(data.begin()), data.size()};
}

capnp::Data::Reader data_of(std::string_view bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

Result<std::string> key_of(capnp::Data::Reader data) {
  if (data.size() > kKeyBytesMax) {
    return fail(Code::too_large, "a key of " + std::to_string(data.size()) + " bytes; at most " +
                                     std::to_string(kKeyBytesMax) + " are allowed");
  }
  return bytes_of(data);
}

Result<RowsRequest> request_of(rpc::Projection::ScanParams::Reader params) {
  auto prefix = key_of(params.getPrefix());
  if (!prefix) return std::unexpected(std::move(prefix.error()));
  auto after = key_of(params.getAfter());
  if (!after) return std::unexpected(std::move(after.error()));
  const std::size_t bytes = params.getBytesMax() == 0 ? kPageBytesMax : params.getBytesMax();
  return RowsRequest{.prefix = std::move(*prefix),
                     .after = std::move(*after),
                     .limit = std::min(params.getLimit(), kRowsPageMax),
                     .bytes_max = std::min(bytes, kPageBytesMax)};
}

Result<Rows> rows_of(ProjectionHost& host, const RowsRequest& request) {
  Rows page;
  Result<void> scanned;
  std::size_t bytes = 0;
  page.position = host.read([&](State& state) {
    scanned = state.scan_after(request.prefix, request.after, [&](std::string_view key, std::string_view value) {
      if (page.rows.size() >= request.limit || bytes >= request.bytes_max) {
        page.done = false;
        return false;
      }
      page.rows.emplace_back(key, value);
      bytes += key.size() + value.size() + 32;
      return true;
    });
  });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  return page;
}

}  // namespace

kj::Promise<Result<void>> ProjectionService::at_least(std::uint64_t sequence, std::int64_t timeout_ns) {
  if (visitor_->core.calls.stopping()) return Result<void>(std::unexpected(stopping_error()));
  return visitor_->station.waiters_of(host_).wait(Sequence(sequence), std::chrono::nanoseconds(timeout_ns));
}

template <class T>
kj::Promise<Result<T>> ProjectionService::read(std::uint64_t sequence, std::int64_t timeout_ns,
                                               std::move_only_function<Result<T>()> job) {
  return at_least(sequence, timeout_ns)
      .then([this, job = std::move(job)](Result<void> reached) mutable -> kj::Promise<Result<T>> {
        if (!reached) return Result<T>(std::unexpected(std::move(reached.error())));
        return visitor_->read<T>(std::move(job));
      });
}

kj::Promise<void> ProjectionService::query(QueryContext context) {
  const auto params = context.getParams();
  auto key = key_of(params.getKey());
  ProjectionHost& host = host_;
  context.allowCancellation();
  return read<Found>(params.getAtLeast(), params.getTimeout(),
                     [&host, key = std::move(key)]() -> Result<Found> {
                       if (!key) return std::unexpected(key.error());
                       Found found;
                       std::optional<Error> failed;
                       found.position = host.read([&](State& state) {
                         auto value = state.get(*key);
                         if (!value) {
                           failed = std::move(value.error());
                         } else if (*value) {
                           found.value.emplace(**value);
                         }
                       });
                       if (failed) return std::unexpected(std::move(*failed));
                       return found;
                     })
      .then([context](Result<Found> found) mutable {
        auto results = context.getResults();
        if (!found) {
          net::to_wire(found.error(), results.initError());
          return;
        }
        results.setFound(found->value.has_value());
        if (found->value) results.setValue(data_of(*found->value));
        net::to_wire(found->position, results.initPosition());
      })
      .attach(visitor_->core.calls.begin());
}

kj::Promise<void> ProjectionService::scan(ScanContext context) {
  const auto params = context.getParams();
  auto request = request_of(params);
  ProjectionHost& host = host_;
  context.allowCancellation();
  return read<Rows>(params.getAtLeast(), params.getTimeout(),
                    [&host, request = std::move(request)]() -> Result<Rows> {
                      if (!request) return std::unexpected(request.error());
                      return rows_of(host, *request);
                    })
      .then([context](Result<Rows> found) mutable {
        auto results = context.getResults();
        if (!found) {
          net::to_wire(found.error(), results.initError());
          return;
        }
        auto list = results.initRows(static_cast<unsigned>(found->rows.size()));
        for (unsigned i = 0; i < found->rows.size(); ++i) {
          list[i].setKey(data_of(found->rows[i].first));
          list[i].setValue(data_of(found->rows[i].second));
        }
        results.setDone(found->done);
        net::to_wire(found->position, results.initPosition());
      })
      .attach(visitor_->core.calls.begin());
}

kj::Promise<void> ProjectionService::status(StatusContext context) {
  const auto params = context.getParams();
  context.allowCancellation();
  return at_least(params.getAtLeast(), params.getTimeout())
      .then([this, context](Result<void> reached) mutable {
        if (reached) {
          net::to_wire(host_.status(), context.getResults().initStatus());
        } else {
          net::to_wire(reached.error(), context.getResults().initError());
        }
      })
      .attach(visitor_->core.calls.begin());
}

}  // namespace daybook::server
