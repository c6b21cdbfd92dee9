// Messages of Cap'n Proto's RPC (capnp/rpc.capnp), one by one, as nobody's RPC system would send them.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/rpc.capnp.h>
#include <rpc.capnp.h>

namespace daybook::test {

/// What is called: something in the answer of an earlier question, which may not be there yet.
struct Promised {
  std::uint32_t question = 0;
  std::vector<std::uint16_t> path{};  ///< Pointers to follow from the results.
};

/// A capability of the peer's own, that a call hands over.
struct OwnCapability {
  std::uint32_t id = 0;
  bool promise = false;
};

using FillMessage = std::function<void(capnp::rpc::Message::Builder)>;
using FillParams = std::function<void(capnp::AnyPointer::Builder)>;

/// A message, framed.
[[nodiscard]] std::string message_of(const FillMessage& fill);
/// A message, framed, of the builder's content.
[[nodiscard]] std::string framed(capnp::MessageBuilder& message);

[[nodiscard]] std::string bootstrap(std::uint32_t question);
[[nodiscard]] std::string finish(std::uint32_t question);

/// A call of `method` of interface `interface`. The params see `capabilities` as pointers to capability 0, 1, ...
[[nodiscard]] std::string call(std::uint32_t question, const Promised& target, std::uint64_t interface,
                               std::uint16_t method, const FillParams& params,
                               std::initializer_list<OwnCapability> capabilities = {});

/// Questions that every session of a raw peer begins with, each sent upon the other's promise.
inline constexpr std::uint32_t kBootstrap = 0;
inline constexpr std::uint32_t kLogin = 1;
inline constexpr std::uint32_t kOpenLog = 2;
/// The first that is free.
inline constexpr std::uint32_t kFirstQuestion = 3;

/// What logs in and opens the log: three messages.
[[nodiscard]] std::string opening();
/// The log that opening() has opened, or will have.
[[nodiscard]] inline Promised opened_log() {
  return {.question = kOpenLog, .path = {0}};
}
/// Its session.
[[nodiscard]] inline Promised session() {
  return {.question = kLogin, .path = {0}};
}

/// A call of the log.
template <class Params>
[[nodiscard]] std::string log_call(std::uint32_t question, std::uint16_t method,
                                   const std::function<void(typename Params::Builder)>& fill = {}) {
  return call(question, opened_log(), capnp::typeId<rpc::Log>(), method, [&](capnp::AnyPointer::Builder content) {
    const auto params = content.initAs<Params>();
    if (fill) fill(params);
  });
}

/// A subscription with `subscriber`, from `from` on; of events of `type`, unless that is empty.
[[nodiscard]] std::string subscribe_call(std::uint32_t question, std::uint64_t from, OwnCapability subscriber,
                                         const std::string& type = "");

/// What a server's message is about.
struct RawAnswer {
  enum class Kind : std::uint8_t { results, exception, call, other };
  Kind kind = Kind::other;
  std::uint32_t question = 0;  ///< Of an answer to ours; of a call: its own.
};
[[nodiscard]] RawAnswer read_answer(const std::string& message);

}  // namespace daybook::test
