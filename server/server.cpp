// The wiring: what there is, in the order in which it begins and, backwards, ends. Nothing posts to a loop that is
// gone: the bell, the projections and the reader threads end before the loops do, and the log's completions find their
// box closed.
#include "daybook/server.h"

#include <future>
#include <unordered_map>
#include <utility>

#include "base/logger.h"
#include "net/address.h"
#include "net/listener.h"
#include "net/loop_thread.h"
#include "server/bell.h"
#include "server/core.h"
#include "server/station.h"

namespace daybook {
namespace {

/// For the last words of connections, once calls had their time.
constexpr std::chrono::seconds kFarewellMax{5};

/// Runs `work` on the loop's thread and waits for it.
void run_on(net::Loop& loop, std::move_only_function<void()> work) {
  std::promise<void> done;
  loop.post([work = std::move(work), &done]() mutable {
    work();
    work = nullptr;
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace

class Server::Impl {
 public:
  Impl(Log& log, const ServerOptions& options) : core_(log, options) {}
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The public face of one that has begun.
  static std::unique_ptr<Server> face(std::unique_ptr<Impl> impl) {
    return std::unique_ptr<Server>(new Server(std::move(impl)));
  }

  [[nodiscard]] Result<void> start();
  void stop();
  [[nodiscard]] const std::vector<std::string>& addresses() const { return addresses_; }
  [[nodiscard]] ServerStatistics statistics() const;

 private:
  [[nodiscard]] Result<void> open_projections();
  void begin_stations();
  [[nodiscard]] Result<void> listen();
  void say_farewell();
  void end_stations();

  server::ServerCore core_;
  std::vector<std::unique_ptr<net::LoopThread>> loops_;
  std::vector<std::unique_ptr<server::Station>> stations_;  ///< Each of the loop at the same place, and of its thread.
  std::unordered_map<net::Loop*, server::Station*> station_of_;
  net::Welcome welcome_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;  ///< Of the first loop's thread.
  std::unique_ptr<server::HeadBell> bell_;
  std::vector<std::string> addresses_;
  bool stopped_ = false;
};

Result<void> Server::Impl::start() {
  if (auto opened = open_projections(); !opened) return opened;
  begin_stations();
  auto bell = server::HeadBell::start(core_.log, [this] {
    for (const auto& station : stations_) station->ring();
    for (const auto& projection : core_.projections) projection->ring();
  });
  if (!bell) return std::unexpected(std::move(bell.error()));
  bell_ = std::move(*bell);
  for (const auto& projection : core_.projections) {
    projection->start([this](server::ProjectionHost& moved) {
      for (const auto& station : stations_) station->ring(moved);
    });
  }
  return listen();
}

Result<void> Server::Impl::open_projections() {
  for (const Projection& projection : core_.options.projections) {
    auto host = server::ProjectionHost::open(core_.log, projection);
    if (!host) return std::unexpected(std::move(host.error()));
    core_.projections.push_back(std::move(*host));
  }
  return {};
}

void Server::Impl::begin_stations() {
  const std::size_t count = core_.options.network_threads;
  loops_.reserve(count);
  stations_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    loops_.push_back(std::make_unique<net::LoopThread>("daybook-net-" + std::to_string(i)));
    net::Loop& loop = loops_.back()->loop();
    run_on(loop, [this, i, &loop] { stations_[i] = std::make_unique<server::Station>(core_, loop); });
    station_of_.emplace(&loop, stations_[i].get());
  }
  welcome_ = [this](net::Loop& loop, net::Socket socket, net::ConnectionCount::Ticket ticket) {
    station_of_.find(&loop)->second->welcome(std::move(socket), std::move(ticket));
  };
}

Result<void> Server::Impl::listen() {
  std::vector<net::Loop*> loops;
  for (const auto& loop : loops_) loops.push_back(&loop->loop());
  for (const std::string& text : core_.options.listen) {
    const auto address = net::parse_address(text);
    if (!address) return std::unexpected(address.error());
    Result<void> listening;
    run_on(*loops.front(), [&] {
      auto listener = net::Listener::open(*loops.front(), loops, *address, core_.connections, welcome_);
      if (!listener) {
        listening = std::unexpected(std::move(listener.error()));
        return;
      }
      addresses_.push_back(net::to_string((*listener)->address()));
      listeners_.push_back(std::move(*listener));
    });
    if (!listening) return listening;
  }
  return {};
}

ServerStatistics Server::Impl::statistics() const {
  return {.connections = core_.connections.now(),
          .subscriptions = core_.subscriptions.load(std::memory_order_relaxed),
          .calls = core_.calls.answered(),
          .refused = core_.refused.load(std::memory_order_relaxed) + core_.connections.refused()};
}

void Server::Impl::stop() {
  if (std::exchange(stopped_, true)) return;
  // Nobody new, and no new calls.
  if (!listeners_.empty()) run_on(loops_.front()->loop(), [this] { listeners_.clear(); });
  core_.calls.stop();
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    run_on(loops_[i]->loop(), [this, i] { stations_[i]->refuse_waiters(server::stopping_error()); });
  }
  if (!core_.calls.wait_for_none(Clock::system().steady_now() + core_.options.drain_timeout)) {
    log_warning("calls are still in progress after the drain timeout; they are dropped");
  }
  say_farewell();
  // Nothing comes to the loops any more.
  if (bell_) bell_->stop();
  for (const auto& projection : core_.projections) projection->stop();
  core_.readers.stop();
  end_stations();
  loops_.clear();
}

/// Returns when all connections are gone, or when that takes too long: those that are left end with their station.
void Server::Impl::say_farewell() {
  std::vector<std::shared_ptr<std::promise<void>>> gone;
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    gone.push_back(std::make_shared<std::promise<void>>());
    loops_[i]->loop().post([station = stations_[i].get(), done = gone.back()] {
      station->farewell(server::stopping_error(), [done] { done->set_value(); });
    });
  }
  const auto until = Clock::system().steady_now() + kFarewellMax;
  for (const auto& station : gone) (void)station->get_future().wait_until(until);
}

void Server::Impl::end_stations() {
  for (std::size_t i = 0; i < stations_.size(); ++i) {
    run_on(loops_[i]->loop(), [this, i] { stations_[i].reset(); });
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(Log& log, const ServerOptions& options) {
  if (auto ok = options.check(); !ok) return std::unexpected(std::move(ok.error()));
  auto impl = std::make_unique<Impl>(log, options);
  if (auto started = impl->start(); !started) return std::unexpected(std::move(started.error()));
  return Impl::face(std::move(impl));
}

const std::vector<std::string>& Server::addresses() const {
  return impl_->addresses();
}
ServerStatistics Server::statistics() const {
  return impl_->statistics();
}
void Server::stop() {
  impl_->stop();
}

}  // namespace daybook
