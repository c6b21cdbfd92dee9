// The lines of `append -`: both forms, and every way to get them wrong.
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cli/commit_json.h"

using daybook::Code;
using daybook::Commit;
using daybook::Event;
using daybook::Result;
using daybook::Uuid;
using daybook::Version;
using daybook::cli::CommitJson;

namespace {

const std::string kUuid = "01890a5d-ac96-774b-bcce-b302099a8057";

Commit commit_of(const std::string& line) {
  CommitJson reader;
  Result<Commit> commit = reader.parse(line);
  REQUIRE_MESSAGE(commit.has_value(), line << ": " << (commit ? "" : commit.error().message));
  return std::move(*commit);
}

std::string refusal_of(const std::string& line) {
  CommitJson reader;
  const Result<Commit> commit = reader.parse(line);
  REQUIRE_MESSAGE(!commit.has_value(), line);
  CHECK(commit.error().code == Code::invalid);
  return commit.error().message;
}

Event event_of(const std::string& line) {
  Commit commit = commit_of(line);
  REQUIRE(commit.events.size() == 1);
  return std::move(commit.events.front());
}

std::string with_data(const std::string& data) {
  return R"({"stream":"s","type":"t","data":)" + data + "}";
}

}  // namespace

TEST_CASE("commit lines: data is kept byte for byte") {
  const std::vector<std::string> texts{R"({"a":1.50,"b":"\u00e9","a":1e2})",
                                       R"([ 1 ,  2.0 ])",
                                       "123456789012345678901234567890",
                                       "-0.0",
                                       "1E400",
                                       R"("text")",
                                       "true",
                                       "null",
                                       R"({"deep":[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]})",
                                       R"("\ud800")",
                                       "{ }",
                                       R"({"data":{"data":"x"},"events":[]})"};
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(event_of(with_data(text)).data == text);
    CHECK(event_of(with_data("  " + text + "\t")).data == text);  // Blanks around a value are not part of it.
  }
}

TEST_CASE("commit lines: the event form takes every field that read prints") {
  const Event event = event_of(
      R"({"sequence":7,"stream":"order-1","version":3,"type":"OrderPlaced","id":")" + kUuid +
      R"(","time":"2026-01-01T00:00:00.000000000Z","occurredAt":"1970-01-01T00:00:01Z","tags":["a","b"],)"
      R"("contentType":"text/x","data":1,"metadata":{"correlationId":")" +
      kUuid + R"(","causationId":")" + kUuid + R"(","traceparent":"","headers":{"data":"x","n":"v","n":"w"}}})");
  CHECK(event.stream == "order-1");
  CHECK(event.type == "OrderPlaced");
  CHECK(event.id == Uuid::parse(kUuid));
  CHECK(event.occurred_at == daybook::Timestamp(std::chrono::seconds(1)));
  CHECK(event.tags == std::vector<std::string>{"a", "b"});
  CHECK(event.content_type == "text/x");
  CHECK(event.data == "1");
  CHECK(event.correlation_id == Uuid::parse(kUuid));
  CHECK(event.causation_id == Uuid::parse(kUuid));
  CHECK(event.traceparent == "");
  CHECK(event.headers == std::vector<daybook::Header>{{"data", "x"}, {"n", "v"}, {"n", "w"}});
}

TEST_CASE("commit lines: absent fields stay absent") {
  const Event event = event_of(with_data("{}"));
  CHECK_FALSE(event.id.has_value());
  CHECK_FALSE(event.occurred_at.has_value());
  CHECK_FALSE(event.correlation_id.has_value());
  CHECK_FALSE(event.traceparent.has_value());
  CHECK(event.headers.empty());
  CHECK(event.content_type == daybook::kContentTypeJson);
}

TEST_CASE("commit lines: dataBase64 carries any bytes") {
  CHECK(event_of(R"({"stream":"s","type":"t","dataBase64":"AP8K"})").data == std::string("\0\xFF\n", 3));
  CHECK(event_of(R"({"stream":"s","type":"t","dataBase64":""})").data.empty());
}

TEST_CASE("commit lines: the commit form takes conditions, a key and several streams") {
  const Commit commit = commit_of(
      R"({"stream":"a","expected":3,"expectedStreams":{"b":0,"c":9},"failIfMatch":[{"types":["T"]}],"after":5,"key":")" +
      kUuid + R"(","events":[{"type":"t","data":1},{"stream":"b","type":"u","data":2}]})");
  REQUIRE(commit.events.size() == 2);
  CHECK(commit.events[0].stream == "a");
  CHECK(commit.events[1].stream == "b");
  CHECK(commit.key == Uuid::parse(kUuid));
  REQUIRE(commit.expected.size() == 3);
  CHECK(commit.expected[0].stream == "b");
  CHECK(commit.expected[0].version == Version(0));
  CHECK(commit.expected[2].stream == "a");
  CHECK(commit.expected[2].version == Version(3));
  REQUIRE(commit.fail_if_match.size() == 1);
  CHECK(commit.fail_if_match[0].after == daybook::Sequence(5));
  CHECK(commit.fail_if_match[0].query.items.at(0).types == std::vector<std::string>{"T"});
}

TEST_CASE("commit lines: an absent after is 0") {
  const Commit commit = commit_of(R"({"failIfMatch":[],"events":[{"stream":"a","type":"t","data":1}]})");
  CHECK(commit.fail_if_match.at(0).after == daybook::Sequence(0));
  CHECK(commit.expected.empty());
}

TEST_CASE("commit lines: what is wrong is named") {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "not valid JSON"},
      {"{", "not valid JSON"},
      {"\xFF", "UTF-8"},
      {"[]", "JSON object"},
      {"1", "JSON object"},
      {R"({"type":"t","data":1})", "'stream' is missing"},
      {R"({"stream":"s","data":1})", "'type' is missing"},
      {R"({"stream":"s","type":"t"})", "either 'data' or 'dataBase64'"},
      {R"({"stream":"s","type":"t","data":1,"dataBase64":""})", "either 'data' or 'dataBase64'"},
      {R"({"stream":"s","type":"t","data":1,"tag":"x"})", "unknown field 'tag'"},
      {R"({"stream":"s","stream":"s","type":"t","data":1})", "'stream' is given twice"},
      {R"({"stream":1,"type":"t","data":1})", "'stream' must be a string"},
      {R"({"stream":"s","type":"t","data":1,"tags":"x"})", "'tags'"},
      {R"({"stream":"s","type":"t","data":1,"tags":[1]})", "'tags'"},
      {R"({"stream":"s","type":"t","data":1,"id":"x"})", "'id' must be a UUID"},
      {R"({"stream":"s","type":"t","data":1,"occurredAt":"yesterday"})", "'occurredAt'"},
      {R"({"stream":"s","type":"t","data":1,"metadata":{"user":"x"}})", "unknown field 'user'"},
      {R"({"stream":"s","type":"t","data":1,"metadata":{"headers":{"a":1}}})", "'headers'"},
      {R"({"stream":"s","type":"t","dataBase64":"A"})", "'dataBase64'"},
      {R"({"stream":"s","type":"t","data":1,"expected":0})", "unknown field 'expected'"},
      {R"({"events":[]})", "'events'"},
      {R"({"events":{}})", "'events'"},
      {R"({"events":[1]})", "event 1: an event must be an object"},
      {R"({"events":[{"stream":"s","type":"t","data":1},{"type":"t","data":1}]})", "event 2: 'stream' is missing"},
      {R"({"expected":1,"events":[{"stream":"s","type":"t","data":1}]})", "'expected' needs 'stream'"},
      {R"({"after":1,"events":[{"stream":"s","type":"t","data":1}]})", "'after' needs 'failIfMatch'"},
      {R"({"stream":"s","expected":-1,"events":[{"type":"t","data":1}]})", "'expected' must be a whole number"},
      {R"({"stream":"s","expected":1.0,"events":[{"type":"t","data":1}]})", "'expected' must be a whole number"},
      {R"({"stream":"s","expected":281474976710656,"events":[{"type":"t","data":1}]})", "from 0 to 281474976710655"},
      {R"({"key":"k","events":[{"stream":"s","type":"t","data":1}]})", "'key' must be a UUID"},
      {R"({"tags":[],"events":[{"stream":"s","type":"t","data":1}]})", "unknown field 'tags' beside 'events'"},
      {R"({"failIfMatch":[{"type":"x"}],"events":[{"stream":"s","type":"t","data":1}]})", "'type' is not one of"},
      {R"({"failIfMatch":{"types":[]},"events":[{"stream":"s","type":"t","data":1}]})", "must be an array"},
  };
  for (const auto& [line, part] : wrong) {
    CAPTURE(line);
    CHECK(refusal_of(line).find(part) != std::string::npos);
  }
}

TEST_CASE("commit lines: nesting beyond reason is refused, in data it is kept") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(event_of(with_data(deep)).data == deep);
  CHECK(refusal_of(R"({"stream":"s","type":"t","tags":)" + deep + "}").find("too deep") != std::string::npos);
}
