// Errors as values: what went wrong, whether anything was appended, and what the caller can do about it.
//
// Threads: values; any.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/ids.h"

namespace daybook {

/// What kind of failure it is, named by what the *caller* can do.
enum class Code : std::uint8_t {
  conflict,     ///< A condition of the commit does not hold; read again and decide anew.
  not_found,    ///< The log, event, stream or projection does not exist.
  invalid,      ///< The request itself is wrong (a name, an option, a query); mend the caller.
  too_large,    ///< The request is over a documented limit (docs/limits.md).
  busy,         ///< At a bound (queue full, log held by another writer); try again later.
  closed,       ///< The log, cursor or subscription is closed, or the log became read-only.
  denied,       ///< The operating system or a credential forbids it.
  corruption,   ///< Stored bytes are damaged; the message names where and what to do.
  io,           ///< The file system failed (disk full, EIO); the message names the file.
  unsupported,  ///< A newer format, or an operation that this mode does not have.
  diverged,     ///< The checkpoint is not of this log's history.
  timeout,      ///< The deadline passed.
};

/// Whether an append left events behind. Only appends set it to something else than `none`.
enum class Outcome : std::uint8_t {
  none,                    ///< Not an append.
  not_appended,            ///< Certain: this call appended nothing (one before it, with the same key, may have).
  may_have_been_appended,  ///< Unknown: retry with the same idempotency key to find out.
};

/// Why a commit was refused. The fields beside `kind` hold only what that kind names.
struct Conflict {
  /// What did not hold.
  enum class Kind : std::uint8_t {
    version,  ///< `stream` is at `actual`, not at `expected`.
    match,    ///< The event `sequence`, in `stream`, matches a fail-if-match query.
    key,      ///< The idempotency key was used for other events, which begin at `sequence`.
  };
  Kind kind = Kind::version;  ///< Says which of the others are set.
  std::string stream;         ///< `version`, `match`: the stream concerned.
  Version expected{};         ///< `version`: what the commit expected; 0: no such stream.
  Version actual{};           ///< `version`: where the stream stands; 0: it does not exist.
  Sequence sequence{};        ///< `match`, `key`: the event in the way.
};

/// A failure. `message` is one line for a person: what, where, and what to do.
struct Error {
  Code code = Code::invalid;           ///< What kind of failure.
  Outcome outcome = Outcome::none;     ///< Whether events were left behind.
  std::string message;                 ///< For a person; not to be parsed.
  std::optional<Conflict> conflict{};  ///< Set exactly when `code` is `conflict`.
};

/// Either a value or an Error. No daybook function throws.
template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for `return fail(Code::invalid, "...")`.
[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message, Outcome outcome = Outcome::none) {
  return std::unexpected(Error{.code = code, .outcome = outcome, .message = std::move(message)});
}

/// The code's name as documented, such as `not_found`.
[[nodiscard]] std::string_view to_string(Code code);

/// The outcome in words: ``, `not appended` or `may have been appended`.
[[nodiscard]] std::string_view to_string(Outcome outcome);

/// One line: the message, followed by the outcome in words where there is one.
[[nodiscard]] std::string to_string(const Error& error);

}  // namespace daybook
