// The counts follow the protocol's own rules for who lets go of what (rpc.capnp), so that what they say is what the
// RPC's tables hold. What a peer may do only wrongly (an answer to no question, a question twice) is the RPC's to
// refuse.
#include "net/ledger.h"

#include <utility>

namespace daybook::net {
namespace {

using capnp::rpc::CapDescriptor;
using capnp::rpc::Message;

std::optional<std::string> over(const char* what, std::size_t most) {
  return std::string(what) + ", over the limit of " + std::to_string(most);
}

bool passed(std::size_t count, std::size_t most) {
  return most != 0 && count > most;
}

}  // namespace

std::optional<std::string> Ledger::received(Message::Reader message) {
  switch (message.which()) {
    case Message::BOOTSTRAP:
      return opened(message.getBootstrap().getQuestionId());
    case Message::CALL: {
      const auto call = message.getCall();
      auto broken = opened(call.getQuestionId());
      return broken ? broken : taken(call.getParams().getCapTable());
    }
    case Message::RETURN: {
      const auto answer = message.getReturn();
      settle(in_params_, answer.getAnswerId(), answer.getReleaseParamCaps());
      return answer.isResults() ? taken(answer.getResults().getCapTable()) : std::nullopt;
    }
    case Message::FINISH:
      finished(message.getFinish());
      return std::nullopt;
    case Message::RELEASE:
      release(message.getRelease().getId(), message.getRelease().getReferenceCount());
      return std::nullopt;
    case Message::RESOLVE:
      return resolved(message.getResolve());
    default:
      return std::nullopt;
  }
}

std::optional<std::string> Ledger::sent(Message::Reader message) {
  switch (message.which()) {
    case Message::CALL:
      give(message.getCall().getParams().getCapTable(), in_params_, message.getCall().getQuestionId());
      break;
    case Message::RETURN:
      answered(message.getReturn());
      break;
    case Message::RESOLVE:
      if (message.getResolve().isCap()) {
        if (const auto id = id_of(message.getResolve().getCap())) ++exports_[*id];
      }
      break;
    case Message::RELEASE:
      promises_.erase(message.getRelease().getId());
      leads_.erase(message.getRelease().getId());
      break;
    default:
      break;
  }
  if (passed(exports_.size(), limits_.exports)) return over("more capabilities held by the peer", limits_.exports);
  return std::nullopt;
}

std::optional<std::uint32_t> Ledger::id_of(CapDescriptor::Reader capability) {
  if (capability.isSenderHosted()) return capability.getSenderHosted();
  if (capability.isSenderPromise()) return capability.getSenderPromise();
  return std::nullopt;
}

// Calls of the peer.

std::optional<std::string> Ledger::opened(std::uint32_t question) {
  calls_.emplace(question, Call::in_flight);
  ++calls_in_flight_;
  if (!passed(calls_.size(), limits_.unfinished_calls)) return std::nullopt;
  return over("more calls whose answers the peer has not let go of", limits_.unfinished_calls);
}

void Ledger::answered(capnp::rpc::Return::Reader answer) {
  const auto call = calls_.find(answer.getAnswerId());
  if (call == calls_.end()) return;
  --calls_in_flight_;
  const Call was = std::exchange(call->second, Call::answered);
  const bool with_results = answer.isResults() && answer.getResults().getCapTable().size() > 0;
  if (was == Call::in_flight) {
    if (with_results) give(answer.getResults().getCapTable(), in_results_, call->first);
    return;
  }
  calls_.erase(call);  // let go of before it was answered, and with it what the answer would have given
}

void Ledger::finished(capnp::rpc::Finish::Reader finish) {
  const auto call = calls_.find(finish.getQuestionId());
  if (call == calls_.end()) return;
  if (call->second == Call::answered) {
    settle(in_results_, call->first, finish.getReleaseResultCaps());
    calls_.erase(call);
  } else {
    call->second = Call::let_go;
  }
}

// Capabilities of ours.

void Ledger::give(Capabilities capabilities, ByQuestion& by_question, std::uint32_t question) {
  if (capabilities.size() == 0) return;
  Ids ids;
  for (const auto capability : capabilities) {
    if (const auto id = id_of(capability)) {
      ++exports_[*id];
      ids.push_back(*id);
    }
  }
  if (!ids.empty()) by_question.insert_or_assign(question, std::move(ids));
}

void Ledger::settle(ByQuestion& by_question, std::uint32_t question, bool released) {
  const auto given = by_question.find(question);
  if (given == by_question.end()) return;
  if (released) {
    for (const std::uint32_t id : given->second) release(id, 1);
  }
  by_question.erase(given);
}

void Ledger::release(std::uint32_t capability, std::uint32_t references) {
  const auto held = exports_.find(capability);
  if (held == exports_.end()) return;
  if (held->second <= references) {
    exports_.erase(held);
  } else {
    held->second -= references;
  }
}

// Capabilities of the peer.

std::optional<std::string> Ledger::taken(Capabilities capabilities) {
  if (passed(capabilities.size(), limits_.capabilities_in_message)) {
    return over("a message with more capabilities", limits_.capabilities_in_message);
  }
  for (const auto capability : capabilities) {
    if (capability.isSenderPromise()) promises_.try_emplace(capability.getSenderPromise(), 0);
  }
  if (!passed(promises_.size(), limits_.exports)) return std::nullopt;
  return over("more promises of the peer that do not resolve", limits_.exports);
}

std::optional<std::string> Ledger::resolved(capnp::rpc::Resolve::Reader resolve) {
  const std::uint32_t id = resolve.getPromiseId();
  const auto promise = promises_.find(id);
  const bool held = promise != promises_.end();
  std::size_t depth = 0;
  if (held) {
    depth = promise->second;
    promises_.erase(promise);
  }
  if (!resolve.isCap() || !resolve.getCap().isSenderPromise()) return std::nullopt;
  const std::uint32_t to = resolve.getCap().getSenderPromise();
  // The RPC would follow a circle until its stack ends.
  if (leads_to(to, id)) return "a promise that resolves to itself";
  if (held) leads_.insert_or_assign(id, to);
  promises_[to] = ++depth;
  if (!passed(depth, limits_.promise_depth)) return std::nullopt;
  return over("promises that resolve to promises, more in a row", limits_.promise_depth);
}

bool Ledger::leads_to(std::uint32_t to, std::uint32_t promise) const {
  while (to != promise) {
    const auto next = leads_.find(to);
    if (next == leads_.end()) return false;
    to = next->second;
  }
  return true;
}

}  // namespace daybook::net
