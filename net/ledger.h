// What a peer has open with us, counted from the messages that go by: calls without an answer, answers that it has not
// let go of, capabilities of ours that it holds, promises of its own. Cap'n Proto's RPC keeps tables of these and
// bounds none of them; a peer that only ever opens would grow them for ever.
//
// Threads: its connection's loop. Owns: nothing beyond the counts.
#pragma once

#include <capnp/rpc.capnp.h>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/limits.h"

namespace daybook::net {

/// One connection's counts. Messages cost a look at their kind; only those with capabilities cost a look-up.
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
  [[nodiscard]] std::size_t unfinished_calls() const { return unfinished_calls_; }
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

  [[nodiscard]] std::optional<std::string> opened(capnp::rpc::Payload::Reader params);
  [[nodiscard]] std::optional<std::string> taken(Capabilities capabilities, std::size_t depth);
  [[nodiscard]] std::optional<std::string> resolved(capnp::rpc::Resolve::Reader resolve);
  void given(Capabilities capabilities, std::unordered_map<std::uint32_t, Ids>& by_question, std::uint32_t question);
  void give(capnp::rpc::CapDescriptor::Reader capability, Ids* given);
  void settle(std::unordered_map<std::uint32_t, Ids>& by_question, std::uint32_t question, bool released);
  void release(std::uint32_t capability, std::uint32_t references);

  ConnectionLimits limits_;
  std::size_t calls_in_flight_ = 0;
  std::size_t unfinished_calls_ = 0;
  std::unordered_map<std::uint32_t, std::uint64_t> exports_;  ///< References that the peer has to each.
  std::unordered_map<std::uint32_t, Ids> in_results_;         ///< Given with an answer, by the peer's question.
  std::unordered_map<std::uint32_t, Ids> in_params_;          ///< Given with a call of ours, by our question.
  std::unordered_map<std::uint32_t, std::size_t> promises_;   ///< The peer's, with how many led to each.
};

}  // namespace daybook::net
