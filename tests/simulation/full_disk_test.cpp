// A disk that is full: one of our own, where every byte is counted, and a real one where mounting is allowed.
#include <sys/mount.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/log/log_fixture.h"
#include "tests/simulation/appends.h"
#include "tests/simulation/readers.h"

using namespace daybook;
using namespace daybook::simulation;

namespace {

/// Opening and closing write what is in the WAL once more; it fits where this was.
constexpr std::size_t kBallastBytes = 60 << 20;

/// A small file system of its own; not mounted where that is forbidden.
class SmallDisk {
 public:
  SmallDisk() {
    mounted_ = ::mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, "size=96m") == 0;
    if (!mounted_) MESSAGE("skipped: a tmpfs cannot be mounted here: " << std::strerror(errno));
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }

 private:
  daybook::test::TemporaryDirectory directory_;
  bool mounted_ = false;
};

Commit large(std::size_t bytes) {
  return {.events = {{.stream = "large", .type = "T", .data = std::string(bytes, 'x')}}};
}

std::uint64_t count_events(Log& log) {
  std::uint64_t events = 0;
  auto cursor = log.read();
  REQUIRE(cursor);
  while (true) {
    const auto batch = cursor->next();
    REQUIRE(batch);
    if (!*batch) return events;
    events += (*batch)->size();
  }
}

}  // namespace

TEST_CASE(
    "full disk: a real one fails appends cleanly and is read on; with room made and the log reopened, all goes on") {
  const SmallDisk disk;
  if (!disk.mounted()) return;
  const auto directory = disk.path() / "log";
  const auto ballast = disk.path() / "ballast";
  std::ofstream(ballast) << std::string(kBallastBytes, 'b');
  const Options options{.create_if_missing = true, .compression = Compression::none, .disk_free_bytes_min = 0};
  auto log = Log::open(directory, options);
  REQUIRE(log);
  std::uint64_t acknowledged = 0;
  Result<Appended> told = (*log)->append(large(100'000));
  for (; told && acknowledged < 10'000; told = (*log)->append(large(100'000))) ++acknowledged;
  REQUIRE(!told);
  CHECK(told.error().code == Code::io);
  CHECK(told.error().outcome == Outcome::may_have_been_appended);
  const auto again = (*log)->append(large(1));
  REQUIRE(!again);
  CHECK(again.error().code == Code::closed);
  CHECK(again.error().outcome == Outcome::not_appended);
  CHECK(count_events(**log) == acknowledged);
  std::filesystem::remove(ballast);
  CHECK((*log)->append(large(1)).error().code == Code::closed);  // until it is opened again
  static_cast<void>((*log)->close());
  log->reset();

  log = Log::open(directory, options);
  REQUIRE_MESSAGE(log.has_value(), to_string(log.error()));
  CHECK((*log)->head().value() >= acknowledged);
  CHECK((*log)->append(large(1)));
  CHECK((*log)->verify().value().clean());
}

TEST_CASE("full disk: refused below its bound, an append costs the log nothing; with room made it goes on at once") {
  const SmallDisk disk;
  if (!disk.mounted()) return;
  const auto ballast = disk.path() / "ballast";
  std::ofstream(ballast) << std::string(kBallastBytes, 'b');
  auto log = Log::open(disk.path() / "log",
                       {.create_if_missing = true, .compression = Compression::none, .disk_free_bytes_min = 4 << 20});
  REQUIRE(log);
  Result<Appended> told = (*log)->append(large(100'000));
  for (int i = 0; told && i < 10'000; ++i) told = (*log)->append(large(100'000));
  REQUIRE(!told);
  CHECK(told.error().code == Code::io);
  CHECK(told.error().outcome == Outcome::not_appended);
  std::filesystem::remove(ballast);
  CHECK((*log)->append(large(1)));
  CHECK((*log)->close());
}

TEST_CASE("full disk: wherever the space ends, byte by byte, nothing acknowledged is lost and writing goes on") {
  for (std::uint64_t room = 0; room < 60'000; room += 411) {
    CAPTURE(room);
    World world(room, false);
    Appends appends(world);
    Options options = world.shapes.options(world.clock);
    options.queue_commits_max = 1024;
    REQUIRE(world.open_log(options));
    appends.recover(Sequence(0));
    world.disk.set_capacity(world.disk.used_bytes() + room);
    for (int i = 0; i < 40; ++i) {
      appends.submit();
      world.impl->step_sequencer();
      if (i % 5 == 0) world.impl->step_indexer();
      appends.settle();
    }
    check_events(world, Sequence(1));
    const Sequence before = world.model.head();
    world.disk.set_capacity(1 << 30);
    {
      const SimulatedEnv::Waiting waiting(world.env);
      world.close_log();
    }
    appends.forget_process();
    world.disk.restart(false, world.random);
    const auto opened = world.open_log(options);
    REQUIRE_MESSAGE(opened.has_value(), to_string(opened.error()));
    appends.recover(before);
    check_verify(world, *world.log);
    for (int i = 0; i < 5; ++i) {
      appends.submit();
      world.impl->step_sequencer();
      appends.settle();
    }
    CHECK_MESSAGE(world.trouble.empty(), world.trouble);
    const SimulatedEnv::Waiting waiting(world.env);
    world.close_log();
  }
}
