// The sequencer stepped by hand, so that what otherwise is a race happens: the indexer moves on between a commit's
// look-up and its turn; commits that rest on each other are of one group.
#include <memory>

#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include "log/indexer.h"
#include "log/recovery.h"
#include "log/sequencer.h"
#include "tests/log/file_size_limit.h"
#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// A log whose parts only move when told to.
class Stepped {
 public:
  explicit Stepped(bool is_in_memory) : in_memory(is_in_memory) {
    auto opened = open_writer(core);
    REQUIRE(opened);
    sequencer.emplace(core, queue, completions, nullptr, opened->last_block);
    completions.start();
  }

  /// A commit as its appending thread queues it.
  RequestPtr queued(Commit commit) {
    auto request = std::make_shared<AppendRequest>(std::move(commit), std::vector<EventId>(1));
    request->deadline = core.options.clock->steady_now() + std::chrono::hours(1);
    REQUIRE(look_up(core, core.view(), *request));
    REQUIRE(queue.try_push(request));
    return request;
  }

  /// Everything that was appended so far goes from the tail into the postings.
  void index() {
    core.tail()->freeze();
    REQUIRE(indexer.step());
  }

  bool in_memory;
  TemporaryDirectory directory;
  std::unique_ptr<rocksdb::Env> memory{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  Core core{Options{.create_if_missing = true, .in_memory = in_memory, .disk_free_bytes_min = 0},
            directory.path() / "log", in_memory ? *memory : *rocksdb::Env::Default()};
  AppendQueue queue{100, 64 * 1024 * 1024};
  Completions completions{core, queue};
  std::optional<Sequencer> sequencer;
  Indexer indexer{core};
};

/// What the appender is told.
Result<Appended> answer(const RequestPtr& request) {
  const auto soon = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!request->told) {
    const std::uint32_t seen = request->gong->strokes();
    if (!request->told) REQUIRE(request->gong->wait_until(seen, soon));
  }
  return request->result ? *request->result : result_of(*request);
}

Commit commit_to(const std::string& stream) {
  return {.events = {{.stream = stream, .type = "T", .tags = {"x"}}}};
}

}  // namespace

TEST_CASE("sequencer: a look-up that the indexer overtook is done again") {
  Stepped log(true);
  Commit keyed = commit_to("a");
  keyed.key = IdempotencyKey{{1}};
  const auto first = log.queued(keyed);
  REQUIRE(log.sequencer->step());

  Commit right = commit_to("a");
  right.expected = {{"a", Version(1)}};
  Commit wrong = commit_to("a");
  wrong.expected = {{"a", Version(0)}};
  Commit guarded = commit_to("b");
  guarded.fail_if_match = {{Query{{{.tags = {"x"}}}}, Sequence(0)}};
  const auto repeat = log.queued(keyed);
  const auto refused = log.queued(wrong);
  const auto matched = log.queued(guarded);
  const auto appended = log.queued(right);
  CHECK(appended->looked_up_through == Sequence(0));  // nothing was frozen: the first commit was still to be compared
  log.index();
  CHECK(log.core.tail()->set()->indexed_through == Sequence(1));
  REQUIRE(log.sequencer->step());

  CHECK(answer(first)->first == Sequence(1));
  CHECK(answer(repeat)->repeated);
  CHECK(answer(refused).error().conflict->actual == Version(1));
  CHECK(answer(matched).error().conflict->sequence == Sequence(1));
  const auto done = answer(appended);
  REQUIRE(done);
  CHECK(done->versions.at("a") == Version(2));
  CHECK(log.core.head.head() == Sequence(2));
}

TEST_CASE("sequencer: what rests on a commit of a group that failed is not told as done") {
  Stepped log(false);
  Commit keyed = commit_to("a");
  keyed.key = IdempotencyKey{{1}};
  keyed.events[0].data = std::string(100'000, 'x');
  Commit wrong = commit_to("a");
  wrong.expected = {{"a", Version(0)}};
  const auto lost = log.queued(keyed);
  const auto repeat = log.queued(keyed);
  const auto refused = log.queued(wrong);
  {
    const FileSizeLimit limit(50'000);
    REQUIRE(log.sequencer->step());
  }
  for (const RequestPtr& request : {lost, repeat}) {
    const auto told = answer(request);
    REQUIRE(!told);
    CHECK(told.error().code == Code::io);
    CHECK(told.error().outcome == Outcome::may_have_been_appended);
  }
  const auto conflict = answer(refused);
  REQUIRE(!conflict);
  CHECK(conflict.error().code == Code::io);
  CHECK(conflict.error().outcome == Outcome::not_appended);
  CHECK(log.core.head.head() == Sequence(0));
}
