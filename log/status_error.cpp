// RocksDB's statuses carry no errno, only its text: what the system forbids is recognised by that text. It comes from
// strerror in the C locale, which daybook never leaves.
#include "log/status_error.h"

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <rocksdb/status.h>

namespace daybook {
namespace {

bool says_any(std::string_view text, std::span<const std::string_view> phrases) {
  for (const std::string_view phrase : phrases) {
    if (text.find(phrase) != std::string_view::npos) return true;
  }
  return false;
}

Code code_of_io(const rocksdb::Status& status, std::string_view text) {
  constexpr std::array<std::string_view, 3> kDenied = {"Permission denied", "Operation not permitted",
                                                       "Read-only file system"};
  constexpr std::array<std::string_view, 2> kLocked = {"Resource temporarily unavailable",
                                                       "lock hold by current process"};
  if (status.subcode() == rocksdb::Status::kPathNotFound) return Code::not_found;
  if (says_any(text, kDenied)) return Code::denied;
  if (says_any(text, kLocked)) return Code::busy;
  return Code::io;
}

Code code_of(const rocksdb::Status& status, std::string_view text) {
  switch (status.code()) {
    case rocksdb::Status::kCorruption:
      return Code::corruption;
    case rocksdb::Status::kNotFound:
      return Code::not_found;
    case rocksdb::Status::kNotSupported:
      return Code::unsupported;
    case rocksdb::Status::kInvalidArgument:
      return Code::invalid;
    case rocksdb::Status::kTimedOut:
      return Code::timeout;
    case rocksdb::Status::kBusy:
    case rocksdb::Status::kTryAgain:
    case rocksdb::Status::kMergeInProgress:
      return Code::busy;
    case rocksdb::Status::kShutdownInProgress:
      return Code::closed;
    default:
      return code_of_io(status, text);
  }
}

/// What RocksDB says, without the file where `what` has named it already: `While open a file for appending: PATH:
/// No such file or directory` is then `No such file or directory`.
std::string_view reason_of(std::string_view text, std::string_view what) {
  const std::size_t reason = text.rfind(": ");
  if (reason == std::string_view::npos) return text;
  const std::string_view context = text.substr(0, reason);
  const std::size_t file = context.rfind(": ");
  if (file == std::string_view::npos) return text;
  const std::string_view name = context.substr(file + 2);
  return !name.empty() && what.find(name) != std::string_view::npos ? text.substr(reason + 2) : text;
}

}  // namespace

Error error_of(const rocksdb::Status& status, std::string what) {
  const std::string text = status.getState() != nullptr ? status.getState() : status.ToString();
  std::string message = what;
  const bool only_names = status.IsPathNotFound() && what.find(text) != std::string::npos;  // In memory, that is.
  const std::string_view reason = only_names ? "No such file or directory" : reason_of(text, what);
  if (!reason.empty()) message.append(message.empty() ? "" : ": ").append(reason);
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return Error{.code = code_of(status, text), .outcome = Outcome::none, .message = std::move(message)};
}

}  // namespace daybook
