// A reader takes in what a writer did, and before exactly one of the reader's calls on the disk, the first, then the
// second, and so on, the writer does something to the same files.
#include <functional>

#include <doctest/doctest.h>

#include "tests/simulation/world.h"

using namespace daybook;
using namespace daybook::simulation;

namespace {

class Follow {
 public:
  explicit Follow(std::uint64_t call, Durability of = Durability::fsync) : world(call, false), durability(of) {
    open_writer();
    append();
    append();
  }
  ~Follow() {
    reader.reset();
    if (world.log) close_writer();
  }
  Follow(const Follow&) = delete;
  Follow& operator=(const Follow&) = delete;

  /// False: another process looks at the lock just now.
  bool open_writer() {
    Options options{.create_if_missing = true, .durability = durability, .disk_free_bytes_min = 0};
    options.clock = &world.clock;
    const auto opened = world.open_log(options);
    REQUIRE((opened || opened.error().code == Code::busy));
    return opened.has_value();
  }
  void close_writer() {
    const SimulatedEnv::Waiting waiting(world.env);
    world.close_log();
  }
  void append() {
    const auto queued = world.log->append_async(
        {.events = {{.stream = "s", .type = "T"}, {.stream = "t", .type = "T"}}}, [](const Result<Appended>&) {});
    REQUIRE_MESSAGE(queued.has_value(), to_string(queued.error()));
    REQUIRE(world.impl->step_sequencer());
  }
  /// What was appended goes into a table file, and its WAL file goes away.
  void flush() {
    REQUIRE(world.impl->core.store()->begin_flush());
    while (world.env.job_count() > 0) world.env.run_job(0);
  }
  void open_reader() {
    Options options{.mode = Mode::read_only};
    options.clock = &world.clock;
    auto impl = std::make_unique<LocalLog>("/log", options, &world.env, Drive::steps);
    const auto opened = impl->open();
    REQUIRE_MESSAGE(opened.has_value(), to_string(opened.error()));
    reader = Log::Impl::face(std::move(impl));
  }
  /// Every event up to the head that the reader shows, by scan.
  void check_reader(Sequence at_least) {
    CHECK(reader->head() >= at_least);
    Sequence expected(1);
    auto cursor = reader->read();
    REQUIRE(cursor);
    while (true) {
      const auto batch = cursor->next();
      REQUIRE_MESSAGE(batch.has_value(), to_string(batch.error()));
      if (!*batch) break;
      for (const EventView event : **batch) {
        REQUIRE(event.sequence() == expected);
        expected = expected.next();
      }
    }
    CHECK(expected == reader->head().next());
  }

  World world;
  const Durability durability;
  std::unique_ptr<Log> reader;
};

/// `before` brings the log to where the reader looks; `meanwhile` is done before the n-th call of that look, for each
/// n.
void at_every_call(const std::function<void(Follow&)>& before, const std::function<void(Follow&)>& meanwhile) {
  bool done = true;
  for (std::uint64_t call = 1; done; ++call) {
    CAPTURE(call);
    Follow follow(call);
    follow.open_reader();
    before(follow);
    const Sequence head = follow.world.log ? follow.world.log->head() : follow.reader->head();
    done = false;
    const std::uint64_t place = follow.world.disk.calls() + call;
    follow.world.disk.run_before(place, [&] {
      meanwhile(follow);
      done = true;
    });
    const auto looked = follow.reader->refresh();
    follow.world.disk.run_before(place, nullptr);  // it had fewer calls
    REQUIRE_MESSAGE(looked.has_value(), to_string(looked.error()));
    follow.check_reader(head);
  }
}

void flush_and_append(Follow& follow) {
  follow.append();
  follow.flush();
  follow.append();
}

void come_and_append(Follow& follow) {
  if (!follow.open_writer()) return;
  follow.append();
  follow.flush();
  follow.append();
}

}  // namespace

TEST_CASE("follow: a writer that replaces its WAL file at any call of a reader's look makes no hole") {
  at_every_call([](Follow& follow) { follow.append(); }, flush_and_append);
}

TEST_CASE("follow: a writer that closes, opens again and appends at any call of a reader's look makes no hole") {
  at_every_call([](Follow& follow) { follow.append(); },
                [](Follow& follow) {
                  follow.close_writer();
                  come_and_append(follow);
                });
}

TEST_CASE("follow: a writer that comes at any call of the look of a reader alone makes no hole") {
  at_every_call(
      [](Follow& follow) {
        follow.append();
        follow.close_writer();
      },
      come_and_append);
}

TEST_CASE("follow: what a reader showed must still be there when the next writer holds the log") {
  Follow follow(1, Durability::buffered);
  World& world = follow.world;
  const std::string path = "/log/log/" + world.disk.names().children("/log/log").front();
  REQUIRE(path.ends_with(".log"));
  const std::size_t kept = world.disk.names().find(path)->content.bytes().size();
  follow.append();
  world.disk.end_process();
  world.close_log();
  world.disk.restart(false, world.random);
  follow.open_reader();
  REQUIRE(follow.reader->head() == Sequence(6));

  world.disk.names().find(path)->content.truncate(kept);
  REQUIRE(world.disk.lock("/log/LOCK") == 0);
  const auto looked = follow.reader->refresh();
  REQUIRE(!looked);
  CHECK(looked.error().message.find("events through 6 were read before") != std::string::npos);
}
