// What a peer has open with us, counted from the messages that go by: calls without an answer, answers that it has not
// let go of, capabilities of ours that it holds, promises of its own. Cap'n Proto's RPC keeps tables of these and
// bounds none of them; a peer that only ever opens would grow them for ever.
//
// Threads: its connection's loop. Owns: nothing beyond the counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <capnp/rpc.capnp.h>

#include "net/limits.h"

namespace daybook::net {

/// One connection's counts. A call costs a look-up or two, and so does a message with capabilities; other messages a
/// look at their kind.
class Ledger {
 public:
  /// Keeps a copy of `limits`.
  explicit Ledger(const ConnectionLimits& limits) : limits_(limits) {}

  /// A message of the peer, before the RPC sees it. The bound that it breaks, in words; nothing where it breaks none.
  [[nodiscard]] std::optional<std::string> received(capnp::rpc::Message::Reader message);

  /// A message of ours, when it is sent. The bound that the peer has broken with it: it holds too many capabilities.
  [[nodiscard]] std::optional<std::string> sent(capnp::rpc::Message::Reader message);

  /// Calls of the peer that have no answer yet.
  [[nodiscard]] std::size_t calls_in_flight() const { return calls_in_flight_; }
  /// Calls of the peer whose answers it has not let go of, those in flight among them.
  [[nodiscard]] std::size_t unfinished_calls() const { return calls_.size(); }
  /// Capabilities of ours that the peer holds.
  [[nodiscard]] std::size_t exports() const { return exports_.size(); }
  /// Promises of the peer that have not resolved.
  [[nodiscard]] std::size_t promises() const { return promises_.size(); }
  /// Whether the gate on calls lets another message in.
  [[nodiscard]] bool admits() const {
    return limits_.calls_in_flight == 0 || calls_in_flight_ < limits_.calls_in_flight;
  }

 private:
  using Capabilities = capnp::List<capnp::rpc::CapDescriptor>::Reader;
  using Ids = std::vector<std::uint32_t>;
  using ByQuestion = std::unordered_map<std::uint32_t, Ids>;

  /// Where a call of the peer stands.
  enum class Call : std::uint8_t {
    in_flight,  ///< No answer yet.
    answered,   ///< The peer has the answer, and has not let go of it.
    let_go,     ///< The peer lets go of the answer that it has not got.
  };

  [[nodiscard]] std::optional<std::string> opened(std::uint32_t question);
  void answered(capnp::rpc::Return::Reader answer);
  void finished(capnp::rpc::Finish::Reader finish);
  /// Of a capability that is the sender's own.
  [[nodiscard]] static std::optional<std::uint32_t> id_of(capnp::rpc::CapDescriptor::Reader capability);
  void give(Capabilities capabilities, ByQuestion& by_question, std::uint32_t question);
  void settle(ByQuestion& by_question, std::uint32_t question, bool released);
  void release(std::uint32_t capability, std::uint32_t references);
  [[nodiscard]] std::optional<std::string> taken(Capabilities capabilities);
  [[nodiscard]] std::optional<std::string> resolved(capnp::rpc::Resolve::Reader resolve);
  /// Whether `promise` is met on the way that `to` has resolved to so far.
  [[nodiscard]] bool leads_to(std::uint32_t to, std::uint32_t promise) const;

  ConnectionLimits limits_;
  std::unordered_map<std::uint32_t, Call> calls_;             ///< The peer's, by its question's number.
  std::size_t calls_in_flight_ = 0;                           ///< Of `calls_`, those that have no answer.
  std::unordered_map<std::uint32_t, std::uint64_t> exports_;  ///< References that the peer has to each.
  ByQuestion in_results_;                                     ///< Given with an answer, by the peer's question.
  ByQuestion in_params_;                                      ///< Given with a call of ours, by our question.
  std::unordered_map<std::uint32_t, std::size_t> promises_;   ///< The peer's, and how many led to each.
  std::unordered_map<std::uint32_t, std::uint32_t> leads_;    ///< Promises that are held and resolved to promises.
};

}  // namespace daybook::net
