// Everything of KJ lives on the loop; tests get values.
#include "tests/server/raw_client.h"

#include <algorithm>

#include "net/address.h"
#include "net/connect.h"
#include "net/kj_interface.h"
#include "net/limits.h"
#include "net/wire_batch.h"
#include "net/wire_commit.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"

namespace daybook::test {
namespace {

DAYBOOK_KJ_INTERFACE_BEGIN
class Recorder final : public rpc::Subscriber::Server {
 public:
  Recorder(net::Loop& loop, std::shared_ptr<Told> told) : loop_(loop), told_(std::move(told)) {}

 protected:
  kj::Promise<void> push(PushContext context) override {
    Told::Step step{.kind = Told::Step::Kind::push};
    for (const rpc::Batch::Reader batch : context.getParams().getBatches()) {
      auto read = net::from_wire(batch);
      if (!read) KJ_FAIL_REQUIRE("a batch that is none", to_string(read.error()).c_str());
      step.batches.push_back(std::move(*read));
      step.excerpts.push_back(batch.hasExcerpt());
    }
    return tell(std::move(step));
  }
  kj::Promise<void> caughtUp(CaughtUpContext context) override {
    return tell({.kind = Told::Step::Kind::caught_up, .position = net::from_wire(context.getParams().getPosition())});
  }
  kj::Promise<void> scannedThrough(ScannedThroughContext context) override {
    return tell(
        {.kind = Told::Step::Kind::scanned_through, .position = net::from_wire(context.getParams().getPosition())});
  }
  kj::Promise<void> gap(GapContext context) override {
    auto gap = net::from_wire(context.getParams().getGap());
    if (!gap) KJ_FAIL_REQUIRE("a gap that is none", to_string(gap.error()).c_str());
    return tell({.kind = Told::Step::Kind::gap, .gap = std::move(*gap)});
  }
  kj::Promise<void> ended(EndedContext context) override {
    told_->add({.kind = Told::Step::Kind::ended, .ended = net::from_wire(context.getParams().getError())});
    return kj::READY_NOW;
  }

 private:
  /// Whether it is answered is decided before the test learns of it.
  kj::Promise<void> tell(Told::Step step) {
    const bool held = told_->held();
    told_->add(std::move(step));
    if (held) return answer();
    return kj::READY_NOW;
  }
  kj::Promise<void> answer() {
    if (!told_->held()) return kj::READY_NOW;
    return loop_.after(std::chrono::milliseconds(1)).then([this] { return answer(); });
  }

  net::Loop& loop_;
  std::shared_ptr<Told> told_;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace

void Told::add(Step step) {
  const Lock lock(mutex_);
  steps_.push_back(std::move(step));
  bell_.notify_all();
}

std::vector<Told::Step> Told::await(const std::function<bool(const std::vector<Step>&)>& ready) {
  const auto until = std::chrono::steady_clock::now() + kSoon;
  Lock lock(mutex_);
  while (!ready(steps_)) {
    if (!bell_.wait_until(lock, until)) FAIL("it did not come in time");
  }
  return steps_;
}

Told::Step Told::await_first(Step::Kind kind) {
  const auto of_kind = [kind](const Step& step) { return step.kind == kind; };
  const auto steps = await([&](const std::vector<Step>& all) { return std::ranges::any_of(all, of_kind); });
  return *std::ranges::find_if(steps, of_kind);
}

std::vector<std::uint64_t> Told::await_events(std::size_t count) {
  std::vector<std::uint64_t> sequences;
  static_cast<void>(await([&](const std::vector<Step>& steps) {
    sequences.clear();
    for (const Step& step : steps) {
      for (const Batch& batch : step.batches) {
        for (const EventView event : batch) sequences.push_back(event.sequence().value());
      }
    }
    return sequences.size() >= count;
  }));
  return sequences;
}

std::size_t Told::events() {
  std::size_t count = 0;
  const Lock lock(mutex_);
  for (const Step& step : steps_) {
    for (const Batch& batch : step.batches) count += batch.size();
  }
  return count;
}

void Told::hold() {
  const Lock lock(mutex_);
  held_ = true;
}
void Told::let_go() {
  const Lock lock(mutex_);
  held_ = false;
}
bool Told::held() {
  const Lock lock(mutex_);
  return held_;
}

/// What lives on the loop.
struct RawClient::Parts final : private kj::TaskSet::ErrorHandler {
  Parts(net::Loop& loop, kj::Own<kj::AsyncIoStream> stream)
      : connection(loop, kj::mv(stream), net::ConnectionLimits::client()),
        daybook(connection.bootstrap().castAs<rpc::Daybook>()),
        tasks(*this) {}
  void taskFailed(kj::Exception&&) override {}

  net::Connection connection;
  rpc::Daybook::Client daybook;
  std::optional<rpc::Session::Client> session;
  std::optional<rpc::Log::Client> log;
  std::vector<rpc::Subscription::Client> subscriptions;
  kj::TaskSet tasks;
};

RawClient::RawClient(const std::string& address) {
  const auto parsed = net::parse_address(address);
  REQUIRE(parsed);
  auto done = std::make_shared<std::promise<std::string>>();
  auto future = done->get_future();
  auto connecting = std::make_shared<kj::Promise<void>>(nullptr);
  thread_.loop().post([this, done, connecting, to = *parsed] {
    *connecting = net::connect(thread_.loop(), to, kSoon)
                      .then(
                          [this, done](kj::Own<kj::AsyncIoStream> stream) {
                            parts_ = std::make_unique<Parts>(thread_.loop(), kj::mv(stream));
                            done->set_value("");
                          },
                          [done](const kj::Exception& e) { done->set_value(e.getDescription().cStr()); })
                      .eagerlyEvaluate(nullptr);
  });
  REQUIRE(future.wait_for(kSoon) == std::future_status::ready);
  REQUIRE(future.get() == "");
  std::promise<void> dropped;
  thread_.loop().post([&dropped, connecting] {
    *connecting = nullptr;
    dropped.set_value();
  });
  dropped.get_future().wait();
}

RawClient::~RawClient() {
  drop();
}

void RawClient::post(std::move_only_function<void()> work) {
  thread_.loop().post(std::move(work));
}

void RawClient::add_task(kj::Promise<void> task) {
  parts_->tasks.add(kj::mv(task));
}

void RawClient::drop() {
  std::promise<void> dropped;
  post([this, &dropped] {
    parts_.reset();
    dropped.set_value();
  });
  dropped.get_future().wait();
}

rpc::Daybook::Client RawClient::daybook() {
  return parts_->daybook;
}
rpc::Session::Client RawClient::session() {
  return *parts_->session;
}
rpc::Log::Client RawClient::log() {
  return *parts_->log;
}

std::optional<Error> RawClient::login(const std::string& name, std::uint32_t version) {
  return call<std::optional<Error>>([this, name, version] {
    auto request = daybook().loginRequest();
    request.setClient(net::text_of(name));
    request.setVersion(version);
    return request.send().then([this](capnp::Response<rpc::Daybook::LoginResults> results) {
      parts_->session = results.getSession();
      return error_in(results);
    });
  });
}

void RawClient::enter() {
  REQUIRE(!login("raw", rpc::PROTOCOL_VERSION));
  const auto error = call<std::optional<Error>>([this] {
    return session().openLogRequest().send().then([this](capnp::Response<rpc::Session::OpenLogResults> results) {
      parts_->log = results.getLog();
      return error_in(results);
    });
  });
  REQUIRE(!error);
}

Error RawClient::await_closed() {
  return call<Error>(
      [this] { return parts_->connection.closed().then([this] { return *parts_->connection.reason(); }); });
}

Result<Appended> RawClient::append(const Commit& commit, std::chrono::nanoseconds timeout) {
  return call<Result<Appended>>([this, commit, timeout] {
    auto request = log().appendRequest();
    net::to_wire(commit, std::nullopt, request.initCommit());
    request.setTimeout(timeout.count());
    return request.send().then([](capnp::Response<rpc::Log::AppendResults> results) -> Result<Appended> {
      if (auto error = error_in(results)) return std::unexpected(std::move(*error));
      return net::from_wire(results.getAppended());
    });
  });
}

std::vector<Result<Appended>> RawClient::append_many(const std::vector<Commit>& commits) {
  return call<std::vector<Result<Appended>>>([this, commits] {
    auto request = log().appendManyRequest();
    auto list = request.initCommits(static_cast<unsigned>(commits.size()));
    for (unsigned i = 0; i < commits.size(); ++i) net::to_wire(commits[i], std::nullopt, list[i]);
    request.setTimeout(std::chrono::nanoseconds(kSoon).count());
    return request.send().then([](capnp::Response<rpc::Log::AppendManyResults> results) {
      std::vector<Result<Appended>> all;
      for (const rpc::AppendResult::Reader result : results.getResults()) all.push_back(net::from_wire(result));
      return all;
    });
  });
}

Result<std::shared_ptr<Told>> RawClient::subscribe(const SubscribeOptions& options) {
  auto told = std::make_shared<Told>();
  const auto error = call<std::optional<Error>>([this, told, options] {
    auto request = log().subscribeRequest();
    net::to_wire(options.from, request.initStart());
    net::to_wire(options.query, request.initQuery());
    request.setSubscriber(kj::heap<Recorder>(thread_.loop(), told));
    return request.send().then([this](capnp::Response<rpc::Log::SubscribeResults> results) {
      if (!results.hasError()) parts_->subscriptions.push_back(results.getSubscription());
      return error_in(results);
    });
  });
  if (error) return std::unexpected(*error);
  return told;
}

void RawClient::unsubscribe() {
  static_cast<void>(call<bool>([this]() -> kj::Promise<bool> {
    parts_->subscriptions.pop_back();
    return true;
  }));
}

void RawClient::stop_subscription() {
  static_cast<void>(call<bool>([this] {
    return parts_->subscriptions.back().stopRequest().send().then(
        [](capnp::Response<rpc::Subscription::StopResults>) { return true; });
  }));
}

}  // namespace daybook::test
