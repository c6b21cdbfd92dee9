// The limits of docs/limits.md: what is exactly at it passes, one more is refused with the code that
// the page gives. A limit that moves without the page moves a test.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "api/validate.h"
#include "daybook/limits.h"
#include "daybook/log.h"
#include "daybook/options.h"
#include "daybook/query.h"

namespace {

using daybook::Code;
using daybook::Commit;
using daybook::Event;
using daybook::Options;
using daybook::Query;

Commit commit_of(Event event) {
  Commit commit;
  commit.events.push_back(std::move(event));
  return commit;
}

Event plain_event() {
  return {.stream = "order-1", .type = "OrderPlaced"};
}

/// "" where `checked` is good, else the code's name.
std::string verdict(const daybook::Result<void>& checked) {
  return checked ? std::string() : std::string(to_string(checked.error().code));
}

/// The verdict on a commit of one plain event after `change`.
std::string verdict_on_event(const std::function<void(Event&)>& change) {
  Event event = plain_event();
  change(event);
  return verdict(check_commit(commit_of(std::move(event))));
}

std::unique_ptr<daybook::Log> open_log(Options options = {}) {
  options.create_if_missing = true;
  options.in_memory = true;
  auto log = daybook::Log::open("limits", options);
  REQUIRE(log.has_value());
  return std::move(*log);
}

std::string letters(std::size_t count) {
  return std::string(count, 'a');
}

}  // namespace

TEST_CASE("limits: a stream's name has 1 to 512 bytes") {
  CHECK(verdict_on_event([](Event& event) { event.stream = letters(512); }) == "");
  CHECK(verdict_on_event([](Event& event) { event.stream = letters(513); }) == "too_large");
  CHECK(verdict_on_event([](Event& event) { event.stream = ""; }) == "invalid");
}

TEST_CASE("limits: a type has 1 to 256 bytes") {
  CHECK(verdict_on_event([](Event& event) { event.type = letters(256); }) == "");
  CHECK(verdict_on_event([](Event& event) { event.type = letters(257); }) == "too_large");
  CHECK(verdict_on_event([](Event& event) { event.type = ""; }) == "invalid");
}

TEST_CASE("limits: an event has at most 64 tags of 1 to 256 bytes") {
  CHECK(verdict_on_event([](Event& event) { event.tags.assign(64, letters(256)); }) == "");
  CHECK(verdict_on_event([](Event& event) { event.tags.assign(65, "a"); }) == "too_large");
  CHECK(verdict_on_event([](Event& event) { event.tags = {letters(257)}; }) == "too_large");
  CHECK(verdict_on_event([](Event& event) { event.tags = {""}; }) == "invalid");
}

TEST_CASE("limits: names are UTF-8 without control characters, and those with a dollar sign are daybook's own") {
  for (const std::string& bad : {std::string("a\x1f"), std::string("\x7f"), std::string("a\0b", 3), std::string("\xc3"),
                                 std::string("\xed\xa0\x80"), std::string("$own")}) {
    CAPTURE(bad);
    CHECK(verdict_on_event([&](Event& event) { event.stream = bad; }) == "invalid");
    CHECK(verdict_on_event([&](Event& event) { event.type = bad; }) == "invalid");
    CHECK(verdict_on_event([&](Event& event) { event.tags = {bad}; }) == "invalid");
  }
  CHECK(verdict_on_event([](Event& event) { event.stream = "Bestellung-£-\xF0\x9F\x93\x92 a$"; }) == "");
}

TEST_CASE("limits: an event has at most 32 headers of 16 KiB together") {
  CHECK(verdict_on_event([](Event& event) { event.headers.assign(32, {.name = "n", .value = letters(511)}); }) == "");
  CHECK(verdict_on_event([](Event& event) { event.headers.assign(33, {.name = "n", .value = ""}); }) == "too_large");
  CHECK(verdict_on_event([](Event& event) { event.headers.assign(32, {.name = "n", .value = letters(512)}); }) ==
        "too_large");
  CHECK(verdict_on_event([](Event& event) { event.headers = {{.name = letters(256), .value = ""}}; }) == "");
  CHECK(verdict_on_event([](Event& event) { event.headers = {{.name = letters(257), .value = ""}}; }) == "too_large");
}

TEST_CASE("limits: content type and traceparent have at most 256 bytes") {
  CHECK(verdict_on_event([](Event& event) { event.content_type = letters(256); }) == "");
  CHECK(verdict_on_event([](Event& event) { event.content_type = letters(257); }) == "too_large");
  CHECK(verdict_on_event([](Event& event) { event.content_type = ""; }) == "invalid");
  CHECK(verdict_on_event([](Event& event) { event.traceparent = letters(256); }) == "");
  CHECK(verdict_on_event([](Event& event) { event.traceparent = letters(257); }) == "too_large");
}

TEST_CASE("limits: data has at most 8 MiB") {
  CHECK(verdict_on_event([](Event& event) { event.data = letters(daybook::kDataBytesMax); }) == "");
  CHECK(verdict_on_event([](Event& event) { event.data = letters(daybook::kDataBytesMax + 1); }) == "too_large");
  CHECK(daybook::kDataBytesMax == std::size_t{8} * 1024 * 1024);
}

TEST_CASE("limits: a commit has 1 to 10,000 events of 16 MiB together") {
  Commit commit;
  CHECK(verdict(check_commit(commit)) == "invalid");
  commit.events.assign(10'000, plain_event());
  CHECK(verdict(check_commit(commit)) == "");
  commit.events.push_back(plain_event());
  CHECK(verdict(check_commit(commit)) == "too_large");

  Event large = plain_event();
  large.data = letters(daybook::kDataBytesMax - 1024);
  commit.events.assign(2, large);
  CHECK(verdict(check_commit(commit)) == "");
  commit.events.back().data = letters(daybook::kDataBytesMax);
  commit.events.front().data = letters(daybook::kDataBytesMax);
  CHECK(verdict(check_commit(commit)) == "too_large");
}

TEST_CASE("limits: a commit writes at most 1,024 streams under 1,024 conditions") {
  Commit commit;
  for (int number = 0; number < 1024; ++number) {
    Event event = plain_event();
    event.stream = "order-" + std::to_string(number);
    commit.expected.push_back({.stream = event.stream, .version = daybook::Version(0)});
    commit.events.push_back(std::move(event));
  }
  CHECK(verdict(check_commit(commit)) == "");
  Commit streams = commit;
  streams.events.push_back({.stream = "one-more", .type = "OrderPlaced"});
  CHECK(verdict(check_commit(streams)) == "too_large");
  commit.fail_if_match.push_back({.query = {.items = {{.types = {"OrderPlaced"}}}}});
  CHECK(verdict(check_commit(commit)) == "too_large");
}

TEST_CASE("limits: a query has at most 64 items and 256 terms") {
  Query query;
  query.items.assign(64, {.streams = {"a"}, .types = {"b"}, .tags = {"c", "d"}});
  CHECK(verdict(query.check()) == "");
  query.items.back().tags.push_back("e");
  CHECK(verdict(query.check()) == "too_large");
  query.items.assign(65, {});
  CHECK(verdict(query.check()) == "too_large");
  CHECK(verdict(Query{.items = {{.streams = {"a"}, .stream_prefix = "b"}}}.check()) == "invalid");
  CHECK(verdict(Query{.items = {{.types = {letters(257)}}}}.check()) == "too_large");
  CHECK(verdict(Query{.items = {{.stream_prefix = letters(513)}}}.check()) == "too_large");
}

TEST_CASE("limits: every option holds at both of its bounds and is invalid beyond them") {
  struct Bound {
    std::size_t Options::* option;
    std::uint64_t min;
    std::uint64_t max;
  };
  constexpr std::uint64_t kKiB = 1024;
  constexpr std::uint64_t kMiB = 1024 * kKiB;
  constexpr std::uint64_t kGiB = 1024 * kMiB;
  const Bound bounds[] = {
      {&Options::block_bytes_max, kKiB, kMiB},         {&Options::group_bytes_max, 64 * kKiB, 64 * kMiB},
      {&Options::queue_commits_max, 1, kMiB},          {&Options::queue_bytes_max, 16 * kMiB, kGiB},
      {&Options::block_cache_bytes, kMiB, 64 * kGiB},  {&Options::storage_cache_bytes, kMiB, 64 * kGiB},
      {&Options::tail_events_max, 100'000, 16 * kMiB}, {&Options::tail_bytes_max, kMiB, 16 * kGiB},
      {&Options::subscriptions_max, 1, kMiB},
  };
  CHECK(verdict(Options{}.check()) == "");
  for (const Bound& bound : bounds) {
    CAPTURE(bound.min);
    CAPTURE(bound.max);
    for (const auto& [value, expected] : {std::pair{bound.min, ""}, std::pair{bound.max, ""},
                                          std::pair{bound.min - 1, "invalid"}, std::pair{bound.max + 1, "invalid"}}) {
      Options options;
      options.*bound.option = value;
      CHECK(verdict(options.check()) == expected);
    }
  }
  CHECK(verdict(Options{.index_batch_events = 0}.check()) == "invalid");
  CHECK(verdict(Options{.index_batch_events = 1024 * 1024 + 1, .tail_events_max = 16 * 1024 * 1024}.check()) ==
        "invalid");
  CHECK(verdict(Options{.mode = daybook::Mode::read_only, .in_memory = true}.check()) == "invalid");
  CHECK(verdict(Options{.clock = nullptr}.check()) == "invalid");
}

TEST_CASE("limits: an append's timeout is at most an hour") {
  const auto log = open_log();
  const auto verdict_at = [&](std::chrono::nanoseconds timeout) {
    const auto done = log->append(commit_of(plain_event()), {.timeout = timeout});
    return done ? std::string() : std::string(to_string(done.error().code));
  };
  CHECK(verdict_at(std::chrono::hours(1)) == "");
  CHECK(verdict_at(std::chrono::hours(1) + std::chrono::nanoseconds(1)) == "invalid");
  CHECK(verdict_at(std::chrono::nanoseconds(-1)) == "invalid");
}

TEST_CASE("limits: beyond subscriptions_max subscribe says busy, until one ends") {
  const auto log = open_log({.subscriptions_max = 2});
  auto first = log->subscribe();
  const auto second = log->subscribe();
  CHECK(first.has_value());
  CHECK(second.has_value());
  const auto third = log->subscribe();
  REQUIRE(!third.has_value());
  CHECK(third.error().code == Code::busy);
  first->reset();
  CHECK(log->subscribe().has_value());
}

TEST_CASE("limits: a full tail makes appends wait, not fail") {
  const auto log = open_log({.index_batch_events = 1, .tail_events_max = 2});
  for (int number = 0; number < 100; ++number) CHECK(log->append(commit_of(plain_event())).has_value());
  CHECK(log->head().value() == 100);
}

TEST_CASE("limits: a block ends at its bound, and a larger commit is a block of its own") {
  const auto log = open_log({.block_bytes_max = 1024});
  Event large = plain_event();
  large.data = letters(5000);
  for (int number = 0; number < 200; ++number) {  // Faster than they are written, so that groups hold many.
    const auto queued = log->append_async(commit_of(number == 100 ? large : plain_event()), [](auto) {});
    REQUIRE(queued.has_value());
  }
  REQUIRE(log->append(commit_of(plain_event())).has_value());  // In order: all of them are there now.
  for (std::uint64_t sequence = 1; sequence <= 201; ++sequence) {
    const auto event = log->get(daybook::Sequence(sequence));
    REQUIRE(event.has_value());
    const bool is_large = sequence == 101;
    CHECK((event->block()->bytes().size() > 1024) == is_large);
    if (is_large) CHECK(event->block()->event_count() == 1);
  }
}
