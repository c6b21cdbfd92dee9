// Sockets are accepted in bunches, without Asio, since what goes to another loop is only a number until it gets there:
// Asio's objects are made on the thread that uses them.
#include "net/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <cerrno>
#include <cstring>

#include "base/logger.h"
#include "net/bind.h"
#include "net/descriptor.h"

namespace daybook::net {
namespace {

using std::chrono::milliseconds;

/// Accepted before other work of the loop has its turn.
constexpr int kBunch = 64;
/// After a failure that only time mends, such as no descriptor left.
constexpr milliseconds kRest(100);
/// Lines in the log about refusals are as far apart.
constexpr std::chrono::seconds kBetweenLines(10);

/// A failure of the one connection that was about to be accepted; the next may be well (accept(2)).
bool of_one_connection(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN || error == ENOPROTOOPT ||
         error == EHOSTDOWN || error == EHOSTUNREACH || error == EOPNOTSUPP || error == ENETUNREACH;
}

}  // namespace

std::optional<ConnectionCount::Ticket> ConnectionCount::take() {
  if (now_.fetch_add(1) < most_) return Ticket(*this);
  now_.fetch_sub(1);
  return std::nullopt;
}

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, std::span<Loop* const> loops, const Address& address,
                                                 ConnectionCount& count, const Welcome& welcome) {
  auto bound = bind_and_listen(address);
  if (!bound) return std::unexpected(std::move(bound.error()));
  return std::unique_ptr<Listener>(new Listener(loop, loops, std::move(*bound), count, welcome));
}

Listener::Listener(Loop& loop, std::span<Loop* const> loops, Bound bound, ConnectionCount& count,
                   const Welcome& welcome)
    : loop_(loop),
      loops_(loops.begin(), loops.end()),
      bound_(std::move(bound)),
      count_(count),
      welcome_(welcome),
      socket_(loop.context(), bound_.descriptor.release()) {
  accepting_ = accept_on().eagerlyEvaluate([this](kj::Exception&& why) {
    log_error("no longer listening address=" + to_string(address()) + " error=\"" + why.getDescription().cStr() +
              "\"; restart the server");
  });
}

Listener::~Listener() {
  accepting_ = nullptr;
  remove_socket_file(bound_);
}

kj::Promise<void> Listener::accept_on() {
  auto pair = kj::newPromiseAndFulfiller<void>();
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [fulfiller = kj::mv(pair.fulfiller)](const boost::system::error_code& error) mutable {
                       if (!error) fulfiller->fulfill();
                     });
  return pair.promise
      .then([this]() -> kj::Promise<void> {
        const milliseconds rest = accept_some();
        return rest.count() > 0 ? loop_.after(rest) : kj::Promise<void>(kj::READY_NOW);
      })
      .then([this] { return accept_on(); });
}

milliseconds Listener::accept_some() {
  for (int i = 0; i < kBunch; ++i) {
    const int descriptor = ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      hand_over(descriptor);
    } else if (errno == EAGAIN) {
      break;
    } else if (!of_one_connection(errno)) {
      warn(std::string("cannot accept connections error=\"") + std::strerror(errno) + "\"", "trying again");
      return kRest;
    }
  }
  return milliseconds(0);
}

void Listener::hand_over(int number) {
  Descriptor descriptor(number);
  auto ticket = count_.take();
  if (!ticket) {
    warn("too many connections most=" + std::to_string(count_.most()), "refusing new ones");
    return;
  }
  Loop& to = *loops_[next_++ % loops_.size()];
  const bool is_unix = !bound_.address.path.empty();
  to.post([&to, &welcome = welcome_,
           protocol = boost::asio::generic::stream_protocol(bound_.family, is_unix ? 0 : IPPROTO_TCP),
           descriptor = std::move(descriptor), ticket = std::move(*ticket)]() mutable {
    Socket socket(to.context());
    boost::system::error_code error;
    socket.assign(protocol, descriptor.number(), error);
    if (error) return;  // the loop has no room to watch it: closed, as if it had never come
    static_cast<void>(descriptor.release());
    welcome(to, std::move(socket), std::move(ticket));
  });
}

void Listener::warn(const std::string& what, const char* now) {
  ++unsaid_;
  if (said_ && loop_.now() - *said_ < kBetweenLines) return;
  log_warning(what + " address=" + to_string(address()) + " times=" + std::to_string(unsaid_) + "; " + now);
  said_ = loop_.now();
  unsaid_ = 0;
}

}  // namespace daybook::net
