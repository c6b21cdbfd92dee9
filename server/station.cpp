// Everything of a connection lives and dies on its loop's thread; only bells come from elsewhere, and they are a flag
// and a note for the loop.
#include "server/station.h"

#include <string>
#include <utility>

#include "base/logger.h"
#include "server/feed.h"
#include "server/login_service.h"

namespace daybook::server {
namespace {

net::ConnectionLimits limits_of(const ServerOptions& options) {
  const auto milliseconds = [](std::chrono::nanoseconds time) {
    return std::chrono::ceil<std::chrono::milliseconds>(time);
  };
  net::ConnectionLimits limits;
  limits.message_bytes_before_login = options.login_message_bytes_max;
  limits.message_bytes = options.message_bytes_max;
  limits.calls_in_flight = options.calls_max;
  limits.call_bytes_in_flight = 2 * options.message_bytes_max;
  limits.queued_bytes = options.outbox_bytes_max;
  limits.handshake = milliseconds(options.handshake_timeout);
  limits.idle = milliseconds(options.idle_timeout);
  limits.half_message = milliseconds(options.message_timeout);
  limits.dead_after = milliseconds(options.dead_timeout);
  return limits;
}

/// Whether the server ended it, rather than its peer or its own end.
bool is_refusal(const Error& reason) {
  return reason.code == Code::too_large || reason.code == Code::busy || reason.code == Code::invalid ||
         reason.code == Code::timeout;
}

}  // namespace

/// A connection, and who is at its other end.
struct Station::Visit {
  Visit(Station& station, kj::Own<kj::AsyncIoStream> stream, net::ConnectionCount::Ticket place)
      : ticket(std::move(place)),
        visitor(kj::refcounted<Visitor>(station)),
        connection(station.loop_, kj::mv(stream), limits_of(station.core_.options)) {
    visitor->arrive(connection);
    connection.serve(kj::heap<LoginService>(kj::addRef(*visitor)));
  }
  ~Visit() { visitor->leave(); }

  net::ConnectionCount::Ticket ticket;
  kj::Own<Visitor> visitor;
  net::Connection connection;
};

Station::Station(ServerCore& core, net::Loop& loop)
    : core_(core),
      loop_(loop),
      appends_(loop, core.log, core.appends, core.options.message_bytes_max, core.options.appends_bytes_max),
      tasks_(*this) {
  for (const auto& projection : core.projections) {
    waiters_.emplace(projection.get(), std::make_unique<ProjectionWaiters>(loop, *projection));
  }
}

Station::~Station() = default;

void Station::welcome(net::Socket socket, net::ConnectionCount::Ticket ticket) {
  if (core_.calls.stopping()) return;
  auto visit = std::make_unique<Visit>(*this, net::make_socket_stream(std::move(socket)), std::move(ticket));
  Visit& entered = *visit;
  visits_.emplace(&entered, std::move(visit));
  tasks_.add(
      entered.connection.closed().then([this, &entered] { depart(entered, Error(*entered.connection.reason())); }));
}

void Station::depart(Visit& visit, const Error& reason) {
  const std::string client = visit.visitor->client;
  if (is_refusal(reason)) {
    core_.refused.fetch_add(1, std::memory_order_relaxed);
    log_warning("connection refused client=\"" + client + "\" reason=\"" + reason.message + "\"; it is closed");
  } else if (visit.visitor->logged_in) {
    log_info("client left client=\"" + client + "\" reason=\"" + reason.message + "\"; its calls are dropped");
  }
  visits_.erase(&visit);
  if (visits_.empty() && all_gone_) std::exchange(all_gone_, nullptr)();
}

void Station::ring() {
  if (awaited_.exchange(false, std::memory_order_acq_rel)) loop_.post([this] { look_at_idle(); });
}

void Station::ring(ProjectionHost& projection) {
  waiters_of(projection).ring();
}

ProjectionWaiters& Station::waiters_of(ProjectionHost& projection) {
  return *waiters_.find(&projection)->second;
}

bool Station::wait_for_head(Feed& feed, Sequence seen) {
  // First the flag, then the look: a head that this look does not see is followed by a ring() that sees the flag.
  awaited_.exchange(true, std::memory_order_acq_rel);
  if (core_.log.head() > seen) return false;
  idle_.push_back(&feed);
  return true;
}

void Station::look_at_idle() {
  std::vector<Feed*> idle;
  idle.swap(idle_);
  for (Feed* feed : idle) feed->head_moved();  // begins to work, or is idle again
}

void Station::leave(Feed& feed) {
  feeds_.erase(&feed);
  std::erase(idle_, &feed);
}

void Station::refuse_waiters(const Error& reason) {
  for (const auto& waiters : waiters_) waiters.second->refuse(reason);
}

void Station::farewell(const Error& reason, std::function<void()> done) {
  for (Feed* feed : feeds_) feed->farewell(reason);
  if (visits_.empty()) {
    done();
    return;
  }
  all_gone_ = std::move(done);
  for (const auto& visit : visits_) visit.second->connection.close(reason);
}

void Station::taskFailed(kj::Exception&& exception) {
  log_error(std::string("a connection ended unseen error=\"") + exception.getDescription().cStr() +
            "\"; the others are served");
}

}  // namespace daybook::server
