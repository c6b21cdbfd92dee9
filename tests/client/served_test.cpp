// A program that moves from its own log to a server's by the line that opens it: the same answers, the same errors,
// over restarts of the server.
#include <thread>

#include <doctest/doctest.h>

#include "daybook/client.h"
#include "daybook/server.h"
#include "tests/log/block_fixture.h"
#include "tests/log/log_fixture.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr auto kWait = std::chrono::seconds(30);

Projection counting(const std::string& name, const std::string& failing_type = "none") {
  return {
      .name = name, .fold_version = 1, .apply = [failing_type](const EventView& event, State& state) -> Result<void> {
        if (event.type() == failing_type) return fail(Code::invalid, "not this one");
        const auto before = state.get(event.stream());
        if (!before) return std::unexpected(before.error());
        const std::uint64_t count = *before ? std::stoull(std::string(**before)) : 0;
        return state.put(event.stream(), std::to_string(count + 1));
      }};
}

/// A log in its directory with a server before it, which goes and comes on the same socket.
class Served {
 public:
  explicit Served(std::vector<Projection> projections = {}) {
    options_.listen = {"unix:" + (directory_.path() / "socket").string()};
    options_.projections = std::move(projections);
    start();
  }
  ~Served() { stop(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  void start() {
    auto log =
        Log::open(path(), {.create_if_missing = true, .durability = Durability::buffered, .disk_free_bytes_min = 0});
    if (!log) FAIL(to_string(log.error()));
    log_ = std::move(*log);
    auto server = Server::start(*log_, options_);
    if (!server) FAIL(to_string(server.error()));
    server_ = std::move(*server);
  }
  void stop() {
    if (!server_) return;
    server_->stop();
    server_.reset();
    CHECK(log_->close());
    log_.reset();
  }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "log.daybook"; }
  [[nodiscard]] Log& log() { return *log_; }
  [[nodiscard]] std::unique_ptr<Log> connected() {
    auto log = connect(options_.listen[0],
                       {.backoff_first = std::chrono::milliseconds(1), .backoff_last = std::chrono::milliseconds(20)});
    if (!log) FAIL(to_string(log.error()));
    return std::move(*log);
  }

 private:
  TemporaryDirectory directory_;
  ServerOptions options_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Server> server_;
};

std::vector<Event> events_of(Log& log, const ReadOptions& options) {
  std::vector<Event> events;
  auto cursor = log.read(options);
  if (!cursor) FAIL(to_string(cursor.error()));
  while (true) {
    auto batch = cursor->next();
    if (!batch) FAIL(to_string(batch.error()));
    if (!*batch) return events;
    for (const EventView event : **batch) {
      events.push_back(event.to_event());
      events.back().headers.push_back({"sequence", std::to_string(event.sequence().value())});
      events.back().headers.push_back({"version", std::to_string(event.version().value())});
    }
  }
}

void check_same(const std::vector<Event>& a, const std::vector<Event>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(content_of(a[i]) == content_of(b[i]));
}

Commit numbered(std::uint64_t number) {
  return {.events = {{.stream = "stream-" + std::to_string(number % 3), .type = "t", .data = std::to_string(number)}}};
}

}  // namespace

TEST_CASE("client: reads over the wire are what an embedded log gives") {
  Served served;
  const auto log = served.connected();
  std::mt19937_64 random(test_seed());
  for (int i = 0; i < 300; ++i) REQUIRE(log->append(random_commit(random)));
  Log& own = served.log();
  CHECK(log->id() == own.id());
  CHECK(log->head() == own.head());
  CHECK(log->refresh().value() == own.head());
  for (int i = 0; i < 100; ++i) {
    ReadOptions options{.from = Sequence(random() % (own.head().value() + 2)), .query = random_query(random)};
    if (random() % 2 == 0) options.direction = Direction::backward;
    if (random() % 3 == 0) options.limit = random() % 50;
    if (random() % 3 == 0) options.through = Sequence(random() % (own.head().value() + 2));
    check_same(events_of(*log, options), events_of(own, options));
  }
  const auto event = log->get(Sequence(17));
  REQUIRE(event);
  CHECK(event->view().data() == own.get(Sequence(17))->view().data());
  CHECK(log->get(Sequence(0)).error().code == Code::not_found);
  CHECK(log->statistics()->streams == own.statistics()->streams);
  CHECK(log->head_checkpoint().value() == own.head_checkpoint().value());
  CHECK(log->check(own.head_checkpoint().value()));
  Checkpoint elsewhere = own.head_checkpoint().value();
  elsewhere.link.bytes[0] ^= 1;
  CHECK(log->check(elsewhere).error().code == Code::diverged);
  const auto streams = log->streams("", {}, 1000).value();
  const auto own_streams = own.streams("", {}, 1000).value();
  REQUIRE(streams.size() == own_streams.size());
  CHECK(log->streams("", {}, 2)->size() == 2);
  for (std::size_t i = 0; i < streams.size(); ++i) {
    CHECK(streams[i].stream == own_streams[i].stream);
    CHECK(streams[i].version == own_streams[i].version);
    CHECK(log->stream_head(streams[i].stream)->last_sequence == own_streams[i].last_sequence);
    CHECK(log->sequence_of(streams[i].stream, Version(1)).value() ==
          own.sequence_of(streams[i].stream, Version(1)).value());
  }
  CHECK(log->first_at(Timestamp{}).value() == Sequence(1));
  for (const Code code :
       {log->placement(Sequence(1)).error().code, log->verify().error().code, log->flush_index().error().code}) {
    CHECK(code == Code::unsupported);
  }
}

TEST_CASE("client: over ten restarts each commit is there once, and a subscriber gets each event once and in order") {
  Served served;
  const auto log = served.connected();
  constexpr std::uint64_t kCommits = 2000;
  std::jthread producer([&] {
    for (std::uint64_t i = 1; i <= kCommits; ++i) {
      const auto appended = log->append(numbered(i));
      if (!appended) FAIL(to_string(appended.error()));
    }
  });
  auto all = log->subscribe().value();
  auto some = log->subscribe({.query = {.items = {{.streams = {"stream-1"}}}}}).value();
  std::uint64_t sequence = 0;
  std::uint64_t filtered = 0;
  std::uint64_t restarts = 0;
  while (sequence < kCommits) {
    const auto delivery = all->next(kWait);
    REQUIRE(delivery);
    if (delivery->kind != Delivery::Kind::events) continue;
    for (const EventView event : *delivery->batch) {
      CHECK(event.sequence() == Sequence(++sequence));
      CHECK(event.data() == std::to_string(sequence));
    }
    if (restarts < 10 && sequence > restarts * kCommits / 11) {
      ++restarts;
      served.stop();
      served.start();
    }
  }
  while (filtered < (kCommits + 2) / 3) {
    const auto delivery = some->next(kWait);
    REQUIRE(delivery);
    if (delivery->kind != Delivery::Kind::events) continue;
    for (const EventView event : *delivery->batch) CHECK(event.data() == std::to_string(3 * filtered++ + 1));
  }
  CHECK(restarts == 10);
  CHECK(served.log().head() == Sequence(kCommits));
}

TEST_CASE("client: a cursor goes on over a restart, and does not see what came after it was opened") {
  Served served;
  const auto log = served.connected();
  const std::string large(100'000, 'x');
  for (int i = 0; i < 60; ++i) REQUIRE(log->append({.events = {{.stream = "s", .type = "t", .data = large}}}));
  auto cursor = log->read().value();
  std::uint64_t sequence = 0;
  while (true) {
    const auto batch = cursor.next();
    REQUIRE(batch);
    if (!*batch) break;
    for (const EventView event : **batch) CHECK(event.sequence() == Sequence(++sequence));
    if (sequence == 5) {
      REQUIRE(log->append(numbered(1)));
      served.stop();
      served.start();
    }
  }
  CHECK(sequence == 60);
}

TEST_CASE("client: an older copy of the log in the server's place is diverged, for producers and subscribers") {
  Served served;
  const auto log = served.connected();
  for (std::uint64_t i = 1; i <= 10; ++i) REQUIRE(log->append(numbered(i)));
  served.stop();
  const auto copy = served.path().parent_path() / "copy";
  std::filesystem::copy(served.path(), copy, std::filesystem::copy_options::recursive);
  served.start();
  auto subscription = log->subscribe().value();
  for (std::uint64_t i = 11; i <= 20; ++i) REQUIRE(log->append(numbered(i)));
  Checkpoint reached;
  while (reached.sequence < Sequence(20)) reached = subscription->next(kWait)->checkpoint;
  served.stop();
  std::filesystem::remove_all(served.path());
  std::filesystem::rename(copy, served.path());
  served.start();
  CHECK(subscription->next(kWait).error().code == Code::diverged);
  CHECK(log->append(numbered(21)).error().code == Code::diverged);
  // Another program, which stored its checkpoint, is told as well.
  const auto anew = served.connected();
  CHECK(anew->subscribe({.from = reached}).error().code == Code::diverged);
}

TEST_CASE("client projection: who appended reads his own writes") {
  Served served({counting("counts")});
  const auto log = served.connected();
  auto projection = RemoteProjection::open(*log, "counts").value();
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const auto appended = log->append(numbered(0));
    REQUIRE(appended);
    projection->at_least(appended->last);
    CHECK(projection->state().get("stream-0").value().value() == std::to_string(i));
  }
  REQUIRE(log->append(numbered(1)));
  projection->at_least(Sequence(101));
  std::vector<std::string> rows;
  const auto add = [&](std::string_view key, std::string_view value) {
    rows.push_back(std::string(key) + "=" + std::string(value));
    return true;
  };
  REQUIRE(projection->state().scan("stream-", add));
  CHECK(rows == std::vector<std::string>{"stream-0=100", "stream-1=1"});
  CHECK_FALSE(projection->state().get("no such row").value().has_value());
  CHECK(projection->status()->checkpoint.sequence == Sequence(101));
  CHECK(projection->state().put("k", "v").error().code == Code::unsupported);
  CHECK(RemoteProjection::open(*log, "none").error().code == Code::not_found);
  CHECK(RemoteProjection::open(served.log(), "counts").error().code == Code::unsupported);
  REQUIRE(RemoteProjection::list(*log)->size() == 1);
  projection->at_least(Sequence(102), std::chrono::milliseconds(20));
  CHECK(projection->state().get("stream-0").error().code == Code::timeout);
}

TEST_CASE("client projection: one that stands still says so, rather than make anybody wait") {
  Served served({counting("fails", "bad")});
  const auto log = served.connected();
  REQUIRE(log->append({.events = {{.stream = "s", .type = "bad"}}}));
  auto projection = RemoteProjection::open(*log, "fails").value();
  projection->at_least(Sequence(1), std::chrono::minutes(1));
  CHECK(projection->state().get("s").error().code == Code::closed);
  projection->at_least(Sequence(0));
  const auto status = projection->status();
  REQUIRE(status);
  REQUIRE(status->failure);
  CHECK(status->failure->sequence == Sequence(1));
}
