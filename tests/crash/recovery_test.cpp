// "Recovery and damage" of docs/architecture.md, a test a sentence.
#include <string>

#include <doctest/doctest.h>

#include "log/format_file.h"
#include "tests/crash/child.h"
#include "tests/crash/directory_state.h"
#include "tests/crash/recovery_history.h"

namespace daybook::test {
namespace {

constexpr std::size_t kEvents = 8;

/// A history laid out in a directory.
class Scene {
 public:
  explicit Scene(const History& history, Durability durability = Durability::fsync) : durability_(durability) {
    put_contents(path(), history.contents);
  }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "log"; }

  /// A reader, which must leave everything as it is.
  [[nodiscard]] Sight read() const {
    const std::string before = fingerprint_of(path());
    const Sight sight = look_at(path(), Mode::read_only, durability_);
    CHECK(fingerprint_of(path()) == before);
    return sight;
  }
  [[nodiscard]] Sight write() const { return look_at(path(), Mode::read_write, durability_); }

  /// A writer that must refuse, and leave everything but LOCK as it is.
  [[nodiscard]] Sight write_in_vain() const {
    Contents before = contents_of(path());
    const Sight sight = write();
    Contents after = contents_of(path());
    before.erase("LOCK");
    after.erase("LOCK");
    CHECK(differences(before, after).empty());
    return sight;
  }

 private:
  QuickDirectory directory_;
  Durability durability_;
};

bool has(const Sight& sight, const std::string& words) {
  const bool found = sight.message.find(words) != std::string::npos;
  if (!found) MESSAGE("\"" << words << "\" is not in: " << sight.message);
  return found;
}

void check_whole(const Sight& sight, std::uint64_t head) {
  CHECK_FALSE(sight.refusal);
  CHECK(sight.message == "");
  CHECK(sight.head == head);
  CHECK(sight.read == head);
  CHECK(sight.verified);
  CHECK(sight.queried);
}

/// The reader serves what is before the damage and names it.
void check_served_with_damage(const Sight& sight, std::uint64_t head, const std::string& file) {
  CHECK_FALSE(sight.refusal);
  CHECK(sight.head == head);
  CHECK(sight.read == head);
  CHECK(sight.damage);
  CHECK(has(sight, file));
  CHECK_FALSE(sight.verified);
  CHECK(sight.queried);
}

}  // namespace

TEST_CASE("recovery: a killed writer's log is replayed, and every later reader can tell") {
  const Scene scene(make_history(Durability::fsync, kEvents));
  const Sight reader = scene.read();
  check_whole(reader, kEvents);
  CHECK(reader.recovered == "replayed");
  const Sight writer = scene.write();
  check_whole(writer, kEvents);
  CHECK(writer.recovered == "replayed");
  CHECK(scene.read().recovered == "replayed");
  CHECK(scene.write().recovered == "clean");
  CHECK(scene.read().recovered == "clean");
}

TEST_CASE("recovery: a torn last group beyond the durable head is cut, kept in lost, and reported") {
  for (const bool shortened : {true, false}) {
    CAPTURE(shortened);
    History history = make_history(Durability::fsync, kEvents);
    history.head_of(kEvents - 1);
    if (shortened) {
      history.wal_until(kEvents, 5);
    } else {
      history.flip_in(kEvents);
    }
    const Scene scene(history);
    const Sight reader = scene.read();
    check_served_with_damage(reader, kEvents - 1, history.wal);
    CHECK(reader.recovered == "cut");

    const std::string torn = history.contents.at(history.wal).substr(history.wal_bytes.at(kEvents - 1));
    const Sight writer = scene.write();
    check_whole(writer, kEvents - 1);
    CHECK(writer.recovered == "cut");
    const Contents lost = contents_of(scene.path() / "lost");
    REQUIRE(lost.size() == 1);
    CHECK(lost.begin()->second == torn);

    const Sight after = scene.read();
    check_whole(after, kEvents);
    CHECK(after.recovered == "cut");
    CHECK(scene.write().recovered == "clean");
    CHECK(contents_of(scene.path() / "lost") == lost);
  }
}

TEST_CASE("recovery: a damaged group with an intact later one behind it is refused, and nothing is changed") {
  History history = make_history(Durability::fsync, kEvents);
  history.head_of(kEvents - 2).flip_in(kEvents - 1);
  const Scene scene(history);
  const Sight writer = scene.write_in_vain();
  CHECK(writer.refusal == Code::corruption);
  CHECK(has(writer, history.wal));
  check_served_with_damage(scene.read(), kEvents - 2, history.wal);
}

TEST_CASE("recovery: damage below the durable head is refused by everyone, and nothing is changed") {
  for (const std::size_t number : {kEvents, kEvents - 1, std::size_t{1}}) {
    CAPTURE(number);
    History history = make_history(Durability::fsync, kEvents);
    const Scene scene(history.flip_in(number));
    for (const Sight& sight : {scene.read(), scene.write_in_vain()}) {
      CHECK(sight.refusal == Code::corruption);
      CHECK(has(sight, history.wal));
      CHECK(has(sight, "sequence " + std::to_string(number)));
      CHECK(has(sight, "repair"));
    }
  }
}

TEST_CASE("recovery: a WAL file that is gone or ends too early is refused by everyone, and nothing is changed") {
  for (const std::size_t until : {std::size_t{0}, kEvents - 1, kEvents + 1}) {
    CAPTURE(until);
    History history = make_history(Durability::fsync, kEvents);
    if (until > kEvents) {
      history.contents.erase(history.wal);
    } else {
      history.wal_until(until);
    }
    const Scene scene(history);
    for (const Sight& sight : {scene.read(), scene.write_in_vain()}) {
      CHECK(sight.refusal == Code::corruption);
      CHECK(has(sight, "repair"));
    }
  }
}

TEST_CASE("recovery: a WAL file that was closed empty must still be there") {
  const Scene scene(make_history(Durability::fsync, kEvents));
  check_whole(scene.write(), kEvents);
  std::string wal;
  for (const auto& [name, bytes] : contents_of(scene.path())) {
    if (name.ends_with(".log")) wal = name;
  }
  REQUIRE(std::filesystem::remove(scene.path() / wal));
  for (const Sight& sight : {scene.read(), scene.write_in_vain()}) {
    CHECK(sight.refusal == Code::corruption);
    CHECK(has(sight, "the WAL file"));
  }
}

TEST_CASE("recovery: HEAD may lag: what the WAL holds beyond it is kept") {
  for (const std::size_t moment : {std::size_t{0}, kEvents / 2, kEvents}) {
    History history = make_history(Durability::fsync, kEvents);
    const Scene scene(history.head_of(moment));
    check_whole(scene.read(), kEvents);
    check_whole(scene.write(), kEvents);
  }
}

TEST_CASE("recovery: without HEAD writers refuse and name repair; readers serve the log and name HEAD") {
  for (const std::string& bytes : {std::string(), std::string("short"), std::string(32, '\0')}) {
    CAPTURE(bytes.size());
    for (const bool closed : {true, false}) {
      const Scene scene(make_history(Durability::fsync, kEvents));
      if (closed) check_whole(scene.write(), kEvents);
      if (bytes.empty()) {
        REQUIRE(std::filesystem::remove(scene.path() / "HEAD"));
      } else {
        write_bytes(scene.path() / "HEAD", bytes);
      }
      const Sight writer = scene.write_in_vain();
      CHECK(writer.refusal == Code::corruption);
      CHECK(has(writer, "HEAD"));
      CHECK(has(writer, "repair"));
      check_served_with_damage(scene.read(), kEvents + (closed ? 1 : 0), "HEAD");
    }
  }
}

TEST_CASE("recovery: blocks without FORMAT are refused by everyone, and nothing is changed") {
  const Scene scene(make_history(Durability::fsync, kEvents));
  REQUIRE(std::filesystem::remove(scene.path() / "FORMAT"));
  for (const Sight& sight : {scene.read(), scene.write_in_vain()}) {
    CHECK(sight.refusal == Code::corruption);
    CHECK(has(sight, "FORMAT"));
    CHECK(has(sight, "repair"));
  }
  const Contents before = contents_of(scene.path());
  const ChildEnd ended = in_child([&](const Pipe& pipe) {
    const auto log = Log::open(scene.path(), {.create_if_missing = true});
    pipe.say(log ? "opened" : std::string(to_string(log.error().code)));
  });
  CHECK(ended.said == "corruption");
  CHECK(differences(before, contents_of(scene.path())).empty());
}

TEST_CASE("recovery: a newer format is refused by everyone, and nothing is changed") {
  const Scene scene(make_history(Durability::fsync, kEvents));
  const auto format = decode_format(read_bytes(scene.path() / "FORMAT"), "FORMAT");
  REQUIRE(format);
  write_bytes(scene.path() / "FORMAT", encode_format({.version = kFormatVersion + 1, .log_id = format->log_id}));
  for (const Sight& sight : {scene.read(), scene.write_in_vain()}) {
    CHECK(sight.refusal == Code::unsupported);
    CHECK(has(sight, "newer daybook"));
  }
}

TEST_CASE("recovery: another log's FORMAT is refused by everyone, and nothing is changed") {
  const Scene scene(make_history(Durability::fsync, kEvents));
  write_bytes(scene.path() / "FORMAT", encode_format({.version = kFormatVersion, .log_id = LogId{{1, 2, 3}}}));
  for (const Sight& sight : {scene.read(), scene.write_in_vain()}) {
    CHECK(sight.refusal == Code::corruption);
    CHECK(has(sight, "FORMAT"));
  }
}

TEST_CASE("recovery: postings beyond the head are not used by readers and rebuilt by the next writer") {
  History history = make_history(Durability::fsync, kEvents, true);
  const std::size_t left = kEvents / 2;
  const Scene scene(history.head_of(left).wal_until(left));
  const Sight reader = scene.read();
  CHECK(reader.read == left);
  CHECK(reader.queried);
  CHECK_FALSE(reader.verified);
  check_whole(scene.write(), left);
  check_whole(scene.read(), left + 1);
}

TEST_CASE("recovery: behind a buffered writer everything from the first damage on is cut, intact groups included") {
  const std::size_t damaged = kEvents / 2;
  History history = make_history(Durability::buffered, kEvents);
  const Scene scene(history.flip_in(damaged), Durability::buffered);
  check_served_with_damage(scene.read(), damaged - 1, history.wal);
  const Sight writer = scene.write();
  check_whole(writer, damaged - 1);
  CHECK(writer.recovered == "cut");
  const Contents lost = contents_of(scene.path() / "lost");
  REQUIRE(lost.size() == 1);
  CHECK(lost.begin()->second == history.contents.at(history.wal).substr(history.wal_bytes.at(damaged - 1)));
  check_whole(scene.read(), damaged);
}

TEST_CASE("recovery: damage in a WAL file whose events are in table files takes nothing away") {
  for (const Durability durability : {Durability::fsync, Durability::buffered}) {
    History history = make_history(durability, kEvents);
    const Scene scene(history, durability);
    check_whole(scene.write(), kEvents);
    check_whole(scene.write(), kEvents + 1);
    // As a crash leaves it that comes after the table file was made known and before its WAL file was removed.
    history.flip_in(kEvents / 2);
    write_bytes(scene.path() / history.wal, history.contents.at(history.wal));
    check_whole(scene.read(), kEvents + 2);
    check_whole(scene.write(), kEvents + 2);
    CHECK_FALSE(std::filesystem::exists(scene.path() / "lost"));
  }
}

}  // namespace daybook::test
