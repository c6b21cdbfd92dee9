// What an append is made of, and what only lives in the server's own process. The calls that ask are in
// client/remote_log_calls.cpp.
#include "client/remote_log.h"

#include <utility>

#include "api/validate.h"
#include "net/wire_commit.h"
#include "schema/event_codec.h"

namespace daybook {

Result<std::unique_ptr<Log>> connect(std::string_view address, const ClientOptions& options) {
  if (auto ok = options.check(); !ok) return std::unexpected(std::move(ok.error()));
  auto parsed = net::parse_address(address);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  auto remote = std::make_unique<client::RemoteLog>(std::move(*parsed), address, options);
  if (auto ok = remote->open(); !ok) return std::unexpected(std::move(ok.error()));
  return Log::Impl::face(std::move(remote));
}

namespace client {
namespace {

constexpr std::chrono::nanoseconds kTimeoutMax = std::chrono::hours(1);
/// A commit of 16 MiB and its conditions; servers take messages of 32 MiB unless told otherwise.
constexpr std::size_t kCommitMessageBytesMax = std::size_t{28} << 20;

std::unexpected<Error> not_appended(Error error) {
  error.outcome = Outcome::not_appended;
  return std::unexpected(std::move(error));
}

std::unexpected<Error> only_embedded(std::string_view what) {
  return fail(Code::unsupported, std::string(what) + " works in the server's own process only");
}

}  // namespace

RemoteLog::RemoteLog(net::Address address, std::string_view text, const ClientOptions& options)
    : address_(text), loop_(std::move(address), options) {}

Result<void> RemoteLog::close() {
  if (loop_.is_this_thread()) return fail(Code::unsupported, "a completion cannot close the log");
  loop_.close();
  return {};
}

LogId RemoteLog::id() const {
  return loop_.uplink().log_id();
}

Sequence RemoteLog::head() const {
  return loop_.uplink().head();
}

Result<std::unique_ptr<Outgoing>> RemoteLog::prepare(Commit commit, AppendOptions options) {
  if (loop_.closed()) return not_appended({.code = Code::closed, .message = "the log is closed"});
  if (options.timeout > kTimeoutMax || options.timeout < std::chrono::nanoseconds(0)) {
    return not_appended({.code = Code::invalid, .message = "an append's timeout must be from 0 to 1 hour"});
  }
  if (auto ok = check_commit(commit); !ok) return not_appended(std::move(ok.error()));
  auto outgoing = std::make_unique<Outgoing>();
  outgoing->words = net::wire_words(commit);
  if (8 * outgoing->words > kCommitMessageBytesMax) {
    return not_appended({.code = Code::too_large, .message = "the commit and its conditions do not fit a message"});
  }
  outgoing->fingerprint = fingerprint_of(commit.events);
  outgoing->own_key = commit.key.has_value();
  outgoing->new_key = !commit.key || options.new_key;
  if (!commit.key) commit.key = loop_.dice().key();
  outgoing->commit = std::move(commit);
  outgoing->deadline = options_.clock->steady_now() + options.timeout;
  return outgoing;
}

Result<Appended> RemoteLog::append(Commit commit, AppendOptions options) {
  if (auto ok = loop_.may_wait(); !ok) return not_appended(std::move(ok.error()));
  auto outgoing = prepare(std::move(commit), options);
  if (!outgoing) return std::unexpected(std::move(outgoing.error()));
  return loop_.append_and_wait(std::move(*outgoing));
}

Result<void> RemoteLog::append_async(Commit commit, Completion completion, AppendOptions options) {
  auto outgoing = prepare(std::move(commit), options);
  if (!outgoing) return std::unexpected(std::move(outgoing.error()));
  (*outgoing)->completion = std::move(completion);
  return loop_.append(std::move(*outgoing));
}

Result<Placement> RemoteLog::placement(Sequence) {
  return only_embedded("placement()");
}

Result<VerifyReport> RemoteLog::verify(const std::function<bool(std::uint64_t, std::uint64_t)>&, VerifyScope) {
  return only_embedded("verify()");
}

Result<void> RemoteLog::flush_index() {
  return only_embedded("flush_index()");
}

}  // namespace client
}  // namespace daybook
