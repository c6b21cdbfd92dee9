// The simulation stands on this disk: what it says of power cuts must be what a careful reader of POSIX would say.
#include <cerrno>
#include <set>

#include <doctest/doctest.h>

#include "log/file_layer.h"
#include "tests/simulation/env.h"

using namespace daybook;
using namespace daybook::simulation;

namespace {

/// A disk, and files on it as daybook reaches them.
struct Place {
  explicit Place(std::uint64_t seed = 1) : random(seed) {}

  void cut_power() { disk.restart(true, random); }
  std::string content(const std::string& path) { return files.read_file(path, 1 << 20).value_or("none"); }
  void write(const std::string& path, std::string_view bytes, bool sync) {
    std::unique_ptr<rocksdb::WritableFile> file;
    REQUIRE(env.NewWritableFile(path, &file, rocksdb::EnvOptions()).ok());
    REQUIRE(file->Append(rocksdb::Slice(bytes.data(), bytes.size())).ok());
    if (sync) REQUIRE(file->Sync().ok());
  }

  History history{false};
  Disk disk{history};
  SimulatedClock clock;
  SimulatedEnv env{disk, clock, 1};
  FileLayer files{env};
  Random random;
};

}  // namespace

TEST_CASE("disk: what was synced, bytes and name, is there after every power cut") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Place place(seed);
    REQUIRE(place.files.create_directory("/d"));
    REQUIRE(place.files.write_file_atomically("/d/whole", "old"));
    REQUIRE(place.files.write_file_atomically("/d/whole", "new"));
    place.cut_power();
    CHECK(place.content("/d/whole") == "new");
  }
}

TEST_CASE("disk: a file replaced without a sync of its directory is the old one or the new one, and both happen") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Place place(seed);
    REQUIRE(place.files.write_file_atomically("/a", "old"));
    place.write("/b", "new", true);
    REQUIRE(place.env.RenameFile("/b", "/a").ok());
    place.cut_power();
    seen.insert(place.content("/a"));
  }
  CHECK(seen == std::set<std::string>{"old", "new"});
}

TEST_CASE("disk: a name that was not synced can vanish, and a file that was removed can come back") {
  std::set<std::string> made;
  std::set<std::string> removed;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Place place(seed);
    REQUIRE(place.files.write_file_atomically("/old", "x"));
    REQUIRE(place.files.remove("/old"));
    place.write("/new", "y", true);
    place.cut_power();
    made.insert(place.content("/new"));
    removed.insert(place.content("/old"));
  }
  CHECK(made == std::set<std::string>{"y", "none"});
  CHECK(removed == std::set<std::string>{"x", "none"});
}

TEST_CASE("disk: bytes that were not synced are lost, kept, torn or kept out of order") {
  bool lost = false;
  bool kept = false;
  bool torn = false;
  bool reordered = false;
  const std::string pages = std::string(4096, 'a') + std::string(4096, 'b') + std::string(4096, 'c');
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Place place(seed);
    place.write("/f", "", true);
    REQUIRE(place.files.sync_directory("/"));
    std::unique_ptr<rocksdb::WritableFile> file;
    REQUIRE(place.env.ReopenWritableFile("/f", &file, rocksdb::EnvOptions()).ok());
    for (std::size_t page = 0; page < 3; ++page) REQUIRE(file->Append(pages.substr(page * 4096, 4096)).ok());
    file.reset();
    place.cut_power();
    const std::string left = place.content("/f");
    lost |= left.empty();
    kept |= left == pages;
    torn |= !left.empty() && left.size() < pages.size() && pages.starts_with(left);
    reordered |= left.size() == pages.size() && left[0] == '\0' && left.back() == 'c';
  }
  CHECK(lost);
  CHECK(kept);
  CHECK(torn);
  CHECK(reordered);
}

TEST_CASE("disk: eight aligned bytes written in place are never torn, and may be any of those written since the sync") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Place place(seed);
    REQUIRE(place.files.write_file_atomically("/cells", "00000000"));
    auto cells = place.files.open_cells("/cells", 8);
    REQUIRE(cells);
    for (const std::string_view word : {"11111111", "22222222"}) {
      REQUIRE((*cells)->write(0, std::as_bytes(std::span(word))));
    }
    cells->reset();
    place.cut_power();
    seen.insert(place.content("/cells"));
  }
  CHECK(seen == std::set<std::string>{"00000000", "11111111", "22222222"});
}

TEST_CASE("disk: a process's end takes nothing away that it wrote, synced or not") {
  Place place;
  place.write("/f", "written", false);
  place.disk.end_process();
  std::unique_ptr<rocksdb::WritableFile> file;
  CHECK_FALSE(place.env.NewWritableFile("/g", &file, rocksdb::EnvOptions()).ok());
  place.disk.restart(false, place.random);
  CHECK(place.content("/f") == "written");
  CHECK_FALSE(place.files.exists("/g").value());
}

TEST_CASE("disk: a call fails where it was told to, in the way that it was told to") {
  Place place;
  REQUIRE(place.files.write_file_atomically("/f", "synced"));
  std::unique_ptr<rocksdb::WritableFile> file;
  REQUIRE(place.env.ReopenWritableFile("/f", &file, rocksdb::EnvOptions()).ok());
  place.disk.fail_at(place.disk.calls() + 1, Fault::short_write);
  CHECK_FALSE(file->Append("12345678").ok());
  CHECK(place.content("/f") == "synced1234");
  place.disk.fail_at(place.disk.calls() + 1, Fault::lost_sync);
  CHECK_FALSE(file->Sync().ok());
  CHECK(file->Sync().ok());  // as Linux answers the second time
  place.disk.fail_at(place.disk.calls() + 1, Fault::no_space);
  CHECK(file->Append("x").IsNoSpace());
  CHECK(place.disk.has_failed());
  file.reset();
  CHECK(place.content("/f") == "synced1234");
  place.cut_power();
  CHECK(place.content("/f") == "synced");
}

TEST_CASE("disk: beyond its capacity a write takes in what fits and says that there is no space") {
  Place place;
  place.disk.set_capacity(10);
  std::unique_ptr<rocksdb::WritableFile> file;
  REQUIRE(place.env.NewWritableFile("/f", &file, rocksdb::EnvOptions()).ok());
  CHECK(file->Append("1234567").ok());
  CHECK(place.files.disk_free_bytes("/").value() == 3);
  CHECK(file->Append("89abcdef").IsNoSpace());
  CHECK(place.content("/f") == "123456789a");
}
