// A connected socket, TCP or Unix, as KJ's stream of bytes. The kernel reads and writes the caller's buffers while the
// caller waits for nothing: Asio only tells when the socket is ready, and never holds a buffer, so that dropping a
// promise at any time is safe.
//
// Threads: its loop's. Owns: the socket.
#pragma once

#include <kj/async-io.h>
#include <chrono>

#include <boost/asio/generic/stream_protocol.hpp>

namespace daybook::net {

/// A stream socket of any family, bound to the loop of its thread.
using Socket = boost::asio::generic::stream_protocol::socket;

/// Takes over `socket`, which is connected and of the loop that the promises of this thread run on. Reads and writes
/// fail with a kj::Exception, DISCONNECTED where the other side went away; never synchronously. TCP_NODELAY is set. TLS
/// will wrap what is returned here, or take its place: both are kj::AsyncIoStream, and getFd() gives the socket's
/// number.
///
/// A read that got less than there was room for is taken to have got all there was: the next one waits for readiness
/// first, so that a wake-up costs one system call for reading.
[[nodiscard]] kj::Own<kj::AsyncIoStream> make_socket_stream(Socket socket);

}  // namespace daybook::net
