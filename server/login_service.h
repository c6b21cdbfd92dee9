// What a connection begins with: a login, and then a session, from which all else is had.
//
// Threads: the loop's. Owns: a share of its visitor.
#pragma once

#include <kj/memory.h>
#include <rpc.capnp.h>

#include "net/kj_interface.h"
#include "server/visitor.h"

namespace daybook::server {

DAYBOOK_KJ_INTERFACE_BEGIN
class LoginService final : public rpc::Daybook::Server {
 public:
  explicit LoginService(kj::Own<Visitor> visitor) : visitor_(kj::mv(visitor)) {}

 protected:
  kj::Promise<void> login(LoginContext context) override;

 private:
  kj::Own<Visitor> visitor_;
};
DAYBOOK_KJ_INTERFACE_END

DAYBOOK_KJ_INTERFACE_BEGIN
class SessionService final : public rpc::Session::Server {
 public:
  explicit SessionService(kj::Own<Visitor> visitor) : visitor_(kj::mv(visitor)) {}

 protected:
  kj::Promise<void> openLog(OpenLogContext context) override;
  kj::Promise<void> projection(ProjectionContext context) override;
  kj::Promise<void> projections(ProjectionsContext context) override;

 private:
  kj::Own<Visitor> visitor_;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::server
