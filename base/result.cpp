// The words of errors.
#include "daybook/result.h"

namespace daybook {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::conflict:
      return "conflict";
    case Code::not_found:
      return "not_found";
    case Code::invalid:
      return "invalid";
    case Code::too_large:
      return "too_large";
    case Code::busy:
      return "busy";
    case Code::closed:
      return "closed";
    case Code::denied:
      return "denied";
    case Code::corruption:
      return "corruption";
    case Code::io:
      return "io";
    case Code::unsupported:
      return "unsupported";
    case Code::diverged:
      return "diverged";
    case Code::timeout:
      return "timeout";
  }
  return "unknown";
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return "";
    case Outcome::not_appended:
      return "not appended";
    case Outcome::may_have_been_appended:
      return "may have been appended";
  }
  return "";
}

std::string to_string(const Error& error) {
  if (error.outcome == Outcome::none) return error.message;
  return error.message + " (" + std::string(to_string(error.outcome)) + ")";
}

}  // namespace daybook
