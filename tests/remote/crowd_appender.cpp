// An appender is never told "perhaps": its time-outs are long, so a client that loses an append, or appends it twice,
// has no excuse. Every second one expects its stream's version with each commit: a commit that is appended twice is
// then a conflict as well.
#include "tests/remote/crowd_appender.h"

#include <deque>

namespace daybook::test {
namespace {

constexpr AppendOptions kLong{.timeout = 2 * kPatience};
constexpr std::size_t kFlights = 24;

}  // namespace

/// An append without an answer yet, and then the answer.
struct CrowdAppender::Flight {
  Commit commit;
  bool answered = false;
  Result<Appended> result{};
};

CrowdAppender::CrowdAppender(CrowdState& state, const std::string& address, int number, std::uint64_t seed)
    : state_(state), number_(number), random_(seed) {
  auto log = connect(address, quick_client(seed));
  if (!log) FAIL(to_string(log.error()));
  log_ = std::move(*log);
}

Commit CrowdAppender::next_commit() {
  const std::string stream = "stream-" + std::to_string(number_);
  Commit commit;
  for (std::uint64_t place = 0, count = 1 + random_() % 3; place < count; ++place) {
    std::string data = std::to_string(number_) + "/" + std::to_string(commits_) + "/" + std::to_string(place) + " ";
    data.append(random_() % 8 == 0 ? random_() % 4000 : random_() % 100, 'd');
    commit.events.push_back({.stream = stream,
                             .type = "T" + std::to_string(random_() % 4),
                             .data = std::move(data),
                             .tags = {"tag" + std::to_string(random_() % 5)}});
  }
  if (number_ % 2 == 0) commit.expected.push_back({stream, Version(version_)});
  version_ += commit.events.size();
  ++commits_;
  return commit;
}

void CrowdAppender::run() {
  while (!state_.leaving.load()) {
    switch (number_ % 4) {
      case 0:
      case 1:
        append_one();
        break;
      case 2:
        append_many();
        break;
      default:
        append_twice();
    }
  }
}

void CrowdAppender::append_one() {
  const Commit commit = next_commit();
  take(commit, log_->append(commit, kLong));
}

/// Many without waiting; the answers are taken when they are all there.
void CrowdAppender::append_many() {
  Progress answers;
  std::size_t left = 0;
  std::deque<Flight> flights;  // completions hold addresses of these
  for (std::size_t i = 0; i < kFlights; ++i) {
    Flight& flight = flights.emplace_back(Flight{.commit = next_commit()});
    answers.note([&] { ++left; });
    const auto queued = log_->append_async(
        flight.commit,
        [&answers, &flight, &left](Result<Appended> result) {
          answers.note([&] {
            flight.result = std::move(result);
            --left;
          });
        },
        kLong);
    if (!queued) {
      state_.wrong("append_async: " + to_string(queued.error()));
      answers.note([&] { --left; });
    }
  }
  while (!answers.wait_for([&] { return left == 0; })) state_.wrong("appends were not answered");
  for (const Flight& flight : flights) take(flight.commit, flight.result);
}

/// As a program that was not told would do it.
void CrowdAppender::append_twice() {
  Commit commit = next_commit();
  commit.key = Uuid{};
  for (auto& byte : commit.key->bytes) byte = static_cast<std::uint8_t>(random_());
  const auto first = log_->append(commit, kLong);
  take(commit, first);
  if (!first || random_() % 2 == 0) return;
  const auto again = log_->append(commit, kLong);
  if (!again || !again->repeated || again->first != first->first) {
    state_.wrong("a commit with a known key is not told as it was: " + (again ? "appended" : to_string(again.error())));
  }
}

void CrowdAppender::take(const Commit& commit, const Result<Appended>& result) {
  if (!result) {
    state_.wrong("append: " + to_string(result.error()));
    return;
  }
  if (!commit.key && result->repeated) state_.wrong("a commit without a key is told as a repeat");
  std::uint64_t sequence = result->first.value();
  for (const Event& event : commit.events) told_.emplace_back(sequence++, event.data);
  if (result->last.value() + 1 != sequence) state_.wrong("an append is told with the wrong last sequence");
  state_.progress.note([&] { ++state_.acknowledged; });
}

}  // namespace daybook::test
