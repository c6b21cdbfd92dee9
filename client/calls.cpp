// Every call here can be repeated: what only reads has no effect, so a lost connection is no reason to bother the
// caller.
#include "client/calls.h"

#include "base/check.h"
#include "net/errors.h"

namespace daybook::client {

Calls::Calls(Uplink& uplink) : uplink_(uplink), tasks_(*this) {
  auto pair = kj::newPromiseAndFulfiller<void>();
  closing_ = kj::mv(pair.fulfiller);
  closed_ = pair.promise.fork();
}

void Calls::close() {
  closing_->fulfill();
}

bool Calls::passes(const kj::Exception& exception) {
  return exception.getType() == kj::Exception::Type::DISCONNECTED ||
         exception.getType() == kj::Exception::Type::OVERLOADED;
}

Error Calls::error_from(const kj::Exception& exception) {
  return net::to_error(exception);
}

Error Calls::late_error() const {
  if (uplink_.up()) return {.code = Code::timeout, .message = "the server does not answer in time"};
  return {.code = Code::timeout, .message = "no connection to the server in time: " + uplink_.trouble()};
}

void Calls::taskFailed(kj::Exception&&) {
  DAYBOOK_CHECK(false, "a call takes its own exceptions");
}

}  // namespace daybook::client
