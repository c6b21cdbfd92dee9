// The log, as a client has it.
//
// Threads: the loop's. Owns: a share of its visitor.
#pragma once

#include <functional>
#include <optional>

#include <kj/memory.h>
#include <rpc.capnp.h>

#include "daybook/cursor.h"
#include "net/kj_interface.h"
#include "server/page_reader.h"
#include "server/visitor.h"

namespace daybook::server {

DAYBOOK_KJ_INTERFACE_BEGIN
class LogService final : public rpc::Log::Server {
 public:
  explicit LogService(kj::Own<Visitor> visitor) : visitor_(kj::mv(visitor)) {}

 protected:
  kj::Promise<void> append(AppendContext context) override;
  kj::Promise<void> appendMany(AppendManyContext context) override;
  kj::Promise<void> appender(AppenderContext context) override;
  kj::Promise<void> subscribe(SubscribeContext context) override;

  kj::Promise<void> read(ReadContext context) override;
  kj::Promise<void> get(GetContext context) override;
  kj::Promise<void> head(HeadContext context) override;
  kj::Promise<void> checkpointAt(CheckpointAtContext context) override;
  kj::Promise<void> check(CheckContext context) override;
  kj::Promise<void> firstAt(FirstAtContext context) override;
  kj::Promise<void> sequenceOf(SequenceOfContext context) override;
  kj::Promise<void> streamHead(StreamHeadContext context) override;
  kj::Promise<void> streams(StreamsContext context) override;
  kj::Promise<void> statistics(StatisticsContext context) override;

 private:
  /// Answers with what `job` gives on a reader thread, written by `write`, or with its error.
  template <class T, class Context, class Write>
  [[nodiscard]] kj::Promise<void> answer(Context context, std::move_only_function<Result<T>()> job, Write write);
  [[nodiscard]] kj::Promise<Result<Page>> page(ReadOptions request, std::size_t bytes_max, std::optional<Page> first);

  kj::Own<Visitor> visitor_;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::server
