// The smallest thing that speaks the protocol: what is not scripted is refused by Cap'n Proto as unimplemented.
#include "tests/client/fake_server.h"

#include <algorithm>
#include <array>
#include <future>

#include <doctest/doctest.h>

#include "net/connection.h"
#include "net/kj_interface.h"
#include "net/listener.h"
#include "net/loop_thread.h"
#include "net/wire_batch.h"
#include "net/wire_commit.h"
#include "net/wire_error.h"
#include "net/wire_gap.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"
#include "schema/block_builder.h"

namespace daybook::test {

/// What tests look at.
struct FakeServer::State {
  Mutex mutex;
  Bell bell;
  std::vector<Seen> seen DAYBOOK_GUARDED_BY(mutex);
  std::size_t requests DAYBOOK_GUARDED_BY(mutex) = 0;
  std::vector<std::string> starts DAYBOOK_GUARDED_BY(mutex);
  std::size_t pushed DAYBOOK_GUARDED_BY(mutex) = 0;
  bool refused DAYBOOK_GUARDED_BY(mutex) = false;

  std::unique_ptr<Parts> parts;
  net::LoopThread thread{"fake-server"};

  template <class Ready>
  void await(Ready&& ready) {
    const auto until = std::chrono::steady_clock::now() + kSoon;
    Lock lock(mutex);
    while (!ready()) {
      if (!bell.wait_until(lock, until)) FAIL("it did not come in time");
    }
  }
};

/// What lives on the loop.
class FakeServer::Parts final : private kj::TaskSet::ErrorHandler {
 public:
  Parts(State& the_state, net::Loop& the_loop) : state(the_state), loop(the_loop), count(100), tasks(*this) {
    log_id.bytes.fill(1);
    loops[0] = &loop;
    welcome = [this](net::Loop&, net::Socket socket, net::ConnectionCount::Ticket) {
      if (!refuses) return take(std::move(socket));
      const Lock lock(state.mutex);
      state.refused = true;
      state.bell.notify_all();
    };
  }

  std::string listen() {
    auto opened = net::Listener::open(loop, loops, net::parse_address("127.0.0.1:0").value(), count, welcome);
    REQUIRE(opened);
    listener = std::move(*opened);
    return net::to_string(listener->address());
  }

  void take(net::Socket socket);
  Result<Appended> append(const Commit& commit);

  State& state;
  net::Loop& loop;
  net::ConnectionCount count;
  std::array<net::Loop*, 1> loops{};
  net::Welcome welcome;
  std::unique_ptr<net::Listener> listener;
  std::uint64_t connections_made = 0;
  std::map<std::uint64_t, std::unique_ptr<net::Connection>> connections;

  LogId log_id;
  Sequence head;
  bool refuses = false;
  bool holds = false;
  std::vector<kj::Own<kj::PromiseFulfiller<void>>> held;
  Judge judge;
  std::map<IdempotencyKey, Appended> known;
  std::optional<rpc::Subscriber::Client> subscriber;
  kj::TaskSet tasks;

 private:
  void taskFailed(kj::Exception&&) override {}
};

DAYBOOK_KJ_INTERFACE_BEGIN

class FakeServer::LogService final : public rpc::Log::Server {
 public:
  LogService(Parts& parts, std::uint64_t connection) : parts_(parts), connection_(connection) {}

 protected:
  kj::Promise<void> appendMany(AppendManyContext context) override {
    std::vector<Commit> commits;
    std::vector<Seen> seen;
    for (const auto given : context.getParams().getCommits()) {
      std::size_t bytes_left = std::size_t{64} << 20;
      auto commit = net::from_wire(given, bytes_left);
      commits.push_back(std::move(commit.value()));
      seen.push_back({.commit = commits.back(), .connection = connection_, .new_key = given.getNewKey()});
    }
    {
      const Lock lock(parts_.state.mutex);
      ++parts_.state.requests;
      std::ranges::move(seen, std::back_inserter(parts_.state.seen));
      parts_.state.bell.notify_all();
    }
    kj::Promise<void> go = kj::READY_NOW;
    if (parts_.holds) {
      auto pair = kj::newPromiseAndFulfiller<void>();
      parts_.held.push_back(kj::mv(pair.fulfiller));
      go = kj::mv(pair.promise);
    }
    context.allowCancellation();
    return go.then([this, context, commits = std::move(commits)]() mutable {
      auto results = context.getResults().initResults(static_cast<unsigned>(commits.size()));
      for (unsigned i = 0; i < results.size(); ++i) net::to_wire(parts_.append(commits[i]), results[i]);
    });
  }

  kj::Promise<void> checkpointAt(CheckpointAtContext context) override {
    auto checkpoint = context.getResults().initCheckpoint();
    net::to_wire(Checkpoint{.log_id = parts_.log_id, .sequence = parts_.head, .link = {}}, checkpoint);
    return kj::READY_NOW;
  }

  kj::Promise<void> check(CheckContext) override { return kj::READY_NOW; }

  kj::Promise<void> head(HeadContext context) override {
    context.getResults().setHead(parts_.head.value());
    return kj::READY_NOW;
  }

  kj::Promise<void> subscribe(SubscribeContext context) override {
    const auto start = net::from_wire(context.getParams().getStart()).value();
    Checkpoint position{.log_id = parts_.log_id, .sequence = {}, .link = genesis_link(parts_.log_id)};
    std::string words = "head";
    if (const auto* sequence = std::get_if<Sequence>(&start)) words = "sequence " + std::to_string(sequence->value());
    if (const auto* checkpoint = std::get_if<Checkpoint>(&start)) {
      position = *checkpoint;
      words = "checkpoint " + std::to_string(checkpoint->sequence.value());
    }
    net::to_wire(position, context.getResults().initPosition());
    parts_.subscriber = context.getParams().getSubscriber();
    const Lock lock(parts_.state.mutex);
    parts_.state.starts.push_back(words);
    parts_.state.bell.notify_all();
    return kj::READY_NOW;
  }

 private:
  Parts& parts_;
  const std::uint64_t connection_;
};

class FakeServer::SessionService final : public rpc::Session::Server {
 public:
  SessionService(Parts& parts, std::uint64_t connection) : parts_(parts), connection_(connection) {}

 protected:
  kj::Promise<void> openLog(OpenLogContext context) override {
    auto results = context.getResults();
    results.setLog(kj::heap<LogService>(parts_, connection_));
    net::to_wire(parts_.log_id, results.initLogId());
    results.setHead(parts_.head.value());
    return kj::READY_NOW;
  }

 private:
  Parts& parts_;
  const std::uint64_t connection_;
};

class FakeServer::DaybookService final : public rpc::Daybook::Server {
 public:
  DaybookService(Parts& parts, std::uint64_t connection) : parts_(parts), connection_(connection) {}

 protected:
  kj::Promise<void> login(LoginContext context) override {
    parts_.connections.at(connection_)->logged_in();
    context.getResults().setSession(kj::heap<SessionService>(parts_, connection_));
    context.getResults().setVersion(rpc::PROTOCOL_VERSION);
    return kj::READY_NOW;
  }

 private:
  Parts& parts_;
  const std::uint64_t connection_;
};

DAYBOOK_KJ_INTERFACE_END

void FakeServer::Parts::take(net::Socket socket) {
  const std::uint64_t number = ++connections_made;
  auto& connection = connections[number];
  connection =
      std::make_unique<net::Connection>(loop, net::make_socket_stream(std::move(socket)), net::ConnectionLimits());
  connection->serve(kj::heap<DaybookService>(*this, number));
  tasks.add(connection->closed().then([this, number] { connections.erase(number); }));
}

Result<Appended> FakeServer::Parts::append(const Commit& commit) {
  if (judge) {
    if (auto judged = judge(commit)) return std::move(*judged);
  }
  if (const auto found = known.find(*commit.key); found != known.end()) {
    Appended repeated = found->second;
    repeated.repeated = true;
    return repeated;
  }
  const Appended appended{.first = head.next(), .last = head.plus(commit.events.size()), .versions = {}};
  head = appended.last;
  known.emplace(*commit.key, appended);
  return appended;
}

FakeServer::FakeServer() : state_(std::make_unique<State>()) {
  std::promise<std::string> listening;
  state_->thread.loop().post([this, &listening] {
    state_->parts = std::make_unique<Parts>(*state_, state_->thread.loop());
    state_->thread.loop().before_end([this] { state_->parts.reset(); });
    listening.set_value(state_->parts->listen());
  });
  address_ = listening.get_future().get();
}

FakeServer::~FakeServer() = default;

void FakeServer::on_loop(std::function<void(Parts&)> work) {
  std::promise<void> done;
  state_->thread.loop().post([this, &done, &work] {
    work(*state_->parts);
    done.set_value();
  });
  done.get_future().wait();
}

void FakeServer::judge(Judge judge) {
  on_loop([&](Parts& parts) { parts.judge = std::move(judge); });
}

void FakeServer::hold() {
  on_loop([](Parts& parts) { parts.holds = true; });
}

void FakeServer::let_go() {
  on_loop([](Parts& parts) {
    parts.holds = false;
    for (auto& held : parts.held) held->fulfill();
    parts.held.clear();
  });
}

void FakeServer::cut() {
  on_loop([](Parts& parts) { parts.connections.clear(); });
}

void FakeServer::refuse(bool refuses) {
  {
    const Lock lock(state_->mutex);
    state_->refused = false;
  }
  on_loop([&](Parts& parts) { parts.refuses = refuses; });
}

void FakeServer::await_refused() {
  state_->await([&] { return state_->refused; });
}

void FakeServer::set_log(const LogId& log_id, Sequence head) {
  on_loop([&](Parts& parts) {
    parts.log_id = log_id;
    parts.head = head;
  });
}

std::vector<Seen> FakeServer::await_commits(std::size_t count) {
  state_->await([&] { return state_->seen.size() >= count; });
  const Lock lock(state_->mutex);
  return state_->seen;
}

std::size_t FakeServer::requests() {
  const Lock lock(state_->mutex);
  return state_->requests;
}

std::string FakeServer::await_subscribers(std::size_t count) {
  state_->await([&] { return state_->starts.size() >= count; });
  const Lock lock(state_->mutex);
  return state_->starts.back();
}

void FakeServer::push(const std::shared_ptr<const Block>& block) {
  on_loop([&](Parts& parts) {
    auto request = parts.subscriber->pushRequest();
    const net::PackedBatch batch(Batch(block, 0, block->event_count() - 1, Direction::forward));
    net::to_wire(batch, request.initBatches(1)[0]);
    parts.tasks.add(request.send().then([&state = parts.state] {
      const Lock lock(state.mutex);
      ++state.pushed;
      state.bell.notify_all();
    }));
  });
}

void FakeServer::push_gap(Sequence first, Sequence last) {
  on_loop([&](Parts& parts) {
    auto request = parts.subscriber->gapRequest();
    net::to_wire(net::Gap{.first = first, .last = last, .message = "torn"}, request.initGap());
    parts.tasks.add(request.send());
  });
}

void FakeServer::end_subscription(const Error& error) {
  on_loop([&](Parts& parts) {
    auto request = parts.subscriber->endedRequest();
    net::to_wire(error, request.initError());
    parts.tasks.add(request.send().ignoreResult());
  });
}

void FakeServer::await_pushed(std::size_t count) {
  state_->await([&] { return state_->pushed >= count; });
}

std::size_t FakeServer::pushed() {
  const Lock lock(state_->mutex);
  return state_->pushed;
}

}  // namespace daybook::test
