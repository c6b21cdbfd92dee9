// One subscriber: what its source gives is pushed as fast as it takes it.
//
// Threads: the loop's. Owns: its source, except while a reader thread has it.
#pragma once

#include <memory>
#include <optional>

#include <kj/async.h>
#include <rpc.capnp.h>

#include "daybook/result.h"
#include "net/connection.h"
#include "server/feed_source.h"
#include "server/visitor.h"

namespace daybook::server {

class Feed final : private kj::TaskSet::ErrorHandler {
 public:
  /// Begins to push.
  Feed(kj::Own<Visitor> visitor, std::unique_ptr<FeedSource> source, rpc::Subscriber::Client subscriber,
       net::Hold hold);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// By the station, which has taken it off its list of the idle ones.
  void head_moved();
  /// Nothing is pushed any more.
  void end();
  /// Tells the subscriber why, and ends.
  void farewell(const Error& reason);

 private:
  /// What a reader thread has read, and the source back from it.
  struct Read;

  void go_on();
  [[nodiscard]] kj::Promise<Result<Read>> read_turn();
  void resume(Result<Read> read);
  void take(Turn turn);
  void taken(bool at_head);
  [[nodiscard]] kj::Promise<void> push(const std::vector<net::PackedBatch>& batches);
  void taskFailed(kj::Exception&& exception) override;

  kj::Own<Visitor> visitor_;
  std::unique_ptr<FeedSource> source_;
  std::optional<rpc::Subscriber::Client> subscriber_;  ///< nullopt: it ended.
  std::optional<net::Hold> hold_;
  bool live_ = false;     ///< It was at the head the last time.
  bool damaged_ = false;  ///< What is next cannot be read, or not all of it.
  kj::TaskSet tasks_;
};

}  // namespace daybook::server
