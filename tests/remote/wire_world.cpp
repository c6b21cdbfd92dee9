// One client appends, so its commits are judged in the order in which it gave them, and each answer can be foretold.
// The server ends and begins again only while no append is on its way: one that is sent a second time is judged a
// second time, and then its answer depends on what came between (tests/remote/linear_test.cpp is for that).
#include "tests/remote/wire_world.h"

#include <algorithm>
#include <deque>

#include "tests/remote/crowd.h"
#include "tests/remote/patience.h"
#include "tests/remote/served_log.h"
#include "tests/simulation/readers.h"

namespace daybook::test {
namespace {

using simulation::Expectation;
using simulation::Submitted;
using simulation::SubmittedPtr;

constexpr AppendOptions kPatient{.timeout = kPatience};

bool same(const Appended& a, const Appended& b) {
  return a.first == b.first && a.last == b.last && a.versions == b.versions && a.repeated == b.repeated;
}

}  // namespace

WireSubscriber::WireSubscriber(simulation::World& world) : world_(world), query_(world.shapes.query(world.model)) {}

void WireSubscriber::step() {
  for (int deliveries = 0; deliveries < 4 && take(std::chrono::nanoseconds(0)); ++deliveries) {
  }
}

void WireSubscriber::catch_up() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (world_.trouble.empty() && through_ < world_.model.head() && std::chrono::steady_clock::now() < until) {
    // Where nothing matches up to the head, nothing need come: a mark may, or it may not before the next match.
    if (world_.model.find(query_, through_.next(), world_.model.head()).empty()) return;
    static_cast<void>(take(std::chrono::milliseconds(100)));
  }
  world_.fail_if(!world_.model.find(query_, through_.next(), world_.model.head()).empty(),
                 "a subscription does not come to its end");
}

/// False where nothing came, or something went wrong.
bool WireSubscriber::take(std::chrono::nanoseconds wait) {
  if (!subscription_) {
    SubscribeOptions options{.query = query_};
    if (stored_) options.from = *stored_;
    auto subscribed = world_.log->subscribe(options);
    if (!subscribed) return world_.fail("subscribe: " + to_string(subscribed.error())), false;
    subscription_ = std::move(*subscribed);
  }
  const auto delivery = subscription_->next(wait);
  if (!delivery) return world_.fail("a subscription: " + to_string(delivery.error())), false;
  if (delivery->kind == Delivery::Kind::idle) return false;
  const Sequence through = delivery->checkpoint.sequence;
  if (through < through_ || through > world_.model.head()) {
    return world_.fail("a subscription's checkpoint goes back, or ahead of the log"), false;
  }
  std::vector<std::uint64_t> delivered;
  if (delivery->batch) {
    for (const EventView event : *delivery->batch) delivered.push_back(event.sequence().value());
  }
  world_.fail_if(delivered != world_.model.find(query_, through_.next(), through),
                 "a subscription delivered " + std::to_string(delivered.size()) + " events of " +
                     std::to_string(through_.value() + 1) + ".." + std::to_string(through.value()) +
                     ", and not those that match");
  through_ = through;
  stored_ = delivery->checkpoint;
  return true;
}

WireWorld::WireWorld(std::uint64_t seed)
    : served_(true,
              [seed](Options& options) {
                options.block_bytes_max = seed % 2 == 0 ? 1024 : 32 * 1024;
                options.index_batch_events = seed % 3 == 0 ? 1000 : 20;
              }),
      address_("127.0.0.1:" + std::to_string(quiet_port())),
      world_(seed, false) {
  start_server();
  connect_again();
  for (int i = 0; i < 3; ++i) subscribers_.push_back(std::make_unique<WireSubscriber>(world_));
}

WireWorld::~WireWorld() {
  subscribers_.clear();
  world_.close_log();
}

void WireWorld::start_server() {
  auto server = Server::start(*served_.operator->(), {.listen = {address_}});
  if (!server) FAIL(to_string(server.error()));
  server_ = std::move(*server);
}

void WireWorld::connect_again() {
  for (const auto& subscriber : subscribers_) subscriber->forget();
  world_.close_log();
  ClientOptions options = quick_client(world_.random.next());
  options.linger = std::chrono::microseconds(world_.random.below(3) * 200);
  options.subscription_bytes_max = world_.random.chance(50) ? std::size_t{64} << 10 : std::size_t{1} << 20;
  auto log = connect(address_, options);
  if (!log) FAIL(to_string(log.error()));
  world_.log = std::move(*log);
}

Commit WireWorld::next_commit() {
  Commit commit = world_.shapes.commit(world_.model, ++number_);
  const auto known = world_.model.keyed(world_.random.next());
  if (!known || !world_.random.chance(20)) return commit;
  const Commit& earlier = world_.model.at(*known).commit->commit;
  commit.key = earlier.key;  // now and then with other events
  if (world_.random.chance(80)) commit.events = earlier.events;
  return commit;
}

void WireWorld::append_one() {
  const auto commit = std::make_shared<const Submitted>(Submitted{number_ + 1, next_commit()});
  judge(commit, world_.log->append(commit->commit, kPatient));
}

void WireWorld::append_some(std::size_t commits) {
  Progress answers;
  std::size_t left = commits;
  std::deque<std::pair<SubmittedPtr, Result<Appended>>> flights;
  for (std::size_t i = 0; i < commits; ++i) {
    auto& flight = flights.emplace_back(std::make_shared<const Submitted>(Submitted{number_ + 1, next_commit()}),
                                        fail(Code::invalid, "never answered"));
    const auto queued = world_.log->append_async(
        flight.first->commit,
        [&answers, &flight, &left](Result<Appended> result) {
          answers.note([&] {
            flight.second = std::move(result);
            --left;
          });
        },
        kPatient);
    if (!queued) {
      flight.second = std::unexpected(queued.error());
      answers.note([&] { --left; });
    }
  }
  world_.fail_if(!answers.wait_for([&] { return left == 0; }, 2 * kPatience), "appends were not answered");
  for (const auto& [commit, result] : flights) judge(commit, result);
}

void WireWorld::judge(const SubmittedPtr& commit, const Result<Appended>& result) {
  const Expectation expected = world_.model.expect(commit->commit);
  const std::string name = "commit " + std::to_string(commit->number);
  if (!result) {
    ++refused_;
    world_.fail_if(result.error().code != Code::conflict, name + ": " + to_string(result.error()));
    world_.fail_if(result.error().outcome != Outcome::not_appended, name + ": a conflict is certain");
    const std::string wrong = world_.model.check_conflict(commit->commit, result.error());
    return world_.fail_if(!wrong.empty(), name + ": " + wrong);
  }
  const bool holds = expected.kind == Expectation::Kind::appended || expected.kind == Expectation::Kind::repeated;
  if (!holds || !same(expected.appended, *result)) return world_.fail(name + " was told what the model does not say");
  if (result->repeated) return;
  world_.model.append(commit);
  ++appended_;
}

void WireWorld::step() {
  simulation::Random& random = world_.random;
  switch (random.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return append_some(1 + random.below(12));
    case 4:
    case 5:
      return append_one();
    case 6:
    case 7:
      return simulation::check_query(world_, *world_.log);
    case 8:
    case 9:
      return simulation::check_point(world_, *world_.log);
    case 10:
      return simulation::check_streams(world_, *world_.log);
    case 11:
      return simulation::check_statistics(world_);
    case 12:
    case 13:
    case 14:
      return random.one_of(subscribers_)->step();
    default:
      if (random.chance(50)) return connect_again();
      ++restarts_;
      server_.reset();
      start_server();
  }
}

void WireWorld::finish() {
  simulation::check_events(world_, Sequence(1));
  for (const auto& subscriber : subscribers_) subscriber->catch_up();
  world_.fail_if(served_->head() != world_.model.head(), "the served log ends elsewhere");
}

}  // namespace daybook::test
