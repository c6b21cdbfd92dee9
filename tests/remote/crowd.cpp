// Every append is acknowledged in the end, so the log must hold exactly what was acknowledged: an event more is a
// duplicate, an event less is a loss.
#include "tests/remote/crowd.h"

#include <algorithm>
#include <map>
#include <optional>

#include "tests/remote/crowd_appender.h"
#include "tests/remote/crowd_follower.h"

namespace daybook::test {
namespace {

bool asked_for(const Query& query, const SeenEvent& event) {
  return query.items.empty() || std::ranges::any_of(query.items, [&](const QueryItem& item) {
           return std::ranges::find(item.types, event.type) != item.types.end();
         });
}

}  // namespace

ClientOptions quick_client(std::uint64_t seed) {
  ClientOptions options;
  options.connect_timeout = kPatience;
  options.call_timeout = kPatience;
  options.backoff_first = std::chrono::milliseconds(1);
  options.backoff_last = std::chrono::milliseconds(50);
  options.seed = 2 * seed + 1;  // not 0; another one for each: two clients of one seed would give the same keys
  return options;
}

Crowd::Crowd(std::string address, std::uint64_t seed, int appenders, int followers)
    : address_(std::move(address)), seed_(seed) {
  for (int number = 0; number < appenders; ++number) {
    appenders_.push_back(std::make_unique<CrowdAppender>(state_, address_, number, ++seed));
  }
  for (int number = 0; number < followers; ++number) {
    followers_.push_back(std::make_unique<CrowdFollower>(state_, address_, number, ++seed));
  }
  for (auto& appender : appenders_) appending_.emplace_back([&appender] { appender->run(); });
  for (auto& follower : followers_) following_.emplace_back([&follower] { follower->run(); });
}

Crowd::~Crowd() {
  state_.leaving = true;
  state_.abandoned = true;
  for (auto* threads : {&appending_, &following_}) {
    for (std::thread& thread : *threads) {
      if (thread.joinable()) thread.join();
    }
  }
}

std::uint64_t Crowd::acknowledged() {
  std::uint64_t count = 0;
  state_.progress.note([&] { count = state_.acknowledged; });
  return count;
}

void Crowd::await_progress(std::uint64_t commits, std::uint64_t events) {
  std::optional<std::uint64_t> commits_until;
  std::uint64_t events_until = 0;
  std::uint64_t acknowledged = 0;
  std::string trouble;
  const bool came = state_.progress.wait_for([&] {
    if (!commits_until) {
      commits_until = state_.acknowledged + commits;
      events_until = state_.delivered + events;
    }
    trouble = state_.trouble;
    acknowledged = state_.acknowledged;
    return !trouble.empty() || (acknowledged >= *commits_until && state_.delivered >= events_until);
  });
  if (!trouble.empty()) FAIL(trouble);
  REQUIRE_MESSAGE(came, "no progress: stuck at " << acknowledged << " acknowledged commits");
}

void Crowd::finish() {
  state_.leaving = true;
  for (std::thread& thread : appending_) thread.join();
  const auto last = connect(address_, quick_client(seed_));
  if (!last) FAIL(to_string(last.error()));
  const auto appended = (*last)->append({.events = {{.stream = "the-end", .type = kLastType, .data = "end"}}});
  if (!appended) FAIL(to_string(appended.error()));
  for (std::thread& thread : following_) thread.join();
  std::string trouble;
  state_.progress.note([&] { trouble = state_.trouble; });
  if (!trouble.empty()) FAIL(trouble);
}

void Crowd::check(const std::vector<SeenEvent>& events) const {
  std::map<std::uint64_t, std::string> told;
  for (const auto& appender : appenders_) {
    for (const auto& [sequence, data] : appender->told()) {
      REQUIRE_MESSAGE(told.emplace(sequence, data).second, "two events were told " << sequence);
    }
  }
  REQUIRE_MESSAGE(events.size() == told.size() + 1,
                  "the log holds " << events.size() << " events, acknowledged are " << told.size() + 1);
  for (const auto& [sequence, data] : told) {
    REQUIRE(sequence <= events.size());
    REQUIRE_MESSAGE(events[sequence - 1].data == data, "event " << sequence << " is not the acknowledged one");
  }
  for (std::size_t at = 0; at < followers_.size(); ++at) {
    CAPTURE(at);
    std::vector<SeenEvent> expected;
    for (const SeenEvent& event : events) {
      if (asked_for(followers_[at]->query(), event)) expected.push_back(event);
    }
    const auto& given = followers_[at]->given();
    const auto [here, there] = std::ranges::mismatch(given, expected);
    REQUIRE_MESSAGE(given == expected, "a follower was given "
                                           << given.size() << " events instead of " << expected.size()
                                           << "; they differ first at "
                                           << (there == expected.end() ? events.size() + 1 : there->sequence));
  }
}

std::vector<SeenEvent> events_in(const std::string& directory) {
  auto log = Log::open(directory, {.mode = Mode::read_only});
  if (!log) FAIL(to_string(log.error()));
  auto cursor = (*log)->read();
  if (!cursor) FAIL(to_string(cursor.error()));
  std::vector<SeenEvent> events;
  while (true) {
    auto batch = cursor->next();
    if (!batch) FAIL(to_string(batch.error()));
    if (!*batch) return events;
    for (const EventView event : **batch) {
      events.push_back({event.sequence().value(), std::string(event.type()), std::string(event.data())});
    }
  }
}

}  // namespace daybook::test
