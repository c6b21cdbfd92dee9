// HEAD is what says that acknowledged events are gone, so no damage to it may pass.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include "log/head_file.h"
#include "tests/support/cli_run.h"

namespace daybook {
namespace {

/// A directory in memory with a HEAD in it.
struct Directory {
  std::unique_ptr<rocksdb::Env> env{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  FileLayer files{*env};
  std::string path = "/log";

  Directory() { REQUIRE(files.create_directory(path)); }
  std::unique_ptr<HeadFile> create(const Head& head = {}) {
    auto file = HeadFile::create(files, path, head);
    REQUIRE(file);
    return std::move(*file);
  }
  Head read() {
    const auto head = read_head(files, path);
    REQUIRE(head);
    REQUIRE(head->has_value());
    return **head;
  }
  std::string bytes() { return *files.read_file(path + "/HEAD", 1000); }
  void put(std::string_view bytes) { REQUIRE(files.write_file_atomically(path + "/HEAD", bytes)); }
  [[nodiscard]] bool is_refused() {
    const auto head = read_head(files, path);
    const auto opened = HeadFile::open(files, path);
    return !head && head.error().code == Code::corruption && !opened && opened.error().code == Code::corruption &&
           head.error().message.find("/log/HEAD") != std::string::npos;
  }
};

Head sample() {
  return {.durable = Sequence(812),
          .written = Sequence(0x123456789abc),
          .durability = Durability::buffered,
          .wal_number = 47,
          .clean = false,
          .recovered = Recovered::cut};
}

/// Whether `step` ends its process by DAYBOOK_CHECK.
template <class Step>
bool aborts(Step step) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(STDERR_FILENO);
    ::signal(SIGABRT, SIG_DFL);
    (void)step();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TEST_CASE("head: a fresh one says that nothing was written and nobody holds it") {
  Directory directory;
  CHECK_FALSE(read_head(directory.files, directory.path)->has_value());
  CHECK(HeadFile::open(directory.files, directory.path).error().code == Code::not_found);
  CHECK(directory.create()->current() == Head{});
  CHECK(directory.read() == Head{});
  CHECK(directory.bytes().size() == 32);
}

TEST_CASE("head: what each call stores is what a reader and the next writer see") {
  Directory directory;
  const auto file = directory.create();
  REQUIRE(file->store_opened(Durability::buffered, 12, Recovered::clean));
  REQUIRE(file->store_written(Sequence(100)));
  REQUIRE(file->store_durable(Sequence(60)));
  REQUIRE(file->sync());
  const Head expected{.durable = Sequence(60),
                      .written = Sequence(100),
                      .durability = Durability::buffered,
                      .wal_number = 12,
                      .clean = false};
  CHECK(directory.read() == expected);
  CHECK(file->current() == expected);
  CHECK((*HeadFile::open(directory.files, directory.path))->current() == expected);
}

TEST_CASE("head: what is durable is written") {
  Directory directory;
  const auto file = directory.create();
  REQUIRE(file->store_written(Sequence(5)));
  REQUIRE(file->store_durable(Sequence(9)));
  CHECK(file->current().written == Sequence(9));
  CHECK(directory.read().written == Sequence(9));
}

TEST_CASE("head: closing keeps the sequences and says clean, opening says who") {
  Directory directory;
  const auto file = directory.create();
  REQUIRE(file->store_opened(Durability::fsync, 3, Recovered::clean));
  CHECK_FALSE(directory.read().clean);
  REQUIRE(file->store_durable(Sequence(7)));
  REQUIRE(file->store_closed());
  CHECK(directory.read() == Head{.durable = Sequence(7), .written = Sequence(7), .wal_number = 3, .clean = true});
  REQUIRE(file->store_opened(Durability::buffered, 4, Recovered::clean));
  CHECK(directory.read().durability == Durability::buffered);
  CHECK_FALSE(directory.read().clean);
}

TEST_CASE("head: recovery takes the written word back to what was recovered") {
  Directory directory;
  const auto file = directory.create(sample());
  REQUIRE(file->store_recovered(Sequence(1000)));
  CHECK(file->current().written == Sequence(1000));
  CHECK(directory.read().written == Sequence(1000));
  CHECK(directory.read().durable == Sequence(1000));
}

TEST_CASE("head: every value round-trips at its bounds") {
  Directory directory;
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0xffff}, kSequenceMax.value()}) {
    for (const Durability durability : {Durability::fsync, Durability::buffered}) {
      for (const bool clean : {true, false}) {
        const Head head{.durable = Sequence(value / 2),
                        .written = Sequence(value),
                        .durability = durability,
                        .wal_number = value,
                        .clean = clean};
        (void)directory.create(head);
        REQUIRE(directory.read() == head);
      }
    }
  }
}

TEST_CASE("head: every flipped bit is corruption") {
  Directory directory;
  for (const Head& head : {Head{}, sample()}) {
    (void)directory.create(head);
    const std::string good = directory.bytes();
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      CAPTURE(bit);
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      directory.put(bad);
      REQUIRE(directory.is_refused());
    }
  }
}

TEST_CASE("head: every other length is corruption, and so are zeros") {
  Directory directory;
  (void)directory.create(sample());
  const std::string good = directory.bytes();
  for (std::size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    directory.put(good.substr(0, length));
    REQUIRE(directory.is_refused());
  }
  directory.put(good + '\0');
  CHECK(directory.is_refused());
  directory.put(good + good);
  CHECK(directory.is_refused());
  directory.put(std::string(good.size(), '\0'));
  CHECK(directory.is_refused());
}

TEST_CASE("head: a word at another's place is corruption, equal values included") {
  Directory directory;
  const Head equal{.durable = Sequence(3), .written = Sequence(3), .wal_number = 3};
  for (const Head& head : {Head{}, sample(), equal}) {
    (void)directory.create(head);
    const std::string good = directory.bytes();
    for (std::size_t from = 0; from < 4; ++from) {
      for (std::size_t to = 0; to < 4; ++to) {
        if (from == to) continue;
        CAPTURE(from);
        CAPTURE(to);
        std::string bad = good;
        bad.replace(to * 8, 8, good, from * 8, 8);
        directory.put(bad);
        REQUIRE(directory.is_refused());
        bad.replace(from * 8, 8, good, to * 8, 8);
        directory.put(bad);
        REQUIRE(directory.is_refused());
      }
    }
  }
}

TEST_CASE("head: neither word goes back") {
  Directory directory;
  const auto file = directory.create(sample());
  CHECK(aborts([&] { return file->store_durable(Sequence(811)); }));
  CHECK(aborts([&] { return file->store_written(Sequence(900)); }));
  CHECK(aborts([&] { return file->store_recovered(Sequence(811)); }));
  CHECK(aborts([&] { return file->store_written(kSequenceMax.next()); }));
  CHECK_FALSE(aborts([&] { return file->store_durable(Sequence(812)); }));
}

TEST_CASE("head: a reader beside a writer sees whole words that only grow") {
  const test::ScratchDirectory scratch;
  FileLayer files(*rocksdb::Env::Default());
  const auto file = HeadFile::create(files, scratch.path());
  REQUIRE(file);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    // Steps over a byte's border, so that a torn word would be a wrong one.
    for (std::uint64_t value = 1; !done; value += 0x0101) {
      if (!(*file)->store_durable(Sequence(value))) return;
    }
  });
  Sequence last;
  int wrong = 0;
  for (int read = 0; read < 20'000; ++read) {
    const auto head = read_head(files, scratch.path());
    if (!head || !*head || (*head)->durable < last || (*head)->written < (*head)->durable) {
      ++wrong;
    } else {
      last = (*head)->durable;
    }
  }
  done = true;
  writer.join();
  CHECK(wrong == 0);
  CHECK(last > Sequence(1));
}

}  // namespace daybook
