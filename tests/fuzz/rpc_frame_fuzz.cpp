// Bytes as a peer may send them, in pieces of any size. First the framing alone: each message that comes out must be
// one that Cap'n Proto's own reader finds at the same place, none may be over the limits, and nothing may hang. Then
// the same bytes to a whole connection: the counts and the RPC behind them must take them or refuse them.
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include <capnp/capability.h>
#include <capnp/message.h>
#include <capnp/rpc-twoparty.h>
#include <capnp/serialize.h>
#include <kj/async-io.h>
#include <kj/io.h>

#include "net/kj_interface.h"
#include "net/message_stream.h"
#include "net/wire.h"
#include "tests/fuzz/fuzz.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

constexpr std::size_t kMessageBytesMax = 2048;
constexpr std::size_t kWindowBytes = 4096;

DAYBOOK_KJ_INTERFACE_BEGIN
/// A peer that sends `bytes` in pieces of at most `piece`, then its end, and takes whatever comes.
class Peer final : public kj::AsyncIoStream {
 public:
  Peer(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}

  kj::Promise<std::size_t> tryRead(void* buffer, std::size_t least, std::size_t most) override {
    std::size_t done = 0;
    while (done < least && !bytes_.empty()) {
      const std::string_view some = take(bytes_, std::min(most - done, piece_));
      std::memcpy(static_cast<char*>(buffer) + done, some.data(), some.size());
      done += some.size();
    }
    return done;
  }
  kj::Promise<void> write(const void* /*bytes*/, std::size_t /*count*/) override { return kj::READY_NOW; }
  kj::Promise<void> write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> /*pieces*/) override {
    return kj::READY_NOW;
  }
  kj::Promise<void> whenWriteDisconnected() override { return kj::NEVER_DONE; }
  void shutdownWrite() override {}

 private:
  std::string_view bytes_;
  std::size_t piece_;
};
DAYBOOK_KJ_INTERFACE_END

/// Messages until the stream ends or is broken; each compared with what a stock reader reads at its place.
void check_framing(std::string_view bytes, std::size_t piece, kj::WaitScope& scope) {
  net::MessageStream stream(kj::heap<Peer>(bytes, piece), Clock::system(), kMessageBytesMax, kWindowBytes);
  kj::ArrayInputStream stock(kj::arrayPtr(reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()));
  for (;;) {
    kj::Maybe<capnp::MessageReaderAndFds> message;
    const auto broken = kj::runCatchingExceptions(
        [&] { message = stream.tryReadMessage(nullptr, capnp::ReaderOptions(), nullptr).wait(scope); });
    if (broken != nullptr || message == nullptr) return;
    KJ_IF_MAYBE (ours, message) {
      const capnp::InputStreamMessageReader theirs(stock);
      std::size_t words = 0;
      for (unsigned i = 0;; ++i) {
        const auto one = ours->reader->getSegment(i);
        const auto other = const_cast<capnp::InputStreamMessageReader&>(theirs).getSegment(i);
        DAYBOOK_CHECK(one.size() == other.size(), "a segment has the size that it claims");
        DAYBOOK_CHECK(one.size() == 0 || std::memcmp(one.begin(), other.begin(), one.asBytes().size()) == 0,
                      "a segment has the bytes that came");
        words += one.size();
        if (one.size() == 0 && (i >= net::kSegmentsMax || one.begin() == nullptr)) break;
      }
      DAYBOOK_CHECK(words * sizeof(capnp::word) <= kMessageBytesMax, "no message is over the limit");
    }
  }
}

/// A connection that serves nothing, until the RPC lets go of it.
void check_connection(std::string_view bytes, std::size_t piece, kj::WaitScope& scope) {
  net::ConnectionLimits limits;
  limits.exports = limits.unfinished_calls = 8;
  net::MessageStream stream(kj::heap<Peer>(bytes, piece), Clock::system(), kMessageBytesMax, kWindowBytes);
  bool over = false;
  net::Wire wire(stream, capnp::rpc::twoparty::Side::SERVER, limits, [] {}, [&over] { over = true; });
  // Not a null one: the RPC hands out what it serves without a look at it.
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> system(
      wire, capnp::Capability::Client(KJ_EXCEPTION(UNIMPLEMENTED, "nothing is served")));
  for (int turn = 0; turn < 1000 && !over; ++turn) kj::evalLast([] {}).wait(scope);
  DAYBOOK_CHECK(over, "a connection ends when its bytes do");
  DAYBOOK_CHECK(wire.reason().has_value(), "what ended has a reason");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  std::string_view text = text_of(data, bytes);
  const std::size_t piece = std::size_t{take_byte(text)} + 1;
  kj::EventLoop loop;
  kj::WaitScope scope(loop);
  check_framing(text, piece, scope);
  check_connection(text, piece, scope);
  return 0;
}
