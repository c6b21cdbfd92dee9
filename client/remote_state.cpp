// Each call asks for the projection anew, on the way: one round trip, and nothing to be made again after a lost
// connection.
#include "client/remote_state.h"

#include <utility>
#include <vector>

#include "net/wire_error.h"
#include "net/wire_ids.h"
#include "net/wire_status.h"

namespace daybook::client {
namespace {

constexpr std::uint32_t kPageBytes = 1U << 20U;
constexpr std::uint32_t kPageRows = 10'000;

kj::ArrayPtr<const kj::byte> data_of(const std::string& bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

std::string string_of_data(capnp::Data::Reader data) {
  return {reinterpret_cast<const char*>(data.begin()), data.size()};
}

using Found = std::optional<std::string>;

struct Rows {
  std::vector<std::pair<std::string, std::string>> rows;
  bool done = false;
};

/// The projection, not yet answered for, and the answer that may say that there is none.
auto projection_of(Uplink& uplink, const std::string& name) {
  auto request = uplink.session().projectionRequest();
  request.setName(net::text_of(name));
  return request.send();
}

/// `call`'s answer read by `read`, unless the projection's own answer is an error.
template <class T, class Opening, class Call, class Read>
kj::Promise<Result<T>> answer_of(Opening&& opening, Call&& call, Read read) {
  return opening.then([call = kj::mv(call), read](auto&& opened) mutable -> kj::Promise<Result<T>> {
    if (auto ok = net::error_of(opened); !ok) return Result<T>(std::unexpected(std::move(ok.error())));
    return call.then([read](auto&& answer) -> Result<T> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      return read(answer);
    });
  });
}

}  // namespace

template <class T>
Result<T> RemoteState::ask(Try<T> tried) {
  // `closed`: the projection stands still, and what is asked for will not come.
  return loop_.ask<T>(std::move(tried), loop_.options().call_timeout + least_.timeout, Closed::final);
}

Result<ProjectionStatus> RemoteState::status() {
  return ask<ProjectionStatus>([name = name_, least = least_](Uplink& uplink) {
    auto opening = projection_of(uplink, name);
    auto request = opening.getProjection().statusRequest();
    request.setAtLeast(least.sequence.value());
    request.setTimeout(least.timeout.count());
    return answer_of<ProjectionStatus>(opening, request.send(),
                                       [](auto& answer) { return net::from_wire(answer.getStatus()); });
  });
}

Result<std::optional<std::string_view>> RemoteState::get(std::string_view key) {
  auto found = ask<Found>([name = name_, least = least_, key = std::string(key)](Uplink& uplink) {
    auto opening = projection_of(uplink, name);
    auto request = opening.getProjection().queryRequest();
    request.setKey(data_of(key));
    request.setAtLeast(least.sequence.value());
    request.setTimeout(least.timeout.count());
    return answer_of<Found>(opening, request.send(), [](auto& answer) -> Result<Found> {
      if (!answer.getFound()) return Found();
      return Found(string_of_data(answer.getValue()));
    });
  });
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::nullopt;
  value_ = std::move(**found);
  return std::string_view(value_);
}

Result<void> RemoteState::put(std::string_view, std::string_view) {
  return fail(Code::unsupported, "a projection's rows change within its apply only");
}

Result<void> RemoteState::erase(std::string_view) {
  return fail(Code::unsupported, "a projection's rows change within its apply only");
}

Result<void> RemoteState::scan_after(std::string_view prefix, std::string_view after, const StateRow& row) {
  std::string last(after);
  while (true) {
    auto page = ask<Rows>([name = name_, least = least_, prefix = std::string(prefix), last](Uplink& uplink) {
      auto opening = projection_of(uplink, name);
      auto request = opening.getProjection().scanRequest();
      request.setPrefix(data_of(prefix));
      if (!last.empty()) request.setAfter(data_of(last));
      request.setLimit(kPageRows);
      request.setBytesMax(kPageBytes);
      request.setAtLeast(least.sequence.value());
      request.setTimeout(least.timeout.count());
      return answer_of<Rows>(opening, request.send(), [](auto& answer) -> Result<Rows> {
        Rows rows{.rows = {}, .done = answer.getDone()};
        if (answer.getRows().size() > kPageRows) return fail(Code::invalid, "a page of rows is longer than asked for");
        for (const auto given : answer.getRows()) {
          rows.rows.emplace_back(string_of_data(given.getKey()), string_of_data(given.getValue()));
        }
        return rows;
      });
    });
    if (!page) return std::unexpected(std::move(page.error()));
    for (const auto& [key, value] : page->rows) {
      if (!key.starts_with(prefix) || key <= last) {
        return fail(Code::corruption, "the server sent rows that were not asked for");
      }
      last = key;
      if (!row(key, value)) return {};
    }
    if (page->done) return {};
    if (page->rows.empty()) return fail(Code::corruption, "the server's pages of rows do not go on");
  }
}

}  // namespace daybook::client
