// A projection's rows, as a client has them.
//
// Threads: the loop's. Owns: a share of its visitor.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include <kj/memory.h>
#include <rpc.capnp.h>

#include "daybook/ids.h"
#include "daybook/result.h"
#include "net/kj_interface.h"
#include "server/projection_host.h"
#include "server/visitor.h"

namespace daybook::server {

DAYBOOK_KJ_INTERFACE_BEGIN
class ProjectionService final : public rpc::Projection::Server {
 public:
  ProjectionService(kj::Own<Visitor> visitor, ProjectionHost& host) : visitor_(kj::mv(visitor)), host_(host) {}

 protected:
  kj::Promise<void> query(QueryContext context) override;
  kj::Promise<void> scan(ScanContext context) override;
  kj::Promise<void> status(StatusContext context) override;

 private:
  /// When the state holds what is asked for; the error says why it does not.
  [[nodiscard]] kj::Promise<Result<void>> at_least(std::uint64_t sequence, std::int64_t timeout_ns);
  /// The same, and then `job` on a reader thread.
  template <class T>
  [[nodiscard]] kj::Promise<Result<T>> read(std::uint64_t sequence, std::int64_t timeout_ns,
                                            std::move_only_function<Result<T>()> job);

  kj::Own<Visitor> visitor_;
  ProjectionHost& host_;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::server
