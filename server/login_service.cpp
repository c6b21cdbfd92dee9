// Everything that a client gets it gets through its session, so what a session may do will be decided here, once.
#include "server/login_service.h"

#include <algorithm>
#include <optional>
#include <string>

#include "api/validate.h"
#include "base/logger.h"
#include "daybook/version.h"
#include "net/wire_ids.h"
#include "net/wire_status.h"
#include "server/log_service.h"
#include "server/projection_service.h"

namespace daybook::server {
namespace {

constexpr std::size_t kClientNameBytesMax = 256;

Result<void> check_login(const Visitor& visitor, rpc::Daybook::LoginParams::Reader params) {
  if (visitor.core.calls.stopping()) return std::unexpected(stopping_error());
  if (visitor.logged_in) return fail(Code::invalid, "this connection is logged in already");
  if (params.getVersion() == 0) return fail(Code::unsupported, "protocol version 0; this server speaks 1");
  return check_name("a client's name", net::string_of(params.getClient()), kClientNameBytesMax);
}

}  // namespace

kj::Promise<void> LoginService::login(LoginContext context) {
  const auto call = visitor_->core.calls.begin();
  const auto params = context.getParams();
  auto results = context.getResults();
  results.setServer(net::text_of("daybook " + std::string(library_version())));
  results.setVersion(std::min(params.getVersion(), rpc::PROTOCOL_VERSION));
  if (auto checked = check_login(*visitor_, params); !checked) {
    net::to_wire(checked.error(), results.initError());
    return kj::READY_NOW;
  }
  visitor_->client = net::string_of(params.getClient());
  visitor_->logged_in = true;
  if (visitor_->connection != nullptr) visitor_->connection->logged_in();
  log_info("client logged in client=\"" + visitor_->client + "\"; it is served");
  results.setSession(kj::heap<SessionService>(kj::addRef(*visitor_)));
  return kj::READY_NOW;
}

kj::Promise<void> SessionService::openLog(OpenLogContext context) {
  const auto call = visitor_->core.calls.begin();
  auto results = context.getResults();
  if (visitor_->core.calls.stopping()) {
    net::to_wire(stopping_error(), results.initError());
    return kj::READY_NOW;
  }
  results.setLog(kj::heap<LogService>(kj::addRef(*visitor_)));
  net::to_wire(visitor_->core.log.id(), results.initLogId());
  results.setHead(visitor_->core.log.head().value());
  return kj::READY_NOW;
}

kj::Promise<void> SessionService::projection(ProjectionContext context) {
  const auto call = visitor_->core.calls.begin();
  const std::string name = net::string_of(context.getParams().getName());
  auto results = context.getResults();
  ProjectionHost* host = visitor_->core.projection(name);
  if (host == nullptr) {
    net::to_wire(Error{.code = Code::not_found, .message = "the server runs no projection of this name"},
                 results.initError());
  } else {
    results.setProjection(kj::heap<ProjectionService>(kj::addRef(*visitor_), *host));
  }
  return kj::READY_NOW;
}

kj::Promise<void> SessionService::projections(ProjectionsContext context) {
  const auto call = visitor_->core.calls.begin();
  const auto& hosts = visitor_->core.projections;
  auto list = context.getResults().initList(static_cast<unsigned>(hosts.size()));
  for (unsigned i = 0; i < hosts.size(); ++i) net::to_wire(hosts[i]->status(), list[i]);
  return kj::READY_NOW;
}

}  // namespace daybook::server
