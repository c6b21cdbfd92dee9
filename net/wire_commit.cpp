// What a client sent is rebuilt as a value, field by field, under limits that are looked at first; the log then encodes
// it as it does its own program's commits. Bytes that a client made are never stored.
#include "net/wire_commit.h"

#include <algorithm>

#include "daybook/limits.h"
#include "net/wire_error.h"
#include "net/wire_guard.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"
#include "net/wire_text.h"
#include "schema/event_codec.h"

namespace daybook::net {
namespace {

// More than the structs take, with their pointers and what a UUID takes.
constexpr std::size_t kCommitWordsMax = 32;
constexpr std::size_t kEventWordsMax = 24;
constexpr std::size_t kConditionWordsMax = 16;

unsigned count_of(const auto& list) {
  return static_cast<unsigned>(list.size());
}

std::size_t text_words(const std::string& text) {
  return text.size() / 8 + 2;  // with a pointer in a list
}

std::size_t query_words(const Query& query) {
  std::size_t words = 4;
  for (const QueryItem& item : query.items) {
    words += 16 + text_words(item.stream_prefix);
    for (const auto* texts : {&item.streams, &item.types, &item.tags}) {
      for (const std::string& text : *texts) words += text_words(text);
    }
  }
  return words;
}

void to_wire(const Event& event, rpc::NewEvent::Builder builder) {
  builder.setStream(text_of(event.stream));
  builder.setType(text_of(event.type));
  builder.setData({reinterpret_cast<const kj::byte*>(event.data.data()), event.data.size()});
  if (!event.tags.empty()) {
    auto tags = builder.initTags(count_of(event.tags));
    for (unsigned i = 0; i < tags.size(); ++i) tags.set(i, text_of(event.tags[i]));
  }
  if (event.content_type != kContentTypeJson) builder.setContentType(text_of(event.content_type));
  if (event.id) net::to_wire(*event.id, builder.initId());
  if (event.occurred_at) {
    builder.setOccurredAt(event.occurred_at->time_since_epoch().count());
    builder.setHasOccurredAt(true);
  }
  if (event.correlation_id) net::to_wire(*event.correlation_id, builder.initCorrelationId());
  if (event.causation_id) net::to_wire(*event.causation_id, builder.initCausationId());
  if (event.traceparent) builder.setTraceparent(text_of(*event.traceparent));
  if (!event.headers.empty()) {
    auto headers = builder.initHeaders(count_of(event.headers));
    for (unsigned i = 0; i < headers.size(); ++i) {
      headers[i].setName(text_of(event.headers[i].name));
      headers[i].setValue(text_of(event.headers[i].value));
    }
  }
}

/// Reads one commit: each step fails for itself, and the budget is of all.
class CommitReader {
 public:
  CommitReader(rpc::Commit::Reader reader, ByteBudget& budget) : reader_(reader), budget_(budget) {}

  Result<Commit> read() {
    const auto events = reader_.getEvents();
    if (events.size() > kCommitEventsMax) return beyond("a commit", events.size(), kCommitEventsMax, "events");
    if (auto ok = budget_.take(events.size() * sizeof(Event), "a commit"); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
    commit_.events.reserve(events.size());
    for (const auto given : events) {
      if (auto ok = event(given); !ok) return std::unexpected(std::move(ok.error()));
    }
    if (auto ok = conditions(); !ok) return std::unexpected(std::move(ok.error()));
    if (reader_.hasKey()) commit_.key = from_wire(reader_.getKey());
    if (reader_.hasFingerprint() && from_wire(reader_.getFingerprint()) != fingerprint_of(commit_.events)) {
      return fail(Code::invalid, "the commit's events do not give the fingerprint that came with them");
    }
    return std::move(commit_);
  }

 private:
  Result<void> event(rpc::NewEvent::Reader given) {
    Event& event = commit_.events.emplace_back();
    const auto tags = given.getTags();
    if (tags.size() > kTagsMax) return beyond("an event", tags.size(), kTagsMax, "tags");
    const auto data = given.getData();
    if (data.size() > kDataBytesMax) return beyond("an event's data", data.size(), kDataBytesMax, "bytes");
    if (auto ok = budget_.take(data.size(), "an event's data"); !ok) return ok;
    event.data.assign(reinterpret_cast<const char*>(data.begin()), data.size());
    if (auto ok = copy_text("a stream's name", given.getStream(), kStreamBytesMax, budget_, event.stream); !ok) {
      return ok;
    }
    if (auto ok = copy_text("a type's name", given.getType(), kTypeBytesMax, budget_, event.type); !ok) return ok;
    if (auto ok = copy_texts("a tag", tags, kTagBytesMax, budget_, event.tags); !ok) return ok;
    return metadata(given, event);
  }

  Result<void> metadata(rpc::NewEvent::Reader given, Event& event) {
    if (given.hasContentType()) {
      const auto text = given.getContentType();
      if (auto ok = copy_text("a content type", text, kContentTypeBytesMax, budget_, event.content_type); !ok) {
        return ok;
      }
    }
    if (given.hasTraceparent()) {
      const auto text = given.getTraceparent();
      if (auto ok = copy_text("a traceparent", text, kTraceparentBytesMax, budget_, event.traceparent.emplace()); !ok) {
        return ok;
      }
    }
    if (given.hasId()) event.id = from_wire(given.getId());
    if (given.hasCorrelationId()) event.correlation_id = from_wire(given.getCorrelationId());
    if (given.hasCausationId()) event.causation_id = from_wire(given.getCausationId());
    if (given.getHasOccurredAt()) event.occurred_at = Timestamp(std::chrono::nanoseconds(given.getOccurredAt()));
    const auto headers = given.getHeaders();
    if (headers.size() > kHeadersMax) return beyond("an event", headers.size(), kHeadersMax, "headers");
    event.headers.reserve(headers.size());
    for (const auto header : headers) {
      auto& [name, value] = event.headers.emplace_back();
      if (auto ok = copy_text("a header's name", header.getName(), kHeaderNameBytesMax, budget_, name); !ok) return ok;
      if (auto ok = copy_text("a header's value", header.getValue(), kHeaderBytesMax, budget_, value); !ok) return ok;
    }
    return {};
  }

  Result<void> conditions() {
    const auto expected = reader_.getExpected();
    const auto fail_if_match = reader_.getFailIfMatch();
    const std::size_t count = std::size_t{expected.size()} + fail_if_match.size();
    if (count > kCommitConditionsMax) return beyond("a commit", count, kCommitConditionsMax, "conditions");
    commit_.expected.reserve(expected.size());
    for (const auto given : expected) {
      ExpectedVersion& one = commit_.expected.emplace_back();
      one.version = Version(given.getVersion());
      if (auto ok = copy_text("a stream's name", given.getStream(), kStreamBytesMax, budget_, one.stream); !ok) {
        return ok;
      }
    }
    for (const auto given : fail_if_match) {
      auto query = from_wire(given.getQuery());
      if (!query) return std::unexpected(std::move(query.error()));
      if (auto ok = budget_.take(8 * query_words(*query), "a commit's conditions"); !ok) return ok;
      commit_.fail_if_match.push_back({.query = std::move(*query), .after = Sequence(given.getAfter())});
    }
    return {};
  }

  rpc::Commit::Reader reader_;
  ByteBudget& budget_;
  Commit commit_;
};

}  // namespace

std::size_t wire_words(const Commit& commit) {
  std::size_t words = kCommitWordsMax;
  for (const Event& event : commit.events) words += kEventWordsMax + encoded_words(event);
  for (const ExpectedVersion& expected : commit.expected) words += kConditionWordsMax + text_words(expected.stream);
  for (const FailIfMatch& condition : commit.fail_if_match) words += kConditionWordsMax + query_words(condition.query);
  return words;
}

void to_wire(const Commit& commit, const std::optional<Hash128>& fingerprint, rpc::Commit::Builder builder) {
  auto events = builder.initEvents(count_of(commit.events));
  for (unsigned i = 0; i < events.size(); ++i) to_wire(commit.events[i], events[i]);
  if (!commit.expected.empty()) {
    auto list = builder.initExpected(count_of(commit.expected));
    for (unsigned i = 0; i < list.size(); ++i) {
      list[i].setStream(text_of(commit.expected[i].stream));
      list[i].setVersion(commit.expected[i].version.value());
    }
  }
  if (!commit.fail_if_match.empty()) {
    auto list = builder.initFailIfMatch(count_of(commit.fail_if_match));
    for (unsigned i = 0; i < list.size(); ++i) {
      to_wire(commit.fail_if_match[i].query, list[i].initQuery());
      list[i].setAfter(commit.fail_if_match[i].after.value());
    }
  }
  if (commit.key) to_wire(*commit.key, builder.initKey());
  if (fingerprint) to_wire(*fingerprint, builder.initFingerprint());
}

Result<Commit> from_wire(rpc::Commit::Reader reader, std::size_t& bytes_left) {
  ByteBudget budget(bytes_left);
  auto commit = guarded([&] { return CommitReader(reader, budget).read(); });
  bytes_left = budget.bytes_left();
  if (!commit) commit.error().outcome = Outcome::not_appended;
  return commit;
}

void to_wire(const Appended& appended, rpc::Appended::Builder builder) {
  builder.setFirst(appended.first.value());
  builder.setLast(appended.last.value());
  builder.setRepeated(appended.repeated);
  auto versions = builder.initVersions(count_of(appended.versions));
  unsigned at = 0;
  for (const auto& [stream, version] : appended.versions) {
    versions[at].setStream(text_of(stream));
    versions[at++].setVersion(version.value());
  }
}

Result<Appended> from_wire(rpc::Appended::Reader reader) {
  return guarded([&]() -> Result<Appended> {
    Appended appended{.first = Sequence(reader.getFirst()),
                      .last = Sequence(reader.getLast()),
                      .versions = {},
                      .repeated = reader.getRepeated()};
    const auto versions = reader.getVersions();
    if (versions.size() > kCommitStreamsMax || appended.first == Sequence(0) || appended.last < appended.first ||
        appended.last > kSequenceMax) {
      return fail(Code::invalid, "the server's answer to an append makes no sense");
    }
    for (const auto entry : versions) {
      const auto stream = entry.getStream();
      if (stream.size() > kStreamBytesMax) return beyond("a stream's name", stream.size(), kStreamBytesMax, "bytes");
      appended.versions.emplace(string_of(stream), Version(entry.getVersion()));
    }
    return appended;
  });
}

void to_wire(const Result<Appended>& result, rpc::AppendResult::Builder builder) {
  if (result) {
    to_wire(*result, builder.initAppended());
  } else {
    to_wire(result.error(), builder.initError());
  }
}

Result<Appended> from_wire(rpc::AppendResult::Reader reader) {
  auto result = guarded([&]() -> Result<Appended> {
    switch (reader.which()) {
      case rpc::AppendResult::APPENDED:
        return from_wire(reader.getAppended());
      case rpc::AppendResult::ERROR:
        return std::unexpected(from_wire(reader.getError()));
    }
    return fail(Code::invalid, "the server's answer to an append is of a kind that is not known here");
  });
  if (!result && result.error().outcome == Outcome::none) {
    result.error().outcome = Outcome::may_have_been_appended;
  }
  return result;
}

}  // namespace daybook::net
