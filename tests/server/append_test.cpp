// Appends over the wire: every condition, key and error as an embedded log has them, and what a full queue does.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/wire_commit.h"
#include "net/wire_ids.h"
#include "schema/event_codec.h"
#include "tests/server/raw_client.h"
#include "tests/server/served_log.h"

using namespace daybook;
using namespace daybook::test;

namespace {

Commit one(const std::string& stream, const std::string& data = "{}") {
  return {.events = {{.stream = stream, .type = "T", .data = data}}};
}

Uuid key_of(std::uint8_t number) {
  Uuid key;
  key.bytes.fill(number);
  return key;
}

struct Sums {
  std::uint64_t commits = 0;
  std::uint64_t refused = 0;
  std::uint64_t last = 0;
  std::uint64_t first_refused = 0;
  std::optional<Error> error;
};

/// When a client lets go of an appender.
enum class LetGo : std::uint8_t { when_answered, at_once };

/// Writes `calls` through an appender and finishes.
Sums write_all(RawClient& client, const std::vector<std::vector<Commit>>& calls, LetGo let_go) {
  return client.call<Sums>([&] {
    auto request = client.log().appenderRequest();
    request.setTimeout(std::chrono::nanoseconds(kSoon).count());
    return request.send().then([&calls, let_go](capnp::Response<rpc::Log::AppenderResults> results) {
      auto appender = results.getAppender();
      kj::Vector<kj::Promise<void>> written;
      for (const std::vector<Commit>& commits : calls) {
        auto write = appender.writeRequest();
        auto list = write.initCommits(static_cast<unsigned>(commits.size()));
        for (unsigned i = 0; i < commits.size(); ++i) net::to_wire(commits[i], std::nullopt, list[i]);
        written.add(write.send());
      }
      auto finished = appender.finishRequest().send().then([](capnp::Response<rpc::Appender::FinishResults> sums) {
        return Sums{.commits = sums.getCommits(),
                    .refused = sums.getRefused(),
                    .last = sums.getLast(),
                    .first_refused = sums.getFirstRefused(),
                    .error = error_in(sums)};
      });
      // What a write promises is room in the window, which nobody waits for here.
      finished = finished.attach(kj::mv(written));
      if (let_go == LetGo::when_answered) finished = finished.attach(kj::mv(appender));
      return finished;
    });
  });
}

}  // namespace

TEST_CASE("server append: what was appended is told with its versions, and is there") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  const auto appended = client.append({.events = {{.stream = "a", .type = "T"}, {.stream = "b", .type = "U"}}});
  REQUIRE(appended);
  CHECK(appended->first == Sequence(1));
  CHECK(appended->last == Sequence(2));
  CHECK(appended->versions == std::map<std::string, Version>{{"a", Version(1)}, {"b", Version(1)}});
  CHECK(served->get(Sequence(2))->view().type() == "U");
}

TEST_CASE("server append: each condition that does not hold is a conflict with its facts, not appended") {
  ServedLog served;
  served.fill(3, "Made");
  RawClient client(served.unix_address());
  client.enter();
  Commit version = one("s-0");
  version.expected = {{.stream = "s-0", .version = Version(7)}};
  const auto stale = client.append(version);
  REQUIRE(!stale);
  CHECK(stale.error().code == Code::conflict);
  CHECK(stale.error().outcome == Outcome::not_appended);
  REQUIRE(stale.error().conflict);
  CHECK(stale.error().conflict->kind == Conflict::Kind::version);
  CHECK(stale.error().conflict->actual == Version(1));
  CHECK(stale.error().conflict->expected == Version(7));

  Commit match = one("s-0");
  match.fail_if_match = {{.query = {.items = {{.types = {"Made"}}}}, .after = Sequence(1)}};
  const auto matched = client.append(match);
  REQUIRE(!matched);
  REQUIRE(matched.error().conflict);
  CHECK(matched.error().conflict->kind == Conflict::Kind::match);
  CHECK(matched.error().conflict->sequence > Sequence(1));
  CHECK(served->head() == Sequence(3));
}

TEST_CASE("server append: the same key gives the first result, with other events it is a conflict") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  Commit commit = one("s");
  commit.key = key_of(1);
  REQUIRE(client.append(commit));
  const auto again = client.append(commit);
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->first == Sequence(1));
  commit.events[0].data = "other";
  const auto other = client.append(commit);
  REQUIRE(!other);
  CHECK(other.error().conflict->kind == Conflict::Kind::key);
}

TEST_CASE("server append: a commit that is not what its fingerprint says is refused") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  const Commit commit = one("s");
  for (const bool right : {true, false}) {
    const auto error = client.call<std::optional<Error>>([&] {
      auto request = client.log().appendRequest();
      Hash128 fingerprint = fingerprint_of(commit.events);
      if (!right) fingerprint[3] ^= 1;
      net::to_wire(commit, fingerprint, request.initCommit());
      request.setTimeout(1'000'000'000);
      return request.send().then([](capnp::Response<rpc::Log::AppendResults> results) { return error_in(results); });
    });
    CHECK(error.has_value() != right);
    if (error) CHECK(error->code == Code::invalid);
    if (error) CHECK(error->outcome == Outcome::not_appended);
  }
  CHECK(served->head() == Sequence(1));
}

TEST_CASE("server append: a key that is said to be new is not looked up") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  Commit commit = one("s");
  commit.key = key_of(1);
  const auto append = [&](bool new_key) {
    return client.call<bool>([&] {
      auto request = client.log().appendRequest();
      net::to_wire(commit, std::nullopt, request.initCommit());
      request.getCommit().setNewKey(new_key);
      request.setTimeout(1'000'000'000);
      return request.send().then(
          [](capnp::Response<rpc::Log::AppendResults> results) { return results.getAppended().getRepeated(); });
    });
  };
  CHECK_FALSE(append(true));
  CHECK(append(false));
  CHECK(served->head() == Sequence(1));
  CHECK_FALSE(append(true));  // not true, and believed
  CHECK(served->head() == Sequence(2));
}

TEST_CASE("server append: of many commits each is judged alone, in order") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  Commit stale = one("a");
  stale.expected = {{.stream = "a", .version = Version(0)}};
  const auto results = client.append_many({one("a"), stale, one(""), one("$own"), one("a")});
  REQUIRE(results.size() == 5);
  CHECK(results[0]->first == Sequence(1));
  CHECK(results[1].error().conflict->actual == Version(1));
  CHECK(results[2].error().code == Code::invalid);
  CHECK(results[3].error().code == Code::invalid);
  CHECK(results[4]->first == Sequence(2));
  for (const std::size_t refused : {1U, 2U, 3U}) CHECK(results[refused].error().outcome == Outcome::not_appended);
}

TEST_CASE("server append: a timeout that is none and a call with too many commits are refused, not appended") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  for (const auto timeout : {std::chrono::nanoseconds(-1), std::chrono::nanoseconds(std::chrono::hours(2))}) {
    const auto refused = client.append(one("s"), timeout);
    CHECK(refused.error().code == Code::invalid);
    CHECK(refused.error().outcome == Outcome::not_appended);
  }
  const auto error = client.call<std::optional<Error>>([&] {
    auto request = client.log().appendManyRequest();
    request.initCommits(4097);
    return request.send().then([](capnp::Response<rpc::Log::AppendManyResults> results) { return error_in(results); });
  });
  REQUIRE(error);
  CHECK(error->code == Code::too_large);
  CHECK(served->head() == Sequence(0));
}

TEST_CASE("server append: a full queue makes calls wait in order, and none of them fails") {
  ServedLog served({}, [](Options& options) { options.queue_commits_max = 1; });
  RawClient first(served.unix_address());
  RawClient second(served.tcp_address());
  first.enter();
  second.enter();
  const std::vector<Commit> commits(300, one("s"));
  const auto results = first.append_many(commits);
  std::uint64_t last = 0;
  for (const auto& result : results) {
    REQUIRE(result);
    CHECK(result->first.value() > last);
    last = result->first.value();
  }
  CHECK(second.append(one("t")));
  CHECK(served->head() == Sequence(301));
}

TEST_CASE("server append: an appender tells the sums, and why the first commit was refused") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  std::vector<std::vector<Commit>> calls(50, std::vector<Commit>(20, one("s")));
  calls[7][3] = one("");
  calls[9][0] = one("$own");
  const Sums sums = write_all(client, calls, LetGo::when_answered);
  CHECK(sums.commits == 998);
  CHECK(sums.refused == 2);
  CHECK(sums.last == 998);
  CHECK(sums.first_refused == 7 * 20 + 3);
  REQUIRE(sums.error);
  CHECK(sums.error->code == Code::invalid);
  CHECK(served->head() == Sequence(998));
}

TEST_CASE("server append: an appender that is let go of is finished all the same, and says what it cannot know") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  const std::vector<std::vector<Commit>> calls(50, std::vector<Commit>(20, one("s")));
  const Sums sums = write_all(client, calls, LetGo::at_once);
  CHECK(sums.commits + sums.refused == 1000);
  if (sums.refused == 0) return;
  REQUIRE(sums.error);
  CHECK(sums.error->outcome == Outcome::may_have_been_appended);
}

TEST_CASE("server append: beyond appends_bytes_max the answer is busy, not appended") {
  ServedLog served([](ServerOptions& options) { options.appends_bytes_max = std::size_t{16} << 20; });
  RawClient client(served.unix_address());
  client.enter();
  std::vector<Commit> commits(3, one("s", std::string(std::size_t{7} << 20, 'x')));
  for (const auto& result : client.append_many(commits)) {
    REQUIRE(!result);
    CHECK(result.error().code == Code::busy);
    CHECK(result.error().outcome == Outcome::not_appended);
  }
  commits.pop_back();
  for (const auto& result : client.append_many(commits)) CHECK(result);
}
