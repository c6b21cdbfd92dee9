// Memory is that of the whole process: the hostile peers in it hold next to nothing themselves. Under the address
// sanitizer freed memory is kept for a while to be watched; here not much of it, or it would count as growth.
#include "tests/remote/hostile_scene.h"

#include "daybook/retail.h"
#include "tests/remote/crowd.h"
#include "tests/remote/raw_calls.h"
#include "tests/remote/served_log.h"

#ifdef __SANITIZE_ADDRESS__
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=8";
}
#endif

namespace daybook::test {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

}  // namespace

GoodClient::GoodClient(const std::string& address) {
  auto log = connect(address, quick_client(1));
  if (!log) FAIL(to_string(log.error()));
  log_ = std::move(*log);
  thread_ = std::thread([this] { run(); });
}

GoodClient::~GoodClient() {
  progress_.note([&] { leaving_ = true; });
  thread_.join();
}

void GoodClient::run() {
  auto subscription = log_->subscribe({.from = FromHead()});
  std::string trouble = subscription ? "" : to_string(subscription.error());
  bool leaving = false;
  for (std::uint64_t number = 1; !leaving; ++number) {
    if (trouble.empty()) trouble = round(**subscription, number);
    progress_.note([&] {
      rounds_ += trouble.empty() ? 1 : 0;
      trouble_ = trouble;
      leaving = leaving_ || !trouble.empty();
    });
  }
}

/// What was wrong; empty: nothing.
std::string GoodClient::round(Subscription& subscription, std::uint64_t number) {
  const std::string data = "good " + std::to_string(number);
  const auto appended =
      log_->append({.events = {{.stream = "good", .type = "Good", .data = data}}}, {.timeout = kPatience});
  if (!appended) return "append: " + to_string(appended.error());
  if (appended->versions.at("good") != Version(number)) return "the version is wrong";
  const auto event = log_->get(appended->first);
  if (!event) return "get: " + to_string(event.error());
  if (event->view().data() != data) return "another event is there";
  while (true) {
    const auto delivery = subscription.next(kPatience);
    if (!delivery) return "subscription: " + to_string(delivery.error());
    if (delivery->kind == Delivery::Kind::idle) return "nothing is delivered";
    if (!delivery->batch) continue;
    for (const EventView seen : *delivery->batch) {
      if (seen.stream() == "good") return seen.data() == data ? "" : "a delivery is out of order";
    }
  }
}

void GoodClient::await_rounds(std::uint64_t rounds) {
  std::uint64_t until = 0;
  std::string trouble;
  const bool came = progress_.wait_for([&] {
    if (until == 0) until = rounds_ + rounds;
    trouble = trouble_;
    return rounds_ >= until || !trouble.empty();
  });
  REQUIRE_MESSAGE(trouble.empty(), "the good client was not served: " << trouble);
  REQUIRE_MESSAGE(came, "the good client was not served in time");
}

HostileScene::HostileScene(const std::function<void(ServerOptions&)>& change)
    : log_(false, [](Options& options) {
        options.durability = Durability::buffered;
        options.block_cache_bytes = 4 * kMiB;
        options.storage_cache_bytes = 4 * kMiB;
      }) {
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.projections = {inventory_projection()};
  if (change) change(options);
  auto server = Server::start(log(), options);
  if (!server) FAIL(to_string(server.error()));
  server_ = std::move(*server);
  const std::string& address = server_->addresses().front();
  port_ = std::stoi(address.substr(address.rfind(':') + 1));
  good_ = std::make_unique<GoodClient>(address);
  good_->await_rounds(20);
  measure_from_here();
}

HostileScene::~HostileScene() {
  good_.reset();
  server_->stop();
}

RawPeer HostileScene::guest() const {
  RawPeer peer(port_);
  REQUIRE(peer.send(opening()));
  return peer;
}

void HostileScene::fill(std::size_t mib) {
  Commit commit;
  for (int i = 0; i < 64; ++i)
    commit.events.push_back({.stream = "fill", .type = "T", .data = std::string(16384, 'f')});
  for (std::size_t i = 0; i < mib; ++i) REQUIRE(log().append(commit));
  measure_from_here();
}

void HostileScene::measure_from_here() {
  memory_ = resident_bytes(::getpid());
}

void HostileScene::check_served(std::size_t mib) {
  good_->await_rounds(5);
  const std::size_t memory = resident_bytes(::getpid());
  const std::size_t grown = memory > memory_ ? memory - memory_ : 0;
  MESSAGE("memory grew by " << grown / 1024 << " KiB");
  CHECK_MESSAGE(grown <= mib * kMiB, "memory grew by " << grown / 1024 << " KiB");
}

void HostileScene::await_count(std::uint64_t connections, std::uint64_t subscriptions) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    const ServerStatistics now = server().statistics();
    if (now.connections <= connections && now.subscriptions <= subscriptions) return;
    good_->await_rounds(1);
  }
  FAIL("the server still counts " << server().statistics().connections << " connections and "
                                  << server().statistics().subscriptions << " subscriptions");
}

}  // namespace daybook::test
