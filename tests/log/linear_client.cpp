// Streams are a thousand, but half of the choices fall on twenty of them, so that conditions meet.
#include "tests/log/linear_client.h"

#include <chrono>

namespace daybook::test {
namespace {

constexpr int kStreams = 1000;

Uuid uuid(std::mt19937_64& random) {
  Uuid made;
  for (auto& byte : made.bytes) byte = static_cast<std::uint8_t>(random());
  return made;
}

}  // namespace

LinearClient::LinearClient(Log& log, LinearHistory& history, std::uint64_t seed, int number)
    : log_(log),
      history_(history),
      name_("c" + std::to_string(number)),
      random_(seed * 1000 + static_cast<std::uint64_t>(number)),
      shared_name_("p" + std::to_string(number / 2)),
      shared_random_(seed * 1000 + 500 + static_cast<std::uint64_t>(number / 2)) {}

void LinearClient::run(int rounds) {
  for (round_ = 0; round_ < rounds; ++round_) {
    switch (random_() % 8) {
      case 0:
        read_stream();
        break;
      case 1:
        read_events();
        break;
      case 2:
        append_in_a_hurry();
        break;
      default:
        append_with_conditions();
    }
    if (round_ % 8 == 0) static_cast<void>(append(shared_commit()));
  }
}

void LinearClient::tell(LinearHistory& history) {
  for (AppendSeen& append : appends_) history.add(std::move(append));
  for (ReadSeen& read : reads_) history.add(std::move(read));
}

std::string LinearClient::stream() {
  return "stream-" + std::to_string(random_() % (random_() % 2 != 0 ? 20 : kStreams));
}

Query LinearClient::query() {
  return {{{.types = {"T" + std::to_string(random_() % 3)}, .tags = {"tag-" + std::to_string(random_() % 40)}}}};
}

std::vector<Event> LinearClient::events(std::mt19937_64& random, const std::string& name) {
  std::vector<Event> made;
  for (auto left = 1 + random() % 3; left > 0; --left) {
    made.push_back({.stream = "stream-" + std::to_string(random() % (random() % 2 != 0 ? 20 : kStreams)),
                    .type = "T" + std::to_string(random() % 3),
                    .data = name + "-" + std::to_string(round_) + "-" + std::to_string(left),
                    .tags = {"tag-" + std::to_string(random() % 40)}});
  }
  return made;
}

/// What the neighbour appends as well, at about the same time, under the same key.
Commit LinearClient::shared_commit() {
  return {.events = events(shared_random_, shared_name_), .key = uuid(shared_random_)};
}

Result<Appended> LinearClient::append(const Commit& commit, AppendOptions options) {
  AppendSeen seen{.called = history_.stamp(), .commit = commit};
  seen.result = log_.append(commit, options);
  seen.head_after = log_.head();
  seen.answered = history_.stamp();
  appends_.push_back(seen);
  return seen.result;
}

void LinearClient::append_with_conditions() {
  Commit commit{.events = events(random_, name_)};
  if (random_() % 2 != 0) {
    const std::string name = random_() % 3 != 0 ? commit.events[0].stream : stream();
    const bool asks = random_() % 4 == 0;
    commit.expected.push_back({name, asks ? log_.stream_head(name).value().version : known_[name]});
  }
  if (random_() % 3 == 0) {
    const std::uint64_t head = log_.head().value();
    commit.fail_if_match.push_back({query(), Sequence(head - random_() % (head + 1) / 8)});
  }
  if (random_() % 2 != 0) commit.key = uuid(random_);
  remember(append(commit));
  if (!commit.key || random_() % 2 != 0) return;
  static_cast<void>(append(commit));
  if (random_() % 8 != 0) return;
  commit.events.front().data += " otherwise";
  commit.expected.clear();
  commit.fail_if_match.clear();
  static_cast<void>(append(commit));
}

/// Too little time, and again with the same key until it is known what became of it.
void LinearClient::append_in_a_hurry() {
  const Commit commit{.events = events(random_, name_), .key = uuid(random_)};
  auto result = append(commit, {.timeout = std::chrono::microseconds(random_() % 300)});
  while (!result && result.error().code == Code::timeout) result = append(commit);
  remember(result);
}

void LinearClient::read_stream() {
  ReadSeen seen{.called = history_.stamp(), .stream = stream()};
  seen.version = log_.stream_head(seen.stream).value().version;
  seen.answered = history_.stamp();
  known_[seen.stream] = seen.version;
  reads_.push_back(std::move(seen));
}

void LinearClient::read_events() {
  const std::uint64_t head = log_.head().value();
  ReadSeen seen{.called = history_.stamp(), .stream = {}};
  seen.options.query = query();
  seen.options.from = Sequence(random_() % 2 != 0 ? 1 : head - random_() % (head + 1) / 4 + 1);
  auto cursor = log_.read(seen.options);
  while (cursor) {
    const auto batch = cursor->next();
    if (!batch || !*batch) break;
    for (const EventView event : **batch) seen.events.emplace_back(event.sequence().value(), event.data());
  }
  seen.answered = history_.stamp();
  reads_.push_back(std::move(seen));
}

void LinearClient::remember(const Result<Appended>& result) {
  if (result) {
    for (const auto& [name, version] : result->versions) known_[name] = version;
  } else if (result.error().conflict && result.error().conflict->kind == Conflict::Kind::version) {
    known_[result.error().conflict->stream] = result.error().conflict->actual;
  }
}

}  // namespace daybook::test
