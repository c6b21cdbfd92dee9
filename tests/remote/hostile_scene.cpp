// Memory is that of the whole process: what the hostile peers will send is made before anything is measured. A
// sanitizer keeps memory of its own, so under one nothing is judged; of what is freed the address sanitizer keeps
// little here, since the server makes and frees much.
#include "tests/remote/hostile_scene.h"

#include <malloc.h>

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
/// What a served log's memory grows by through the good client alone: caches of two times 4 MiB and a write buffer that
/// fill up, and what the allocator cannot give back. Measured 0 to 7 MiB.
constexpr std::size_t kOwnMiB = 16;

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
  // Commits of the size of a block, so that a turn and a page are what the server cuts them to.
  Commit commit;
  for (int i = 0; i < 8; ++i) {
    commit.events.push_back({.stream = "fill", .type = i < 3 ? "Few" : "Many", .data = std::string(4000, 'f')});
  }
  for (std::size_t i = 0; i < 32 * mib; ++i) REQUIRE(log().append(commit));
}

void HostileScene::measure_from_here() {
  ::malloc_trim(0);  // what the allocator keeps for the next one is nobody's
  memory_ = resident_bytes(::getpid());
  forget_peak();
}

void HostileScene::check_served(std::size_t mib, std::size_t peak_mib) {
  good_->await_rounds(5);
  const std::size_t peak = grown(peak_bytes(::getpid()));
  ::malloc_trim(0);
  const std::size_t now = grown(resident_bytes(::getpid()));
  MESSAGE("memory grew by " << now / 1024 << " KiB; at most, with what the allocator kept, by " << peak / 1024
                            << " KiB");
  if (kSanitized) return;
  CHECK(now <= (kOwnMiB + mib) * kMiB);
  if (peak_mib > 0) CHECK(peak <= (kOwnMiB + peak_mib) * kMiB);
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
