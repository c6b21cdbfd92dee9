// What a peer has open, counted message by message: each count goes back to nothing when the peer lets go, and stops a
// peer that does not.
#include <capnp/message.h>
#include <capnp/rpc.capnp.h>
#include <doctest/doctest.h>

#include "net/ledger.h"

using namespace daybook;
using capnp::rpc::Message;
using net::Ledger;

namespace {

/// Has `ledger` see one message, that `fill` makes.
template <class Fill>
bool receive(Ledger& ledger, Fill&& fill) {
  capnp::MallocMessageBuilder message;
  fill(message.initRoot<Message>());
  return ledger.received(message.getRoot<Message>().asReader()).has_value();
}

template <class Fill>
bool send(Ledger& ledger, Fill&& fill) {
  capnp::MallocMessageBuilder message;
  fill(message.initRoot<Message>());
  return ledger.sent(message.getRoot<Message>().asReader()).has_value();
}

bool call(Ledger& ledger, std::uint32_t question) {
  return receive(ledger, [&](Message::Builder message) { message.initCall().setQuestionId(question); });
}

bool answer(Ledger& ledger, std::uint32_t question, std::vector<std::uint32_t> capabilities = {}) {
  return send(ledger, [&](Message::Builder message) {
    auto answer = message.initReturn();
    answer.setAnswerId(question);
    auto table = answer.initResults().initCapTable(static_cast<unsigned>(capabilities.size()));
    for (unsigned i = 0; i < table.size(); ++i) table[i].setSenderHosted(capabilities[i]);
  });
}

bool finish(Ledger& ledger, std::uint32_t question, bool release) {
  return receive(ledger, [&](Message::Builder message) {
    auto finish = message.initFinish();
    finish.setQuestionId(question);
    finish.setReleaseResultCaps(release);
  });
}

bool release(Ledger& ledger, std::uint32_t capability, std::uint32_t references) {
  return receive(ledger, [&](Message::Builder message) {
    auto release = message.initRelease();
    release.setId(capability);
    release.setReferenceCount(references);
  });
}

bool resolve(Ledger& ledger, std::uint32_t promise, std::uint32_t to) {
  return receive(ledger, [&](Message::Builder message) {
    auto resolve = message.initResolve();
    resolve.setPromiseId(promise);
    resolve.initCap().setSenderPromise(to);
  });
}

bool call_with(Ledger& ledger, std::uint32_t question, std::uint32_t first_promise, unsigned promises) {
  return receive(ledger, [&](Message::Builder message) {
    auto call = message.initCall();
    call.setQuestionId(question);
    auto table = call.initParams().initCapTable(promises);
    for (unsigned i = 0; i < promises; ++i) table[i].setSenderPromise(first_promise + i);
  });
}

}  // namespace

TEST_CASE("ledger: a call is in flight until it is answered, and open until the peer lets go") {
  Ledger ledger({.calls_in_flight = 2});
  CHECK(!call(ledger, 1));
  CHECK(ledger.admits());
  CHECK(!call(ledger, 7));
  CHECK(!ledger.admits());
  answer(ledger, 1);
  CHECK(ledger.admits());
  CHECK(ledger.calls_in_flight() == 1);
  CHECK(ledger.unfinished_calls() == 2);
  finish(ledger, 1, true);
  CHECK(ledger.unfinished_calls() == 1);
  finish(ledger, 7, true);  // before it is answered
  CHECK(ledger.calls_in_flight() == 1);
  answer(ledger, 7, {4});
  CHECK(ledger.calls_in_flight() == 0);
  CHECK(ledger.unfinished_calls() == 0);
  CHECK(ledger.exports() == 0);
}

TEST_CASE("ledger: answers that the peer never lets go of are bounded") {
  Ledger ledger({.unfinished_calls = 100});
  for (std::uint32_t i = 0; i < 100; ++i) {
    CHECK(!call(ledger, i));
    answer(ledger, i);
  }
  CHECK(call(ledger, 100));
}

TEST_CASE("ledger: a capability is held until as many references are released as were given") {
  Ledger ledger({});
  call(ledger, 1);
  answer(ledger, 1, {10, 11});
  call(ledger, 2);
  answer(ledger, 2, {10});
  CHECK(ledger.exports() == 2);
  finish(ledger, 1, true);  // with what it gave
  CHECK(ledger.exports() == 1);
  finish(ledger, 2, false);  // the peer keeps it
  CHECK(ledger.exports() == 1);
  release(ledger, 10, 1);
  CHECK(ledger.exports() == 0);
  release(ledger, 10, 1);
  finish(ledger, 99, true);
  CHECK(ledger.exports() == 0);
}

TEST_CASE("ledger: capabilities in our calls are held until the peer says so in its answer, or later") {
  Ledger ledger({});
  const auto our_call = [&](std::uint32_t question) {
    send(ledger, [&](Message::Builder message) {
      auto call = message.initCall();
      call.setQuestionId(question);
      call.initParams().initCapTable(1)[0].setSenderHosted(question);
    });
  };
  const auto their_answer = [&](std::uint32_t question, bool released) {
    receive(ledger, [&](Message::Builder message) {
      message.initReturn().setAnswerId(question);
      message.getReturn().setReleaseParamCaps(released);
    });
  };
  our_call(1);
  our_call(2);
  CHECK(ledger.exports() == 2);
  their_answer(1, true);
  CHECK(ledger.exports() == 1);
  their_answer(2, false);
  CHECK(ledger.exports() == 1);
  release(ledger, 2, 1);
  CHECK(ledger.exports() == 0);
}

TEST_CASE("ledger: a peer that holds too many capabilities is told from one that holds one often") {
  Ledger ledger({.exports = 10});
  for (std::uint32_t i = 0; i < 100; ++i) {
    call(ledger, i);
    CHECK(!answer(ledger, i, {5}));
    finish(ledger, i, false);
  }
  for (std::uint32_t i = 0; i < 9; ++i) {
    call(ledger, i);
    CHECK(!answer(ledger, i, {100 + i}));
  }
  call(ledger, 9);
  CHECK(answer(ledger, 9, {200}));
}

TEST_CASE("ledger: a message with too many capabilities is refused") {
  Ledger ledger({.capabilities_in_message = 3});
  CHECK(!call_with(ledger, 1, 1, 3));
  CHECK(call_with(ledger, 2, 10, 4));
}

TEST_CASE("ledger: a promise that resolves to a promise, and so on, comes to an end") {
  Ledger ledger({.promise_depth = 4});
  CHECK(!call_with(ledger, 1, 100, 1));
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(!resolve(ledger, 100 + i, 101 + i));
  CHECK(resolve(ledger, 104, 105));
  // One after the other is no chain.
  Ledger other({.promise_depth = 4});
  for (std::uint32_t i = 0; i < 100; ++i) {
    CHECK(!call_with(other, i, 2 * i, 1));
    CHECK(!resolve(other, 2 * i, 2 * i + 1));
    send(other, [&](Message::Builder message) { message.initRelease().setId(2 * i + 1); });
  }
  CHECK(other.promises() == 0);
}

TEST_CASE(
    "ledger: a promise that resolves to itself, at once or by way of others, is refused; a number used again is not") {
  Ledger itself({});
  CHECK(!call_with(itself, 1, 7, 1));
  CHECK(resolve(itself, 7, 7));
  Ledger circle({});
  CHECK(!call_with(circle, 1, 7, 1));
  CHECK(!resolve(circle, 7, 8));
  CHECK(!resolve(circle, 8, 9));
  CHECK(resolve(circle, 9, 7));
  Ledger again({});
  CHECK(!call_with(again, 1, 7, 1));
  CHECK(!resolve(again, 7, 8));
  send(again, [](Message::Builder message) { message.initRelease().setId(7); });
  CHECK(!resolve(again, 8, 7));
}

TEST_CASE("ledger: promises that never resolve are bounded") {
  Ledger ledger({.exports = 100});
  bool refused = false;
  for (std::uint32_t i = 0; i < 101; ++i) refused = call_with(ledger, i, i, 1);
  CHECK(refused);
}
