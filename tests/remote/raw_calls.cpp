// Ordinals of methods and of pointers are those of schema/rpc.capnp, which never change.
#include "tests/remote/raw_calls.h"

#include <cstring>

#include <capnp/capability.h>
#include <capnp/serialize.h>

namespace daybook::test {

std::string framed(capnp::MessageBuilder& message) {
  const kj::Array<capnp::word> words = capnp::messageToFlatArray(message);
  return {reinterpret_cast<const char*>(words.begin()), words.size() * sizeof(capnp::word)};
}

std::string message_of(const FillMessage& fill) {
  capnp::MallocMessageBuilder message;
  fill(message.initRoot<capnp::rpc::Message>());
  return framed(message);
}

std::string bootstrap(std::uint32_t question) {
  return message_of(
      [question](capnp::rpc::Message::Builder message) { message.initBootstrap().setQuestionId(question); });
}

std::string finish(std::uint32_t question) {
  return message_of([question](capnp::rpc::Message::Builder message) {
    auto body = message.initFinish();
    body.setQuestionId(question);
    body.setReleaseResultCaps(false);
  });
}

std::string call(std::uint32_t question, const Promised& target, std::uint64_t interface, std::uint16_t method,
                 const FillParams& params, std::initializer_list<OwnCapability> capabilities) {
  capnp::MallocMessageBuilder message;
  auto body = message.initRoot<capnp::rpc::Message>().initCall();
  body.setQuestionId(question);
  body.setInterfaceId(interface);
  body.setMethodId(method);
  auto promised = body.initTarget().initPromisedAnswer();
  promised.setQuestionId(target.question);
  auto path = promised.initTransform(static_cast<unsigned>(target.path.size()));
  for (unsigned at = 0; at < path.size(); ++at) path[at].setGetPointerField(target.path[at]);
  body.getSendResultsTo().setCaller();

  auto payload = body.initParams();
  capnp::BuilderCapabilityTable table;
  params(table.imbue(payload.getContent()));
  auto list = payload.initCapTable(static_cast<unsigned>(capabilities.size()));
  unsigned at = 0;
  for (const OwnCapability& own : capabilities) {
    if (own.promise) {
      list[at++].setSenderPromise(own.id);
    } else {
      list[at++].setSenderHosted(own.id);
    }
  }
  return framed(message);
}

std::string opening() {
  const auto login = [](capnp::AnyPointer::Builder content) {
    auto params = content.initAs<rpc::Daybook::LoginParams>();
    params.setToken("");
    params.setClient("a raw peer");
    params.setVersion(rpc::PROTOCOL_VERSION);
  };
  return bootstrap(kBootstrap) + call(kLogin, {.question = kBootstrap}, capnp::typeId<rpc::Daybook>(), 0, login) +
         call(kOpenLog, session(), capnp::typeId<rpc::Session>(), 0, [](capnp::AnyPointer::Builder content) {
           static_cast<void>(content.initAs<rpc::Session::OpenLogParams>());
         });
}

std::string subscribe_call(std::uint32_t question, std::uint64_t from, OwnCapability subscriber,
                           const std::string& type) {
  const auto fill = [from, &type](capnp::AnyPointer::Builder content) {
    auto params = content.initAs<rpc::Log::SubscribeParams>();
    params.initStart().setSequence(from);
    if (!type.empty()) params.initQuery().initItems(1)[0].initTypes(1).set(0, type.c_str());
    // Any capability will do: what it stands for is said in the message's table.
    params.setSubscriber(rpc::Subscriber::Client(KJ_EXCEPTION(FAILED, "of a raw peer")));
  };
  return call(question, opened_log(), capnp::typeId<rpc::Log>(), 13, fill, {subscriber});
}

RawAnswer read_answer(const std::string& message) {
  auto words = kj::heapArray<capnp::word>(message.size() / sizeof(capnp::word));
  std::memcpy(words.asBytes().begin(), message.data(), words.asBytes().size());
  capnp::FlatArrayMessageReader reader(words, {.traversalLimitInWords = std::uint64_t{1} << 40});
  const auto root = reader.getRoot<capnp::rpc::Message>();
  if (root.isReturn()) {
    const auto answer = root.getReturn();
    return {.kind = answer.isException() ? RawAnswer::Kind::exception : RawAnswer::Kind::results,
            .question = answer.getAnswerId()};
  }
  if (root.isCall()) return {.kind = RawAnswer::Kind::call, .question = root.getCall().getQuestionId()};
  return {};
}

}  // namespace daybook::test
