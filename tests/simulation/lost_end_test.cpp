// A power cut that takes the end of one WAL file and leaves the next: no byte that is left is damaged, and yet what the
// next file holds has lost its place.
#include <vector>

#include <doctest/doctest.h>

#include "tests/simulation/world.h"

using namespace daybook;
using namespace daybook::simulation;

namespace {

/// Three events in one WAL file, of which the disk loses the last two, and one in the next file.
Result<void> open_after_loss(World& world, Durability durability) {
  Options options{.create_if_missing = true, .durability = durability, .disk_free_bytes_min = 0};
  options.clock = &world.clock;
  REQUIRE(world.open_log(options));
  const auto append = [&] {
    REQUIRE(world.log->append_async({.events = {{.stream = "s", .type = "T"}}}, [](const Result<Appended>&) {}));
    REQUIRE(world.impl->step_sequencer());
  };
  append();
  const std::string first = world.disk.names().children("/log/log").front();
  const std::string path = "/log/log/" + first;
  REQUIRE(first.ends_with(".log"));
  const std::size_t kept = world.disk.names().find(path)->content.bytes().size();
  append();
  append();
  REQUIRE(world.impl->core.store()->begin_flush());
  append();
  world.disk.end_process();
  world.close_log();
  world.disk.restart(false, world.random);
  world.disk.names().find(path)->content.truncate(kept);
  return world.open_log(options);
}

void close(World& world) {
  const SimulatedEnv::Waiting waiting(world.env);
  world.close_log();
}

}  // namespace

TEST_CASE("lost end: what a buffered writer has in the next WAL file is cut with it") {
  World world(1, false);
  const auto opened = open_after_loss(world, Durability::buffered);
  REQUIRE_MESSAGE(opened.has_value(), to_string(opened.error()));
  CHECK(world.log->head() == Sequence(1));
  CHECK(world.log->statistics().value().recovered == Recovered::cut);
  CHECK(world.log->verify().value().clean());
  close(world);
}

TEST_CASE("lost end: after a writer with fsync the next WAL file is no torn write, and the log is refused") {
  World world(1, false);
  const auto opened = open_after_loss(world, Durability::fsync);
  REQUIRE(!opened);
  CHECK(opened.error().code == Code::corruption);
}

TEST_CASE("lost end: a WAL file that ends at a record's end, before what was written, is named") {
  World world(1, false);
  Options options{.create_if_missing = true, .durability = Durability::buffered, .disk_free_bytes_min = 0};
  options.clock = &world.clock;
  REQUIRE(world.open_log(options));
  std::vector<std::size_t> ends;
  const std::string path = "/log/log/" + world.disk.names().children("/log/log").front();
  for (int event = 0; event < 3; ++event) {
    ends.push_back(world.disk.names().find(path)->content.bytes().size());
    REQUIRE(world.log->append_async({.events = {{.stream = "s", .type = "T"}}}, [](const Result<Appended>&) {}));
    REQUIRE(world.impl->step_sequencer());
  }
  world.disk.end_process();
  world.close_log();
  world.disk.restart(false, world.random);
  world.disk.names().find(path)->content.truncate(ends[1]);

  LocalLog reader("/log", {.mode = Mode::read_only}, &world.env, Drive::steps);
  REQUIRE(reader.open());
  REQUIRE(reader.follower->damage());
  CHECK(reader.follower->damage()->message ==
        "events through 3 were written, not yet durable, and the log ends at 1: a power cut took them, or their WAL "
        "file was cut short");
  REQUIRE(reader.close());
  REQUIRE(world.open_log(options));
  CHECK(world.log->head() == Sequence(1));
  CHECK(world.log->statistics().value().recovered == Recovered::cut);
  close(world);
}
