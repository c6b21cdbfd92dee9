// Asio's handlers hold a fulfiller and nothing else, so that whoever gives up may drop the attempt at any time: what it
// owns is then closed, and a handler that comes later finds nobody who listens.
#include "net/connect.h"

#include <string>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "daybook/result.h"
#include "net/errors.h"
#include "net/socket_stream.h"

namespace daybook::net {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Stream = kj::Own<kj::AsyncIoStream>;
using Endpoint = boost::asio::generic::stream_protocol::endpoint;

/// One attempt to connect to an address.
class Attempt {
 public:
  Attempt(Loop& loop, Address address)
      : loop_(loop), address_(std::move(address)), resolver_(loop.context()), socket_(loop.context()) {}

  kj::Promise<Stream> run() {
    if (!address_.path.empty()) {
      endpoints_.emplace_back(boost::asio::local::stream_protocol::endpoint(address_.path));
      return try_from(0, error_code());
    }
    if (address_.port == 0)
      return to_exception(Error{.code = Code::invalid, .message = "there is no server at port 0"});
    return resolve().then([this](error_code error) -> kj::Promise<Stream> {
      if (error) return failed(error);
      return try_from(0, error_code());
    });
  }

 private:
  kj::Promise<error_code> resolve() {
    auto pair = kj::newPromiseAndFulfiller<Resolved>();
    resolver_.async_resolve(
        address_.host, std::to_string(address_.port), tcp::resolver::numeric_service,
        [fulfiller = kj::mv(pair.fulfiller)](const error_code& error, tcp::resolver::results_type found) mutable {
          fulfiller->fulfill(Resolved{error, std::move(found)});
        });
    return pair.promise.then([this](Resolved&& resolved) {
      for (const auto& entry : resolved.found) endpoints_.emplace_back(entry.endpoint());
      return resolved.error;
    });
  }

  /// Tries the endpoints from `number` on; `last` is what became of the one before.
  kj::Promise<Stream> try_from(std::size_t number, error_code last) {
    if (number == endpoints_.size()) return failed(last);
    socket_ = Socket(loop_.context());
    auto pair = kj::newPromiseAndFulfiller<error_code>();
    socket_.async_connect(endpoints_[number], [fulfiller = kj::mv(pair.fulfiller)](const error_code& error) mutable {
      fulfiller->fulfill(error_code(error));
    });
    return pair.promise.then([this, number](error_code error) -> kj::Promise<Stream> {
      if (error) return try_from(number + 1, error);
      // Asio goes on watching a socket that it connected for room to write, so each answer would wake its loop twice.
      return make_socket_stream(Socket(loop_.context(), endpoints_[number].protocol(), socket_.release()));
    });
  }

  kj::Exception failed(const error_code& error) const {
    Code code = Code::io;
    if (error == boost::asio::error::host_not_found || error == boost::system::errc::no_such_file_or_directory) {
      code = Code::not_found;
    } else if (error == boost::system::errc::permission_denied) {
      code = Code::denied;
    }
    return to_exception(
        Error{.code = code, .message = "cannot connect to " + to_string(address_) + ": " + error.message()});
  }

  struct Resolved {
    error_code error;
    tcp::resolver::results_type found;
  };

  Loop& loop_;
  Address address_;
  tcp::resolver resolver_;
  std::vector<Endpoint> endpoints_;
  Socket socket_;
};

}  // namespace

kj::Promise<Stream> connect(Loop& loop, Address address, std::chrono::nanoseconds timeout) {
  auto late = loop.after(timeout).then([where = to_string(address)]() -> kj::Promise<Stream> {
    return to_exception(Error{.code = Code::timeout, .message = "cannot connect to " + where + ": no answer in time"});
  });
  auto attempt = kj::heap<Attempt>(loop, std::move(address));
  auto connected = kj::evalNow([&attempt] { return attempt->run(); });
  return connected.attach(kj::mv(attempt)).exclusiveJoin(kj::mv(late));
}

}  // namespace daybook::net
