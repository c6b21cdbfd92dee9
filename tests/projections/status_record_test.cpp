// The record beside a projection's state: what is written is read, what is damaged is refused.
#include <doctest/doctest.h>

#include "projections/status_record.h"

namespace daybook {
namespace {

ProjectionStatus status() {
  ProjectionStatus made{.name = "inventory", .fold_version = 4'000'000'000};
  made.checkpoint = {.log_id = {.bytes = {1, 2, 255}}, .sequence = kSequenceMax, .link = {.bytes = {9, 8, 7}}};
  return made;
}

}  // namespace

TEST_CASE("status record: it reads back as it was, with and without a failure") {
  ProjectionStatus made = status();
  for (const bool failed : {false, true}) {
    if (failed) made.failure = {.sequence = Sequence(17), .stream = "order-é", .reason = "lines is missing"};
    const auto read = decode_status(encode_status(made));
    REQUIRE(read.has_value());
    CHECK(read->name == made.name);
    CHECK(read->fold_version == made.fold_version);
    CHECK(read->checkpoint == made.checkpoint);
    REQUIRE(read->failure.has_value() == failed);
    if (!failed) continue;
    CHECK(read->failure->sequence == Sequence(17));
    CHECK(read->failure->stream == "order-é");
    CHECK(read->failure->reason == "lines is missing");
  }
}

TEST_CASE("status record: cut short anywhere, or longer, it is corruption") {
  ProjectionStatus made = status();
  made.failure = {.sequence = Sequence(17), .stream = "order-1", .reason = "reason"};
  const std::string record = encode_status(made);
  for (std::size_t length = 0; length < record.size(); ++length) {
    CAPTURE(length);
    CHECK(decode_status(record.substr(0, length)).error().code == Code::corruption);
  }
  CHECK(decode_status(record + "x").error().code == Code::corruption);
}

TEST_CASE("status record: whether there is a failure is said by 0 or 1, and any other byte is corruption") {
  ProjectionStatus made = status();
  made.failure = {.sequence = Sequence(17), .stream = "order-1", .reason = "reason"};
  std::string record = encode_status(made);
  const std::size_t flag = record.size() - (1 + 8 + 8 + 7 + 8 + 6);
  REQUIRE(record[flag] == 1);
  for (const char other : {'\2', '\x80', '\xff'}) {
    record[flag] = other;
    REQUIRE(!decode_status(record));
    CHECK(decode_status(record).error().code == Code::corruption);
  }
}

TEST_CASE("status record: one of a later format is unsupported") {
  std::string record = encode_status(status());
  record.front() = 2;
  CHECK(decode_status(record).error().code == Code::unsupported);
}

}  // namespace daybook
