// While requests are on their way the next appends gather, so that the batches grow with the load and nobody waits for
// company. What was sent stays here until its answer: after a lost connection all of it goes out again, in the old
// order and under the old keys, and the log itself knows which of it is there already.
#include "client/sender.h"

#include <algorithm>
#include <utility>

#include "base/logger.h"
#include "net/errors.h"
#include "net/wire_commit.h"
#include "net/wire_error.h"
#include "net/wire_guard.h"

namespace daybook::client {
namespace {

/// Requests on their way at a time: one is being written to the log, one waits there, one is being sent.
constexpr std::size_t kRequestsMax = 3;
/// Of one request, as schema/rpc.capnp has it.
constexpr std::size_t kRequestCommitsMax = 4096;
/// The least that a server gets to judge a request.
constexpr std::chrono::nanoseconds kTimeoutMin = std::chrono::milliseconds(1);
/// Deadlines are looked at no more often.
constexpr std::chrono::nanoseconds kWatchMin = std::chrono::milliseconds(1);

/// Whether the server, rather than the commit, is why it was not appended, and another try may go better.
bool is_passing(const Error& error) {
  return error.code == Code::closed || (error.code == Code::busy && error.outcome != Outcome::none);
}

/// One result for each of `count` commits, whatever the server says.
std::vector<Result<Appended>> results_of(const capnp::Response<rpc::Log::AppendManyResults>& answer,
                                         std::size_t count) {
  std::vector<Result<Appended>> results;
  const auto read = net::guarded([&]() -> Result<void> {
    if (auto whole = net::error_of(answer); !whole) return whole;
    const auto list = answer.getResults();
    if (list.size() != count) return fail(Code::invalid, "the server's answer is not one result a commit");
    results.reserve(count);
    for (const auto result : list) results.push_back(net::from_wire(result));
    return {};
  });
  if (!read) {
    Error error = read.error();
    if (error.outcome == Outcome::none) error.outcome = Outcome::may_have_been_appended;
    results.assign(count, std::unexpected(error));
  }
  return results;
}

}  // namespace

Sender::Sender(Uplink& uplink, Outbox& outbox, const ClientOptions& options)
    : uplink_(uplink), outbox_(outbox), options_(options), tasks_(*this) {}

void Sender::fetch() {
  OutgoingList came = outbox_.fetch();
  if (came.empty()) return;
  if (waiting_.empty() && options_.linger > std::chrono::nanoseconds(0)) {
    linger_until_ = uplink_.loop().now() + options_.linger;
  }
  auto first = Clock::time_point::max();
  for (auto& outgoing : came) {
    first = std::min(first, outgoing->deadline);
    waiting_.push_back(std::move(outgoing));
  }
  watch_deadlines(first);
}

void Sender::pump() {
  fetch();
  if (uplink_.ended()) {
    fail_all(*uplink_.ended());
    return;
  }
  while (may_send()) send();
}

bool Sender::may_send() {
  if (waiting_.empty() || paused_ || in_flight_.size() >= kRequestsMax) return false;
  if (again_ && !in_flight_.empty()) return false;
  if (!uplink_.up()) {
    if (!std::exchange(awaiting_up_, true)) {
      tasks_.add(uplink_.ready().then([this] {
        awaiting_up_ = false;
        pump();
      }));
    }
    return false;
  }
  return !lingers();
}

bool Sender::lingers() {
  if (options_.linger <= std::chrono::nanoseconds(0)) return false;
  const auto left = linger_until_ - uplink_.loop().now();
  if (left <= std::chrono::nanoseconds(0) || waiting_.size() >= kRequestCommitsMax) return false;
  std::size_t words = 0;
  for (const auto& outgoing : waiting_) words += outgoing->words;
  if (8 * words >= options_.request_bytes_max) return false;
  if (!std::exchange(lingering_, true)) {
    tasks_.add(uplink_.loop().after(left).then([this] {
      lingering_ = false;
      pump();
    }));
  }
  return true;
}

OutgoingList Sender::gather(std::size_t& words) {
  OutgoingList appends;
  while (!waiting_.empty() && appends.size() < kRequestCommitsMax) {
    const std::size_t more = waiting_.front()->words;
    if (!appends.empty() && 8 * (words + more) > options_.request_bytes_max) break;
    words += more;
    appends.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return appends;
}

void Sender::send() {
  again_ = false;
  std::size_t words = 64;
  Request request{.number = next_number_++, .appends = gather(words)};
  auto call = uplink_.log().appendManyRequest(capnp::MessageSize{words, 0});
  auto commits = call.initCommits(static_cast<unsigned>(request.appends.size()));
  auto last = Clock::time_point::min();
  for (unsigned i = 0; i < commits.size(); ++i) {
    Outgoing& outgoing = *request.appends[i];
    net::to_wire(outgoing.commit, outgoing.fingerprint, commits[i]);
    commits[i].setNewKey(outgoing.new_key && outgoing.sends == 0);
    ++outgoing.sends;
    last = std::max(last, outgoing.deadline);
  }
  const auto timeout = std::max<std::chrono::nanoseconds>(last - uplink_.loop().now(), kTimeoutMin);
  call.setTimeout(timeout.count());
  const std::uint64_t number = request.number;
  in_flight_.push_back(std::move(request));
  tasks_.add(call.send().then([this, number](Answer&& answer) { answered(number, answer); },
                              [this, number](kj::Exception&& exception) { unanswered(number, exception); }));
}

OutgoingList Sender::take(std::uint64_t number) {
  const auto found = std::ranges::find(in_flight_, number, &Request::number);
  if (found == in_flight_.end()) return {};  // failed meanwhile
  OutgoingList appends = std::move(found->appends);
  in_flight_.erase(found);
  return appends;
}

void Sender::answered(std::uint64_t number, const Answer& answer) {
  OutgoingList appends = take(number);
  std::vector<Result<Appended>> results = results_of(answer, appends.size());
  OutgoingList again;
  for (std::size_t i = 0; i < appends.size(); ++i) settle(std::move(appends[i]), std::move(results[i]), again);
  if (again.empty()) {
    pauses_ = 0;
  } else {
    give_back(std::move(again));
    pause();
  }
  pump();
  tell_drained();
}

void Sender::unanswered(std::uint64_t number, const kj::Exception& exception) {
  OutgoingList appends = take(number);
  const auto type = exception.getType();
  if (type == kj::Exception::Type::DISCONNECTED || type == kj::Exception::Type::OVERLOADED) {
    give_back(std::move(appends));
    if (uplink_.up()) pause();  // it is not the connection that is lost, or it is lost in a moment
  } else {
    Error error = net::to_error(exception);
    error.outcome = Outcome::may_have_been_appended;
    for (const auto& outgoing : appends) complete(*outgoing, std::unexpected(error));
  }
  pump();
  tell_drained();
}

void Sender::settle(std::unique_ptr<Outgoing> outgoing, Result<Appended> result, OutgoingList& again) {
  if (outgoing->done()) return;
  if (result) {
    uplink_.heard(result->last);
    if (!outgoing->own_key) result->repeated = false;  // of its own earlier sending, which is nobody's concern
  } else if (is_passing(result.error())) {
    again.push_back(std::move(outgoing));
    return;
  } else if (result.error().code != Code::conflict && outgoing->sends > 1) {
    // An earlier sending may still be under way at the server, and this answer says nothing of that one.
    result.error().outcome = Outcome::may_have_been_appended;
  }
  complete(*outgoing, std::move(result));
}

void Sender::give_back(OutgoingList appends) {
  for (auto& outgoing : appends) {
    if (!outgoing->done()) waiting_.push_back(std::move(outgoing));
  }
  std::ranges::sort(waiting_, {}, [](const auto& outgoing) { return outgoing->order; });
  again_ = true;
}

void Sender::pause() {
  if (std::exchange(paused_, true)) return;
  tasks_.add(uplink_.loop().after(uplink_.pause(++pauses_)).then([this] {
    paused_ = false;
    pump();
  }));
}

void Sender::complete(Outgoing& outgoing, Result<Appended> result) noexcept {
  if (outgoing.done()) return;
  // Room first: the completion may append again.
  outbox_.give_room(1, outgoing.words);
  auto completion = std::exchange(outgoing.completion, nullptr);
  completion(std::move(result));
}

void Sender::watch_deadlines(Clock::time_point first) {
  if (first >= watched_) return;
  watched_ = first;
  const auto wait = std::max<std::chrono::nanoseconds>(first - uplink_.loop().now(), kWatchMin);
  deadline_timer_ = uplink_.loop()
                        .after(wait)
                        .then([this] { tasks_.add(kj::evalLater([this] { expire(); })); })
                        .eagerlyEvaluate(nullptr);
}

void Sender::expire() {
  watched_ = Clock::time_point::max();
  const auto now = uplink_.loop().now();
  auto next = Clock::time_point::max();
  const auto is_late = [&](const std::unique_ptr<Outgoing>& outgoing) {
    if (outgoing->done()) return false;
    if (outgoing->deadline > now) next = std::min(next, outgoing->deadline);
    return outgoing->deadline <= now;
  };
  const std::string why = uplink_.trouble().empty() ? "" : " (no connection: " + uplink_.trouble() + ")";
  OutgoingList late;
  for (auto& outgoing : waiting_) {
    if (is_late(outgoing)) late.push_back(std::move(outgoing));
  }
  std::erase(waiting_, nullptr);
  std::vector<Outgoing*> late_in_flight;
  for (const Request& request : in_flight_) {
    for (const auto& outgoing : request.appends) {
      if (is_late(outgoing)) late_in_flight.push_back(outgoing.get());
    }
  }
  watch_deadlines(next);
  for (Outgoing* outgoing : late_in_flight) {
    complete(*outgoing, fail(Code::timeout, "the deadline passed before the server's answer" + why,
                             Outcome::may_have_been_appended));
  }
  for (const auto& outgoing : late) {
    const bool sent = outgoing->sends > 0;
    complete(*outgoing, fail(Code::timeout,
                             (sent ? "the deadline passed before the append could be sent again"
                                   : "the deadline passed before the append could be sent") +
                                 why,
                             sent ? Outcome::may_have_been_appended : Outcome::not_appended));
  }
  tell_drained();
}

void Sender::fail_all(const Error& reason) {
  fetch();
  OutgoingList all;
  for (Request& request : std::exchange(in_flight_, {})) std::ranges::move(request.appends, std::back_inserter(all));
  for (auto& outgoing : std::exchange(waiting_, {})) all.push_back(std::move(outgoing));
  for (const auto& outgoing : all) {
    Error error = reason;
    error.outcome = outgoing->sends > 0 ? Outcome::may_have_been_appended : Outcome::not_appended;
    complete(*outgoing, std::unexpected(std::move(error)));
  }
  tell_drained();
}

kj::Promise<void> Sender::drained() {
  pump();
  if (waiting_.empty() && in_flight_.empty()) return kj::READY_NOW;
  if (!uplink_.up()) return kj::READY_NOW;
  auto pair = kj::newPromiseAndFulfiller<void>();
  drained_ = kj::mv(pair.fulfiller);
  return pair.promise.exclusiveJoin(uplink_.lost());
}

void Sender::tell_drained() {
  if (!waiting_.empty() || !in_flight_.empty()) return;
  KJ_IF_MAYBE (fulfiller, drained_) (*fulfiller)->fulfill();
}

void Sender::taskFailed(kj::Exception&& exception) {
  // Each task takes its own exceptions; what is left is an answer that cannot be read.
  log_warning("the server's answer to an append is malformed error=" + net::to_error(exception).message);
}

}  // namespace daybook::client
