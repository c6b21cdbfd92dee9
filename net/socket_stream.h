// A connected socket, TCP or Unix, as KJ's stream of bytes. The kernel reads and writes the caller's buffers while the
// caller waits for nothing: Asio only tells when the socket is ready, and never holds a buffer, so that dropping a
// promise at any time is safe.
//
// Threads: its loop's. Owns: the socket.
#pragma once

#include <kj/async-io.h>

#include <boost/asio/generic/stream_protocol.hpp>

namespace daybook::net {

using Socket = boost::asio::generic::stream_protocol::socket;

/// Takes over `socket`, which is connected and of the loop that the promises of this thread run on. Reads and writes
/// fail with a kj::Exception, DISCONNECTED where the other side went away.
[[nodiscard]] kj::Own<kj::AsyncIoStream> make_socket_stream(Socket socket);

}  // namespace daybook::net
