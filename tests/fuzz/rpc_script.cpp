// Numbers are one byte, so that questions and capabilities meet by chance. A script has no wrong form: what is missing
// is zero.
#include "tests/fuzz/rpc_script.h"

#include <array>
#include <cstring>

#include <capnp/message.h>
#include <capnp/rpc.capnp.h>
#include <rpc.capnp.h>

#include "net/wire_guard.h"
#include "tests/fuzz/fuzz.h"
#include "tests/remote/raw_calls.h"

namespace daybook::fuzz {
namespace {

/// Beyond it a script is cut, so that one run takes no longer than another by much.
constexpr int kEntriesMax = 64;

std::uint64_t interface_of(std::uint8_t number) {
  static const std::array<std::uint64_t, 7> ids = {capnp::typeId<rpc::Daybook>(),    capnp::typeId<rpc::Session>(),
                                                   capnp::typeId<rpc::Log>(),        capnp::typeId<rpc::Appender>(),
                                                   capnp::typeId<rpc::Subscriber>(), capnp::typeId<rpc::Subscription>(),
                                                   capnp::typeId<rpc::Projection>()};
  return ids[number % ids.size()];
}

/// Params that are a message of one segment, where these bytes are one.
void fill_params(capnp::AnyPointer::Builder content, std::string_view bytes) {
  auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
  if (words.size() == 0) return;
  std::memcpy(words.asBytes().begin(), bytes.data(), words.asBytes().size());
  const std::array<kj::ArrayPtr<const capnp::word>, 1> segments{words};
  static_cast<void>(net::guarded([&]() -> Result<void> {
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments.data(), segments.size()));
    content.set(reader.getRoot<capnp::AnyPointer>());
    return {};
  }));
}

std::string call_of(std::string_view& script) {
  const std::uint8_t question = take_byte(script);
  const std::uint8_t target = take_byte(script);
  const std::uint8_t path = take_byte(script);
  const std::uint8_t interface = take_byte(script);
  const std::uint8_t method = take_byte(script);
  const std::uint8_t capability = take_byte(script);
  const std::string_view params = take(script, std::size_t{take_byte(script)} * sizeof(capnp::word));
  return test::call(question, {.question = target, .path = std::vector<std::uint16_t>(path % 3, 0)},
                    interface_of(interface), method % 16,
                    [params](capnp::AnyPointer::Builder content) { fill_params(content, params); },
                    {{.id = capability, .promise = capability >= 128}});
}

std::string other_message(Entry entry, std::string_view& script) {
  const std::uint8_t first = take_byte(script);
  const std::uint8_t second = take_byte(script);
  return test::message_of([&](capnp::rpc::Message::Builder message) {
    if (entry == Entry::finish) {
      message.initFinish().setQuestionId(first);
    } else if (entry == Entry::release) {
      auto body = message.initRelease();
      body.setId(first);
      body.setReferenceCount(second);
    } else if (entry == Entry::answer) {
      auto body = message.initReturn();
      body.setAnswerId(first);
      if (second % 2 == 0) {
        body.initResults();
      } else {
        body.initException().setReason("no");
      }
    } else if (entry == Entry::resolve) {
      auto body = message.initResolve();
      body.setPromiseId(first);
      if (second % 2 == 0) {
        body.initCap().setSenderPromise(second);
      } else {
        body.initCap().setReceiverHosted(second);
      }
    } else {
      auto body = message.initDisembargo();
      body.initTarget().setImportedCap(first);
      body.getContext().setSenderLoopback(second);
    }
  });
}

}  // namespace

std::string messages_of(std::string_view script) {
  std::string all;
  for (int left = kEntriesMax; left > 0 && !script.empty(); --left) {
    switch (const auto entry = static_cast<Entry>(take_byte(script) % kEntries)) {
      case Entry::bytes:
        all += take(script, take_byte(script));
        break;
      case Entry::opening:
        all += test::opening();
        break;
      case Entry::call:
        all += call_of(script);
        break;
      default:
        all += other_message(entry, script);
    }
  }
  return all;
}

}  // namespace daybook::fuzz
