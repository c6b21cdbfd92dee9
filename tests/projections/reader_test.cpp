// A reader sees a whole state beside a running runner, and leaves no trace.
#include <sys/stat.h>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "tests/projections/runner_fixture.h"

namespace daybook {
namespace {

using test::counting;
using test::Rows;
using test::rows_of;
using test::RunnerFixture;

// Name, inode, size, times and bytes of everything under a directory, itself included. RocksDB's LOCK is only looked
// at: to close it would release the lock that this process holds through it.
std::map<std::string, std::string> snapshot(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  const auto add = [&](const std::filesystem::path& path) {
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    std::string text = std::to_string(found.st_ino) + " " + std::to_string(found.st_size) + " " +
                       std::to_string(found.st_mode) + " " + std::to_string(found.st_mtim.tv_sec) + "." +
                       std::to_string(found.st_mtim.tv_nsec) + " " + std::to_string(found.st_ctim.tv_sec) + "." +
                       std::to_string(found.st_ctim.tv_nsec) + "\n";
    if (S_ISREG(found.st_mode) && path.filename() != "LOCK") {
      std::ifstream file(path, std::ios::binary);
      text.append(std::istreambuf_iterator<char>(file), {});
    }
    files[path.string()] = text;
  };
  add(directory);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) add(entry.path());
  return files;
}

std::unique_ptr<ProjectionReader> open_reader(const std::filesystem::path& directory) {
  auto reader = ProjectionReader::open(directory);
  REQUIRE_MESSAGE(reader.has_value(), reader.error().message);
  return std::move(*reader);
}

}  // namespace

TEST_CASE("reader: a projection that never ran is not found, and nothing is made") {
  const test::ScratchDirectory scratch;
  const auto reader = ProjectionReader::open(scratch / "state");
  REQUIRE(!reader.has_value());
  CHECK(reader.error().code == Code::not_found);
  CHECK(!std::filesystem::exists(scratch / "state"));
}

TEST_CASE("reader: it sees what the runner committed, as of its opening, and cannot change it") {
  RunnerFixture fixture;
  fixture.append({"a"});
  const auto runner = fixture.open();
  CHECK(open_reader(fixture.folder())->status().checkpoint.sequence == Sequence(0));
  REQUIRE(runner->run().has_value());
  const auto reader = open_reader(fixture.folder());
  const Rows before = rows_of(reader->state());
  CHECK(before == rows_of(runner->state()));
  fixture.append({"b", "bad"});
  CHECK(!runner->run().has_value());
  CHECK(rows_of(reader->state()) == before);
  CHECK(reader->status().checkpoint.sequence == Sequence(1));
  CHECK(reader->state().put("a", "1").error().code == Code::unsupported);
  CHECK(reader->state().erase("a").error().code == Code::unsupported);
  const auto later = open_reader(fixture.folder());
  CHECK(later->status().checkpoint == runner->status().checkpoint);
  CHECK(later->status().failure->reason == "the data is bad");
  CHECK(later->state().get("data/b").value() == "1");
  CHECK(later->state().get("data/none").value() == std::nullopt);
}

TEST_CASE("reader: it changes no byte, name, inode or time in the folder, beside a runner and without one") {
  RunnerFixture fixture;
  fixture.append({"a", "b", "c"});
  auto runner = fixture.open();
  REQUIRE(runner->run().has_value());
  for (const bool running : {true, false}) {
    if (!running) runner.reset();
    const auto before = snapshot(fixture.folder());
    {
      const auto reader = open_reader(fixture.folder());
      CHECK(rows_of(reader->state()).size() == 5);
      CHECK(snapshot(fixture.folder()) == before);
    }
    CHECK(snapshot(fixture.folder()) == before);
  }
}

TEST_CASE("reader: a damaged state is refused with what to do, never read") {
  RunnerFixture fixture;
  fixture.append({"a", "b", "c"});
  REQUIRE(fixture.open()->run().has_value());
  for (const auto& entry : std::filesystem::directory_iterator(fixture.folder())) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(10);
    file.put('\xff');
  }
  const auto reader = ProjectionReader::open(fixture.folder());
  REQUIRE(!reader.has_value());
  CHECK(reader.error().code == Code::corruption);
  CHECK(reader.error().message.find("delete this folder and run the projection again") != std::string::npos);
}

}  // namespace daybook
