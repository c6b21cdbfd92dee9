// Properties of the command line's texts: what is printed reads the same.
#include "tests/support/property.h"
#include "cli/base64.h"
#include "cli/commit_json.h"
#include "cli/event_json.h"
#include "cli/json_text.h"
#include "cli/query_json.h"
#include "cli/time_text.h"
#include "daybook/block.h"
#include "schema/block_builder.h"
#include "tests/log/block_fixture.h"

using namespace daybook;
using namespace daybook::cli;
using namespace daybook::test;

namespace {

/// `event` as the log records it, with the nil UUID where it has none.
std::shared_ptr<const Block> recorded(const Event& event, Timestamp time) {
  const EventId id{};
  const EncodedCommit encoded({&event, 1}, {&id, 1});
  const Version version(1);
  const NumberedCommit commit{.events = &encoded, .key = {}, .fingerprint = {}, .versions = {&version, 1}};
  return seal_block(Sequence(1), time, {}, {&commit, 1});
}

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (out.back() != '[') out += ',';
    append_json_string(out, text);
  }
  out += ']';
}

}  // namespace

TEST_CASE("property: an event that read --json prints is one line, and appended again it is the same event") {
  check_property("printed and read", [] {
    Event given = *some_event();
    const auto block = recorded(given, *rc::gen::arbitrary<Timestamp>());
    std::string line;
    EventJson().append(line, block->event(0));
    RC_ASSERT(line.find('\n') == std::string::npos);
    const auto read = CommitJson().parse(line);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->events.size() == 1u);
    if (!given.id) given.id = Uuid{};
    RC_ASSERT(content_of(read->events.front()) == content_of(given));
  });
}

TEST_CASE("property: a commit written as a line is read with its conditions and its key") {
  check_property("written and read", [] {
    const auto stream = *some_text(1);
    const auto version = *rc::gen::inRange<std::uint64_t>(0, kSequenceMax.value());
    const auto after = *rc::gen::inRange<std::uint64_t>(0, kSequenceMax.value());
    const auto key = *rc::gen::arbitrary<Uuid>();
    const auto tags = *rc::gen::resize(4, rc::gen::container<std::vector<std::string>>(some_text(1)));
    std::string line = "{\"expectedStreams\":{";
    append_json_string(line, stream);
    line += ":" + std::to_string(version) + "},\"failIfMatch\":[{\"tags\":[";
    append_texts(line, tags);
    line += "}],\"after\":" + std::to_string(after) + ",\"key\":\"" + key.text() + "\",\"events\":[{\"stream\":";
    append_json_string(line, stream);
    line += ",\"type\":\"T\",\"data\":1}]}";
    const auto read = CommitJson().parse(line);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->key == key);
    RC_ASSERT(read->expected.front().stream == stream);
    RC_ASSERT(read->expected.front().version == Version(version));
    RC_ASSERT(read->fail_if_match.front().after == Sequence(after));
    RC_ASSERT(read->fail_if_match.front().query.items.front().tags == tags);
    RC_ASSERT(read->events.front().stream == stream);
  });
}

TEST_CASE("property: every text is a JSON string once it is written as one, and every byte survives base64") {
  check_property("texts", [] {
    std::string json = "[{\"streamPrefix\":";
    const auto prefix = *some_text(1);
    append_json_string(json, prefix);
    json += "}]";
    RC_ASSERT(is_json(json));
    const auto query = parse_query(json);
    RC_ASSERT(query.has_value());
    RC_ASSERT(query->items.front().stream_prefix == prefix);
    const auto bytes = *rc::gen::arbitrary<std::string>();
    std::string encoded;
    append_base64(encoded, bytes);
    RC_ASSERT(decode_base64(encoded) == bytes);
  });
}

TEST_CASE("property: every instant that 64 bits of nanoseconds reach is spelled in 30 characters and read back") {
  check_property("times", [](Timestamp time) {
    std::string text;
    append_time(text, time);
    RC_ASSERT(text.size() == 30u);
    RC_ASSERT(parse_time(text) == time);
  });
}
