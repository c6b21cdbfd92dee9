// A server's projection behind the face that programs know: status and State.
#include <utility>

#include "client/remote_log.h"
#include "client/remote_state.h"
#include "daybook/client.h"
#include "net/wire_error.h"
#include "net/wire_ids.h"
#include "net/wire_status.h"

namespace daybook {
namespace {

using client::RemoteLog;
using client::Uplink;

/// More than a server runs.
constexpr std::uint32_t kProjectionsMax = 10'000;

Result<RemoteLog*> remote(Log& log) {
  if (auto* found = dynamic_cast<RemoteLog*>(&Log::Impl::of(log))) return found;
  return fail(Code::unsupported, "an embedded log runs no projections; open the projection's own store");
}

}  // namespace

class RemoteProjection::Impl {
 public:
  Impl(client::ClientLoop& loop, std::string name) : state(loop, std::move(name)) {}
  client::RemoteState state;
};

RemoteProjection::RemoteProjection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RemoteProjection::~RemoteProjection() = default;

Result<std::unique_ptr<RemoteProjection>> RemoteProjection::open(Log& log, std::string_view name) {
  const auto found = remote(log);
  if (!found) return std::unexpected(found.error());
  auto impl = std::make_unique<Impl>((*found)->loop(), std::string(name));
  if (auto status = impl->state.status(); !status) return std::unexpected(std::move(status.error()));
  return std::unique_ptr<RemoteProjection>(new RemoteProjection(std::move(impl)));
}

Result<std::vector<ProjectionStatus>> RemoteProjection::list(Log& log) {
  const auto found = remote(log);
  if (!found) return std::unexpected(found.error());
  using List = std::vector<ProjectionStatus>;
  return (*found)->loop().ask<List>([](Uplink& uplink) {
    return uplink.session().projectionsRequest().send().then([](auto&& answer) -> Result<List> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      const auto given = answer.getList();
      if (given.size() > kProjectionsMax) return fail(Code::invalid, "the server's list of projections is too long");
      List list;
      for (const auto entry : given) {
        auto status = net::from_wire(entry);
        if (!status) return std::unexpected(std::move(status.error()));
        list.push_back(std::move(*status));
      }
      return list;
    });
  });
}

void RemoteProjection::at_least(Sequence sequence, std::chrono::nanoseconds timeout) {
  impl_->state.at_least({.sequence = sequence, .timeout = timeout});
}

Result<ProjectionStatus> RemoteProjection::status() {
  return impl_->state.status();
}

State& RemoteProjection::state() {
  return impl_->state;
}

}  // namespace daybook
