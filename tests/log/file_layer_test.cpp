// Each claim is checked on the disk and in memory, because a log in memory must not behave otherwise.
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <rocksdb/env.h>
#include <rocksdb/status.h>

#include "log/file_layer.h"
#include "log/status_error.h"
#include "tests/support/cli_run.h"

namespace daybook {
namespace {

/// A file layer with an empty directory of its own.
class Place {
 public:
  explicit Place(bool in_memory)
      : memory_(in_memory ? rocksdb::NewMemEnv(rocksdb::Env::Default()) : nullptr),
        files_(in_memory ? *memory_ : *rocksdb::Env::Default()),
        root_(in_memory ? "/place" : scratch_.path()) {
    REQUIRE(files_.create_directory(root_));
  }
  FileLayer& files() { return files_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return root_ + "/" + name; }
  [[nodiscard]] const std::string& root() const { return root_; }

 private:
  test::ScratchDirectory scratch_;
  std::unique_ptr<rocksdb::Env> memory_;
  FileLayer files_;
  std::string root_;
};

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Code code_of(const auto& result) {
  REQUIRE_FALSE(result);
  CHECK(result.error().message.find('\n') == std::string::npos);
  return result.error().code;
}

}  // namespace

TEST_CASE("file layer: what is moved has its new name alone, and what is removed is gone with all that was in it") {
  Place place(false);  // RocksDB's files in memory have no directories to remove.
  REQUIRE(place.files().create_directory(place / "a"));
  REQUIRE(place.files().write_file_atomically(place / "a/F", "bytes"));
  REQUIRE(place.files().move(place / "a/F", place / "G"));
  CHECK(*place.files().read_file(place / "G", 100) == "bytes");
  CHECK(place.files().list(place / "a")->empty());
  CHECK(code_of(place.files().move(place / "missing", place / "H")) != Code::invalid);
  REQUIRE(place.files().write_file_atomically(place / "a/F", "bytes"));
  REQUIRE(place.files().remove_tree(place / "a"));
  REQUIRE(place.files().remove_tree(place / "a"));
  REQUIRE(place.files().remove_tree(place / "G"));
  CHECK(place.files().list(place.root())->empty());
}

TEST_CASE("file layer: what was written atomically is read back, replaced whole, and leaves no other name") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    Place place(in_memory);
    REQUIRE(place.files().write_file_atomically(place / "F", "first, and longer"));
    REQUIRE(place.files().write_file_atomically(place / "F", "second"));
    CHECK(*place.files().read_file(place / "F", 100) == "second");
    CHECK(*place.files().file_bytes(place / "F") == 6);
    CHECK(*place.files().list(place.root()) == std::vector<std::string>{"F"});
  }
}

TEST_CASE("file layer: a file over the bound is too large, one at the bound is not") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    Place place(in_memory);
    const std::string bytes(200'000, 'x');
    REQUIRE(place.files().write_file_atomically(place / "F", bytes));
    CHECK(*place.files().read_file(place / "F", bytes.size()) == bytes);
    CHECK(code_of(place.files().read_file(place / "F", bytes.size() - 1)) == Code::too_large);
  }
}

TEST_CASE("file layer: a missing file is not found, by every way to it, and its message names it once") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    Place place(in_memory);
    FileLayer& files = place.files();
    const std::string path = place / "missing";
    CHECK_FALSE(*files.exists(path));
    CHECK(code_of(files.read_file(path, 10)) == Code::not_found);
    CHECK(code_of(files.open_reader(path)) == Code::not_found);
    CHECK(code_of(files.open_cells(path, 8)) == Code::not_found);
    CHECK(code_of(files.file_bytes(path)) == Code::not_found);
    CHECK(code_of(files.sync_file(path)) == Code::not_found);
    CHECK(code_of(files.remove(path)) == Code::not_found);
    CHECK(code_of(files.truncate_and_sync(path, 0)) == Code::not_found);
    CHECK(code_of(files.list(path)) == Code::not_found);
    const std::string message = files.read_file(path, 10).error().message;
    CHECK(message.find(path) != std::string::npos);
    CHECK(message.find(path) == message.rfind(path));
  }
}

TEST_CASE("file layer: directories are made once and found again") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    Place place(in_memory);
    REQUIRE(place.files().create_directory(place / "lost"));
    REQUIRE(place.files().create_directory(place / "lost"));
    CHECK(*place.files().exists(place / "lost"));
    REQUIRE(place.files().append_and_sync(place / "lost/b", "1"));
    REQUIRE(place.files().append_and_sync(place / "lost/a", "2"));
    CHECK(*place.files().list(place / "lost") == std::vector<std::string>{"a", "b"});
    REQUIRE(place.files().remove(place / "lost/a"));
    REQUIRE(place.files().sync_directory(place / "lost"));
    CHECK(*place.files().list(place / "lost") == std::vector<std::string>{"b"});
  }
}

TEST_CASE("file layer: appending makes the file and then adds to it") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    Place place(in_memory);
    REQUIRE(place.files().append_and_sync(place / "F", "one "));
    REQUIRE(place.files().append_and_sync(place / "F", "two"));
    CHECK(*place.files().read_file(place / "F", 100) == "one two");
  }
}

TEST_CASE("file layer: a file is cut to the length asked for") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    Place place(in_memory);
    REQUIRE(place.files().append_and_sync(place / "F", "keep|cut"));
    REQUIRE(place.files().truncate_and_sync(place / "F", 4));
    CHECK(*place.files().read_file(place / "F", 100) == "keep");
  }
}

TEST_CASE("file layer: a reader skips, reads on and stops at the end") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    Place place(in_memory);
    REQUIRE(place.files().append_and_sync(place / "F", "0123456789"));
    const auto reader = place.files().open_reader(place / "F");
    REQUIRE(reader);
    REQUIRE((*reader)->skip(3));
    std::string buffer(4, '?');
    CHECK(*(*reader)->read(std::as_writable_bytes(std::span(buffer))) == 4);
    CHECK(buffer == "3456");
    CHECK(*(*reader)->read(std::as_writable_bytes(std::span(buffer))) == 3);
    CHECK(buffer.starts_with("789"));
    CHECK(*(*reader)->read(std::as_writable_bytes(std::span(buffer))) == 0);
  }
}

TEST_CASE("file layer: cells are written in place, and only in a file of the agreed length") {
  for (const bool in_memory : {false, true}) {
    CAPTURE(in_memory);
    Place place(in_memory);
    REQUIRE(place.files().write_file_atomically(place / "F", "aaaabbbbcccc"));
    {
      const auto cells = place.files().open_cells(place / "F", 12);
      REQUIRE(cells);
      REQUIRE((*cells)->write(4, bytes_of("BBBB")));
      REQUIRE((*cells)->sync());
      std::string buffer(8, '?');
      REQUIRE((*cells)->read(4, std::as_writable_bytes(std::span(buffer))));
      CHECK(buffer == "BBBBcccc");
      CHECK(code_of((*cells)->read(8, std::as_writable_bytes(std::span(buffer)))) == Code::corruption);
    }
    CHECK(*place.files().read_file(place / "F", 100) == "aaaaBBBBcccc");
    CHECK(code_of(place.files().open_cells(place / "F", 13)) == Code::corruption);
    CHECK(code_of(place.files().open_cells(place / "F", 11)) == Code::corruption);
  }
}

TEST_CASE("file layer: syncing a file changes neither its bytes nor its times, and needs no right to write") {
  Place place(false);
  const std::string path = place / "F";
  REQUIRE(place.files().append_and_sync(path, "bytes"));
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  struct stat before{};
  struct stat after{};
  REQUIRE(::stat(path.c_str(), &before) == 0);
  REQUIRE(place.files().sync_file(path));
  REQUIRE(::stat(path.c_str(), &after) == 0);
  CHECK(before.st_mtim.tv_sec == after.st_mtim.tv_sec);
  CHECK(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
  CHECK(before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
  CHECK(before.st_size == after.st_size);
}

TEST_CASE("file layer: what the system forbids is denied, and no answer is made up") {
  if (::geteuid() == 0) {
    MESSAGE("skipped: nothing is forbidden to root");
    return;
  }
  Place place(false);
  REQUIRE(place.files().create_directory(place / "closed"));
  REQUIRE(place.files().append_and_sync(place / "closed/F", "x"));
  REQUIRE(::chmod((place / "closed").c_str(), 0) == 0);
  CHECK(code_of(place.files().exists(place / "closed/F")) == Code::denied);
  CHECK(code_of(place.files().read_file(place / "closed/F", 10)) == Code::denied);
  CHECK(code_of(place.files().append_and_sync(place / "closed/G", "x")) == Code::denied);
  REQUIRE(::chmod((place / "closed").c_str(), 0755) == 0);
}

TEST_CASE("file layer: free space is a number on disk and unlimited in memory") {
  Place disk(false);
  Place memory(true);
  CHECK(*disk.files().disk_free_bytes(disk.root()) < UINT64_MAX);
  CHECK(*memory.files().disk_free_bytes(memory.root()) == UINT64_MAX);
}

TEST_CASE("file layer: the parent of a path is what comes before its last name") {
  CHECK(parent_directory("/a/b") == "/a");
  CHECK(parent_directory("/a/b/") == "/a");
  CHECK(parent_directory("/a") == "/");
  CHECK(parent_directory("/") == "/");
  CHECK(parent_directory("a//b") == "a");
  CHECK(parent_directory("a") == ".");
  CHECK(parent_directory("a/") == ".");
  CHECK(parent_directory("") == ".");
}

TEST_CASE("status error: each kind of RocksDB's statuses has the code of what a caller can do") {
  using rocksdb::Status;
  const auto code = [](const Status& status) { return error_of(status, "x").code; };
  CHECK(code(Status::Corruption("c")) == Code::corruption);
  CHECK(code(Status::NotFound("n")) == Code::not_found);
  CHECK(code(Status::PathNotFound("p")) == Code::not_found);
  CHECK(code(Status::Busy()) == Code::busy);
  CHECK(code(Status::TryAgain()) == Code::busy);
  CHECK(code(Status::NotSupported("u")) == Code::unsupported);
  CHECK(code(Status::InvalidArgument("i")) == Code::invalid);
  CHECK(code(Status::TimedOut()) == Code::timeout);
  CHECK(code(Status::ShutdownInProgress()) == Code::closed);
  CHECK(code(Status::NoSpace("While appending", "No space left on device")) == Code::io);
  CHECK(code(Status::IOError("While open: /f", "Input/output error")) == Code::io);
  CHECK(code(Status::IOError("While open: /f", "Permission denied")) == Code::denied);
  CHECK(code(Status::IOError("While open: /f", "Read-only file system")) == Code::denied);
  CHECK(code(Status::IOError("While lock file: /LOCK", "Resource temporarily unavailable")) == Code::busy);
  CHECK(code(Status::Aborted()) == Code::io);
}

TEST_CASE("status error: the message is one line that says what, where and why, each once") {
  using rocksdb::Status;
  CHECK(error_of(Status::IOError("While open a file: /d/f", "Input/output error"), "cannot open /d/f").message ==
        "cannot open /d/f: Input/output error");
  CHECK(error_of(Status::IOError("While open a file: /d/g", "Input/output error"), "cannot open the log").message ==
        "cannot open the log: While open a file: /d/g: Input/output error");
  CHECK(error_of(Status::Corruption("two\nlines"), "reading").message == "reading: two lines");
}

}  // namespace daybook
