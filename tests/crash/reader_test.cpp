// Readers in other processes beside a writer at full speed, across its kill -9 and its return.
#include <signal.h>
#include <unistd.h>
#include <chrono>
#include <fstream>
#include <functional>
#include <map>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "tests/crash/child.h"
#include "tests/crash/directory_state.h"
#include "tests/crash/shared_words.h"
#include "tests/crash/writer.h"
#include "tests/log/log_fixture.h"

namespace daybook::test {
namespace {

constexpr std::chrono::seconds kKeepsUpWithin{20};

Options reader_options(Options options) {
  options.mode = Mode::read_only;
  options.create_if_missing = false;
  return options;
}

/// What HEAD lets a reader see, by its bytes: `durable`, or with `buffered` the larger of it and `written`.
std::uint64_t allowed_head(const std::filesystem::path& directory, Durability durability) {
  const std::string bytes = read_bytes(directory / "HEAD");
  if (bytes.size() < 16) return 0;
  const std::uint64_t durable = load_be64(bytes.data()) >> 16;
  const std::uint64_t written = load_be64(bytes.data() + 8) >> 16;
  return durability == Durability::fsync ? durable : std::max(durable, written);
}

/// A reader in a child: `look` takes in what is new and says what is wrong; the log's position is `reader`.
using Look = std::function<std::string(Log& log, Reader& reader)>;

class Watch {
 public:
  Watch(WriterPlan plan, SharedMemory& shared) : plan_(std::move(plan)), shared_(shared) {}

  /// Goes on until the writers are done and everything was read; then ends the child.
  void run(const Look& look) {
    auto opened = Log::open(plan_.directory, reader_options(plan_.options));
    if (!opened) return end_on_trouble("open: " + to_string(opened.error()));
    log_ = std::move(*opened);
    Reader reader{Sequence(0)};
    std::chrono::steady_clock::time_point deadline{};
    while (true) {
      const std::uint64_t final_head = shared_->final_head;
      const std::uint64_t writer = shared_->writer;
      const Sequence before = reader.sequence();
      end_on_trouble(look(*log_, reader));
      if (reader.sequence() > before) ++shared_->looks;
      check_allowed(reader.sequence().value(), writer);
      if (final_head == 0) continue;
      if (reader.sequence().value() == final_head) return;
      if (reader.sequence().value() > final_head) end_on_trouble("read beyond the end of the log");
      const auto now = std::chrono::steady_clock::now();
      if (deadline == std::chrono::steady_clock::time_point{}) deadline = now + kKeepsUpWithin;
      if (now > deadline) end_on_trouble("does not keep up: at " + std::to_string(reader.sequence().value()));
    }
  }

 private:
  /// While one writer lived all the time, nothing beyond what it calls durable may have been seen.
  void check_allowed(std::uint64_t seen, std::uint64_t writer) {
    const std::uint64_t allowed = allowed_head(plan_.directory, plan_.options.durability);
    const bool alive = writer % 2 == 1 && shared_->writer == writer;
    if (alive && seen > allowed) {
      end_on_trouble("saw " + std::to_string(seen) + " while HEAD allowed " + std::to_string(allowed));
    }
  }

  WriterPlan plan_;
  SharedMemory& shared_;
  std::unique_ptr<Log> log_;  // lives as long as the watch, so what `look` takes from it must go before the watch
};

/// Refreshes and reads on.
std::string refresh_and_read(Log& log, Reader& reader) {
  const auto head = log.refresh();
  if (!head) return "refresh: " + to_string(head.error());
  if (auto trouble = read_on(log, reader); !trouble.empty()) return trouble;
  if (reader.sequence() != *head) return "read to " + std::to_string(reader.sequence().value()) + " of the head";
  return reader.at_commit_end() ? "" : "the head is inside a commit";
}

/// Compares queries and stream heads, which go by the index, with what was read.
std::string compare_index(Log& log, const Reader& reader,
                          const std::map<std::string, std::vector<std::uint64_t>>& types) {
  for (const auto& [type, expected] : types) {
    auto cursor = log.read({.query = {{{.types = {type}}}}});
    if (!cursor) return "query: " + to_string(cursor.error());
    std::vector<std::uint64_t> found;
    while (true) {
      const auto batch = cursor->next();
      if (!batch) return "query: " + to_string(batch.error());
      if (!*batch) break;
      for (const EventView event : **batch) found.push_back(event.sequence().value());
    }
    if (found != expected)
      return "the query for " + type + " gives other events at " + std::to_string(log.head().value());
  }
  for (const auto& [stream, version] : reader.versions()) {
    const auto head = log.stream_head(stream);
    if (!head) return "stream_head: " + to_string(head.error());
    if (head->version.value() != version) return "the head of " + stream + " is another";
  }
  return {};
}

std::string read_and_compare(Log& log, Reader& reader, std::map<std::string, std::vector<std::uint64_t>>& types) {
  const Sequence from = reader.sequence().next();
  if (auto trouble = refresh_and_read(log, reader); !trouble.empty()) return trouble;
  auto cursor = log.read({.from = from});
  if (!cursor) return to_string(cursor.error());
  while (true) {
    const auto batch = cursor->next();
    if (!batch) return to_string(batch.error());
    if (!*batch) break;
    for (const EventView event : **batch) types[std::string(event.type())].push_back(event.sequence().value());
  }
  return compare_index(log, reader, types);
}

/// Lets writers append beside `readers`, kills each but the last, and waits for the readers to see the end.
class Stage {
 public:
  explicit Stage(Durability durability) {
    plan_.directory = directory_.path() / "log";
    plan_.options = writer_options(durability);
    plan_.threads = 3;
    plan_.async = true;
    // Readers find a log.
    WriterPlan first = plan_;
    first.commits_max = 1;
    first.run = 99;
    head_ = 0;
    take(in_child([&](const Pipe& pipe) { run_writer(pipe, first); }));
  }

  WriterPlan& plan() { return plan_; }
  SharedMemory& shared() { return shared_; }

  void run(int kills, std::chrono::milliseconds each) {
    for (int writer = 0; writer <= kills; ++writer) {
      plan_.run = static_cast<std::uint32_t>(writer);
      if (writer == kills) plan_.commits_max = 200;
      Child child([this](const Pipe& pipe) { run_writer(pipe, plan_); });
      const auto opened = [&] { return !child.said().empty(); };
      while (!opened() && child.listen(std::chrono::milliseconds(10))) {
      }
      ++shared_->writer;
      const auto end = std::chrono::steady_clock::now() + each;
      while (writer < kills && std::chrono::steady_clock::now() < end && child.listen(std::chrono::milliseconds(5))) {
      }
      if (writer == kills) {
        take(child.end());
        ++shared_->writer;
      } else {
        ++shared_->writer;
        child.kill();
        take(child.end());
      }
    }
    shared_->final_head = head_;
  }

 private:
  void take(const ChildEnd& ended) {
    CAPTURE(ended.trouble());
    REQUIRE((ended.signal == SIGKILL || ended.exit_code == 0));
    for (const Acknowledgement& one : acknowledgements_in(ended.said)) head_ = std::max(head_, one.last);
  }

  TemporaryDirectory directory_;
  WriterPlan plan_;
  SharedMemory shared_;
  std::uint64_t head_ = 0;
};

void watch_across_kills(Durability durability, const Look& look) {
  Stage stage(durability);
  Child first([&](const Pipe&) { Watch(stage.plan(), stage.shared()).run(look); });
  Child second([&](const Pipe&) { Watch(stage.plan(), stage.shared()).run(look); });
  stage.run(4, std::chrono::milliseconds(300));
  CHECK(first.end().trouble() == "");
  CHECK(second.end().trouble() == "");
  CHECK(stage.shared()->looks > 10);
}

}  // namespace

TEST_CASE("reader: beside an fsync writer, its kills and returns, it sees every event once and none too early") {
  watch_across_kills(Durability::fsync, refresh_and_read);
}

TEST_CASE("reader: beside a buffered writer, its kills and returns, it sees every event once and none too early") {
  watch_across_kills(Durability::buffered, refresh_and_read);
}

TEST_CASE("reader: queries and stream heads beside a writer that writes postings say what a scan says") {
  Stage stage(Durability::fsync);
  stage.plan().options.index_batch_events = 150;
  stage.plan().options.tail_events_max = 100'000;  // a busy machine lets the index lie far behind
  std::map<std::string, std::vector<std::uint64_t>> types;
  Child reader([&](const Pipe&) {
    Watch(stage.plan(), stage.shared()).run([&](Log& log, Reader& at) { return read_and_compare(log, at, types); });
  });
  stage.run(3, std::chrono::milliseconds(200));
  CHECK(reader.end().trouble() == "");
  CHECK(stage.shared()->looks > 5);
}

TEST_CASE(
    "reader: a subscription in a second process gets each event once, across ten kills of the writer and its returns") {
  Stage stage(Durability::fsync);
  Child reader([&](const Pipe&) {
    Watch watch(stage.plan(), stage.shared());
    std::unique_ptr<Subscription> subscription;
    watch.run([&](Log& log, Reader& at) -> std::string {
      if (!subscription) {
        auto subscribed = log.subscribe({.from = Sequence(1)});
        if (!subscribed) return "subscribe: " + to_string(subscribed.error());
        subscription = std::move(*subscribed);
      }
      const auto delivery = subscription->next(std::chrono::milliseconds(20));
      if (!delivery) return "next: " + to_string(delivery.error());
      if (!delivery->batch) return {};
      for (const EventView event : *delivery->batch) {
        if (auto trouble = at.take(event); !trouble.empty()) return trouble;
      }
      return {};
    });
  });
  stage.run(10, std::chrono::milliseconds(150));
  CHECK(reader.end().trouble() == "");
}

TEST_CASE("reader: a second writer is refused with the first one's pid, command and start") {
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  Child first([&](const Pipe& pipe) {
    auto log = Log::open(path, writer_options(Durability::fsync));
    if (!log) return end_on_trouble(to_string(log.error()));
    pipe.say("open");
    ::pause();
  });
  while (first.said().empty() && first.listen(std::chrono::milliseconds(1000))) {
  }
  const Contents before = contents_of(path);
  const ChildEnd second = in_child([&](const Pipe& pipe) {
    const auto log = Log::open(path, writer_options(Durability::fsync));
    pipe.say(log ? "opened" : to_string(log.error()));
  });
  CAPTURE(second.said);
  CHECK(second.trouble() == "");
  CHECK(second.said.find("pid " + std::to_string(first.pid())) != std::string::npos);
  CHECK(second.said.find("test_crash") != std::string::npos);
  CHECK(second.said.find("since 20") != std::string::npos);
  CHECK(differences(before, contents_of(path)).empty());
}

// From here on this process has RocksDB's threads, and no child may be forked: ThreadSanitizer ends those that start a
// thread.

TEST_CASE("reader: what stands behind HEAD is not shown while a writer lives") {
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  const auto put_head = [&](const std::string& bytes) {
    std::fstream(path / "HEAD", std::ios::binary | std::ios::in | std::ios::out) << bytes;
  };
  const auto writer = Log::open(path, writer_options(Durability::fsync));
  REQUIRE(writer);
  REQUIRE((*writer)->append({.events = {{.stream = "s", .type = "T"}}}));
  const std::string before = contents_of(path).at("HEAD");
  REQUIRE((*writer)->append({.events = {{.stream = "s", .type = "T"}}}));
  const std::string after = contents_of(path).at("HEAD");

  put_head(before);  // as between the write of the WAL and that of HEAD
  const auto reader = Log::open(path, {.mode = Mode::read_only});
  REQUIRE(reader);
  CHECK((*reader)->head() == Sequence(1));
  CHECK(!(*reader)->get(Sequence(2)));
  put_head(after);
  CHECK((*reader)->refresh().value() == Sequence(2));
}

TEST_CASE("reader: an index that lies further behind than twice tail_events_max is not used, and it says why") {
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  const auto writer = Log::open(path, writer_options(Durability::fsync));
  REQUIRE(writer);
  const auto reader = Log::open(path, {.mode = Mode::read_only, .index_batch_events = 1, .tail_events_max = 2});
  REQUIRE(reader);
  const auto append_and_ask = [&] {
    REQUIRE((*writer)->append({.events = {{.stream = "s", .type = "T"}}}));
    REQUIRE((*reader)->refresh());
    return (*reader)->stream_head("s");
  };
  for (int event = 1; event <= 4; ++event) CHECK(append_and_ask().value().version == Version(event));
  const auto head = append_and_ask();
  REQUIRE(!head);
  CHECK(head.error().code == Code::busy);
  CHECK(head.error().message.find("5 events behind the log") != std::string::npos);
  CHECK((*reader)->statistics().error().code == Code::busy);
  CHECK((*reader)->placement(Sequence(1)).error().code == Code::busy);
  REQUIRE((*writer)->flush_index());
  CHECK(append_and_ask().value().version == Version(6));
}

}  // namespace daybook::test
