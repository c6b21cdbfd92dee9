// An exception has a type, of four, and a text; an error has a code, of twelve. Within the process the code rides along
// where KJ keeps the place of a failure, which is sent to nobody.
#include "net/errors.h"

#include <algorithm>

namespace daybook::net {
namespace {

/// Its address marks an exception of ours; its line is then the code.
constexpr const char kOurs[] = "daybook";

kj::Exception::Type type_of(Code code) {
  switch (code) {
    case Code::io:
    case Code::closed:
    case Code::timeout:
      return kj::Exception::Type::DISCONNECTED;
    case Code::busy:
      return kj::Exception::Type::OVERLOADED;
    case Code::unsupported:
      return kj::Exception::Type::UNIMPLEMENTED;
    default:
      return kj::Exception::Type::FAILED;
  }
}

Code code_of(kj::Exception::Type type) {
  switch (type) {
    case kj::Exception::Type::DISCONNECTED:
      return Code::io;
    case kj::Exception::Type::OVERLOADED:
      return Code::busy;
    case kj::Exception::Type::UNIMPLEMENTED:
      return Code::unsupported;
    case kj::Exception::Type::FAILED:
      break;
  }
  return Code::invalid;
}

}  // namespace

Error to_error(const kj::Exception& exception) {
  const bool ours = exception.getFile() == static_cast<const char*>(kOurs);
  std::string message = exception.getDescription().cStr();
  std::ranges::replace_if(message, [](char letter) { return static_cast<unsigned char>(letter) < ' '; }, ' ');
  return Error{.code = ours ? static_cast<Code>(exception.getLine()) : code_of(exception.getType()),
               .message = std::move(message)};
}

kj::Exception to_exception(const Error& error) {
  return {type_of(error.code), kOurs, static_cast<int>(error.code), kj::heapString(error.message)};
}

}  // namespace daybook::net
