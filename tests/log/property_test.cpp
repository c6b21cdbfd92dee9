// Properties of the log's parts, on whatever RapidCheck makes up: a counterexample is shrunk to its smallest form. What
// is told by examples, or compared with models on random logs, is in the tests of each part.
#include <algorithm>

#include "log/postings.h"
#include "schema/event_codec.h"
#include "tests/log/block_fixture.h"
#include "tests/log/log_fixture.h"
#include "tests/support/property.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// An event over few names, so that queries meet it.
rc::Gen<Event> named_event() {
  const auto name = [](std::string prefix, int count) {
    return rc::gen::map(rc::gen::inRange(0, count), [prefix](int n) { return prefix + std::to_string(n); });
  };
  return rc::gen::build<Event>(
      rc::gen::set(&Event::stream, name("s-", 12)), rc::gen::set(&Event::type, name("T", 3)),
      rc::gen::set(&Event::tags, rc::gen::resize(3, rc::gen::container<std::vector<std::string>>(name("t", 4)))));
}

rc::Gen<QueryItem> named_item() {
  const auto names = [](std::string prefix, int count) {
    const auto name = rc::gen::map(rc::gen::inRange(0, count), [prefix](int n) { return prefix + std::to_string(n); });
    return rc::gen::resize(2, rc::gen::container<std::vector<std::string>>(name));
  };
  const auto by_streams = rc::gen::build<QueryItem>(rc::gen::set(&QueryItem::streams, names("s-", 14)),
                                                    rc::gen::set(&QueryItem::types, names("T", 4)),
                                                    rc::gen::set(&QueryItem::tags, names("t", 5)));
  const auto by_prefix = rc::gen::build<QueryItem>(
      rc::gen::set(&QueryItem::stream_prefix, rc::gen::elementOf(std::vector<std::string>{"", "s", "s-1", "x"})),
      rc::gen::set(&QueryItem::types, names("T", 4)), rc::gen::set(&QueryItem::tags, names("t", 5)));
  return rc::gen::oneOf(by_streams, by_prefix);
}

std::vector<std::uint64_t> filtered(LogFixture& log, const ReadOptions& options) {
  std::vector<std::uint64_t> found;
  for (const PinnedEvent& event : log.events({})) {
    const Sequence sequence = event.view().sequence();
    if (sequence < options.from || sequence > options.through || !options.query.matches(event.view())) continue;
    found.push_back(sequence.value());
  }
  if (options.direction == Direction::backward) std::ranges::reverse(found);
  found.resize(std::min<std::uint64_t>(found.size(), options.limit));
  return found;
}

}  // namespace

TEST_CASE("property: any commits that are sealed are read as they were given, and encode to the same bytes again") {
  check_property("sealed, parsed and encoded again", [] {
    const auto events = *rc::gen::nonEmpty(rc::gen::container<std::vector<Event>>(some_event()));
    const auto key = *optional_of(rc::gen::arbitrary<Uuid>());
    const auto sealed = BlockChain(LogId{}).seal({{.events = events, .key = key}});
    const auto block = Block::parse(sealed->bytes(), sealed->link());
    RC_ASSERT(block.has_value());
    RC_ASSERT((*block)->commits().front().key == key);
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      Event given = events[i];
      if (!given.id) given.id = Uuid{};
      const Event read = (*block)->event(i).to_event();
      RC_ASSERT(content_of(read) == content_of(given));
      const EncodedCommit again({&read, 1}, {});
      auto words = std::vector<std::uint64_t>(again.event_words(0).begin(), again.event_words(0).end());
      words[kEventVersionWord] = (*block)->event(i).version().value();
      RC_ASSERT(std::equal(words.begin(), words.end(), (*block)->event_words(i)));
    }
  });
}

TEST_CASE("property: fingerprints are equal when the events are, and when one field differs they are not") {
  check_property("one field is changed", [] {
    const Event event = *some_event();
    const Event other = *some_event();
    Event changed = event;
    switch (*rc::gen::inRange(0, 11)) {
      case 0:
        changed.stream = other.stream;
        break;
      case 1:
        changed.type = other.type;
        break;
      case 2:
        changed.data = other.data;
        break;
      case 3:
        changed.tags = other.tags;
        break;
      case 4:
        changed.content_type = other.content_type;
        break;
      case 5:
        changed.id = other.id;
        break;
      case 6:
        changed.occurred_at = other.occurred_at;
        break;
      case 7:
        changed.correlation_id = other.correlation_id;
        break;
      case 8:
        changed.causation_id = other.causation_id;
        break;
      case 9:
        changed.traceparent = other.traceparent;
        break;
      default:
        changed.headers = other.headers;
    }
    const bool same_print = fingerprint_of({&event, 1}) == fingerprint_of({&changed, 1});
    RC_ASSERT(same_print == (content_of(event) == content_of(changed)));
  });
}

TEST_CASE("property: at, before and behind the borders of chunks and of sorted files, postings find what is there") {
  check_property("one stream among others", [] {
    LogFixture log(true, [](Options& options) { options.index_batch_events = 500'000; });
    const auto files = *rc::gen::inRange(1, 4);
    std::vector<std::uint64_t> expected;
    std::vector<std::uint64_t> borders;
    for (int file = 0; file < files; ++file) {
      Commit commit;
      const auto count = *rc::gen::inRange<std::uint64_t>(1, 4 * kChunkSequencesMax);
      const auto stride = *rc::gen::inRange<std::uint64_t>(1, 4);
      for (std::uint64_t i = 0; i < count; ++i) {
        const bool ours = i % stride == 0;
        commit.events.push_back({.stream = ours ? "ours" : "other", .type = "T"});
        if (!ours) continue;
        expected.push_back(log->head().value() + i + 1);
        if (expected.size() % kChunkSequencesMax < 2) borders.push_back(expected.back());
      }
      borders.push_back(expected.back());
      RC_ASSERT(log->append(std::move(commit)).has_value());
      RC_ASSERT(log->flush_index().has_value());
    }
    for (const std::uint64_t border : borders) {
      for (const std::uint64_t from : {border - 1, border, border + 1}) {
        ReadOptions options{.from = Sequence(from), .query = {{{.streams = {"ours"}}}}, .limit = 3};
        const auto at = std::ranges::lower_bound(expected, from);
        std::vector<std::uint64_t> next(at, at + std::min<std::ptrdiff_t>(3, expected.end() - at));
        RC_ASSERT(log.sequences(options) == next);
        options = {.through = Sequence(from), .query = options.query, .direction = Direction::backward, .limit = 3};
        const auto end = std::ranges::upper_bound(expected, from);
        std::vector<std::uint64_t> before(end - std::min<std::ptrdiff_t>(3, end - expected.begin()), end);
        std::ranges::reverse(before);
        RC_ASSERT(log.sequences(options) == before);
      }
      const auto version =
          static_cast<std::uint64_t>(std::ranges::lower_bound(expected, border) - expected.begin()) + 1;
      RC_ASSERT(log->sequence_of("ours", Version(version)).value() == Sequence(border));
    }
  });
}

TEST_CASE("property: whatever stands in postings and what in the tail, a query finds what a filter finds") {
  check_property("a log of a few stretches", [] {
    LogFixture log(true, [](Options& options) { options.index_batch_events = 500'000; });
    const auto stretches = *rc::gen::inRange(1, 4);
    for (int stretch = 0; stretch < stretches; ++stretch) {
      Commit commit{
          .events = *rc::gen::container<std::vector<Event>>(*rc::gen::inRange<std::size_t>(90, 220), named_event())};
      RC_ASSERT(log->append(std::move(commit)).has_value());
      if (*rc::gen::arbitrary<bool>()) RC_ASSERT(log->flush_index().has_value());
    }
    for (int round = 0; round < 20; ++round) {
      ReadOptions options;
      options.query.items = *rc::gen::resize(3, rc::gen::container<std::vector<QueryItem>>(named_item()));
      const auto head = log->head().value();
      options.from =
          Sequence(*rc::gen::oneOf(rc::gen::just(std::uint64_t{1}), rc::gen::inRange<std::uint64_t>(1, head)));
      if (*rc::gen::arbitrary<bool>()) options.through = Sequence(*rc::gen::inRange<std::uint64_t>(1, head + 3));
      if (*rc::gen::inRange(0, 4) == 0) options.limit = *rc::gen::inRange<std::uint64_t>(0, 20);
      if (*rc::gen::arbitrary<bool>()) options.direction = Direction::backward;
      RC_ASSERT(log.sequences(options) == filtered(log, options));
    }
  });
}
