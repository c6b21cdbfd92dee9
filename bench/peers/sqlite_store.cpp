// What a careful user would write: prepared statements, one transaction a group, 64 MiB of cache, all else SQLite's
// defaults. The state of a fold is synced at checkpoints of the write-ahead log only, since it can be made again.
#include "bench/peers/sqlite_store.h"

#include <chrono>

#include "bench/append_run.h"

namespace daybook::bench {

/// An open database with its statements, which go before it.
struct SqliteStore::Open {
  explicit Open(const std::filesystem::path& file) : database(file, "FULL") {}
  void prepare() {
    begin = std::make_unique<Statement>(database, "BEGIN IMMEDIATE");
    commit = std::make_unique<Statement>(database, "COMMIT");
    version = std::make_unique<Statement>(database, "SELECT max(version) FROM events WHERE stream = ?");
    insert = std::make_unique<Statement>(
        database,
        "INSERT INTO events(stream, version, type, tag, correlation, recorded_at, data) VALUES (?, ?, ?, ?, ?, ?, ?)");
  }

  Database database;
  std::unique_ptr<Statement> begin, commit, version, insert;
};

SqliteStore::SqliteStore(std::filesystem::path directory, SqliteIndexes indexes)
    : directory_(std::move(directory)),
      indexes_(indexes),
      writer_([this](const std::vector<const Commit*>& group) { write(group); }) {}

SqliteStore::~SqliteStore() = default;

std::string SqliteStore::name() const {
  const char* what = indexes_ == SqliteIndexes::like_daybook ? ", indexes like daybook's" : ", no index, no versions";
  return "SQLite " + sqlite_version() + what;
}

void SqliteStore::begin(std::uint32_t /*producers*/) {
  open_.reset();
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directories(directory_);
  open_ = std::make_unique<Open>(directory_ / "events.sqlite");
  open_->database.run(
      "CREATE TABLE events(seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER, type TEXT NOT NULL, "
      "tag TEXT NOT NULL, correlation BLOB NOT NULL, recorded_at INTEGER NOT NULL, data BLOB NOT NULL)");
  if (indexes_ == SqliteIndexes::like_daybook) {
    open_->database.run(
        "CREATE UNIQUE INDEX by_stream ON events(stream, version); CREATE INDEX by_type ON events(type); "
        "CREATE INDEX by_tag ON events(tag); CREATE INDEX by_correlation ON events(correlation)");
  }
  open_->prepare();
}

void SqliteStore::append(std::uint32_t /*producer*/, Commit commit) {
  writer_.append(commit);
}

void SqliteStore::write(const std::vector<const Commit*>& group) {
  open_->begin->run();
  for (const Commit* commit : group) {
    for (const ExpectedVersion& expected : commit->expected) {
      if (version_of(expected.stream) != static_cast<std::int64_t>(expected.version.value())) {
        give_up("SQLite", {.code = Code::conflict, .message = "an expected version does not hold"});
      }
    }
    for (const Event& event : commit->events) insert(event);
  }
  open_->commit->run();
}

std::int64_t SqliteStore::version_of(const std::string& stream) {
  open_->version->bind(1, stream).step();
  const std::int64_t version = open_->version->number(0);
  open_->version->reset();
  return version;
}

void SqliteStore::insert(const Event& event) {
  const Uuid& correlation = *event.correlation_id;
  Statement& insert = *open_->insert;
  insert.bind(1, event.stream);
  if (indexes_ == SqliteIndexes::like_daybook) insert.bind(2, version_of(event.stream) + 1);
  insert.bind(3, event.type).bind(4, event.tags.front());
  insert.bind_bytes(5, {reinterpret_cast<const char*>(correlation.bytes.data()), correlation.bytes.size()});
  insert.bind(6, std::chrono::system_clock::now().time_since_epoch().count()).bind_bytes(7, event.data).run();
}

std::uint64_t SqliteStore::replay() {
  Statement rows(open_->database, "SELECT seq, data FROM events ORDER BY seq");
  std::uint64_t events = 0;
  std::uint64_t sum = 0;
  for (; rows.step(); ++events) sum += static_cast<std::uint64_t>(rows.number(0)) + rows.bytes(1).size();
  if (sum == 0) give_up("SQLite", {.code = Code::not_found, .message = "no events"});
  return events;
}

void SqliteStore::fold() {
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::filesystem::remove(directory_ / (std::string("counts.sqlite") + ending));
  }
  Database state(directory_ / "counts.sqlite", "NORMAL");
  state.run(
      "CREATE TABLE counts(stream TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID; "
      "CREATE TABLE checkpoint(one INTEGER PRIMARY KEY, seq INTEGER NOT NULL); BEGIN");
  Statement count(state, "INSERT INTO counts VALUES (?, 1) ON CONFLICT(stream) DO UPDATE SET count = count + 1");
  Statement checkpoint(state, "INSERT OR REPLACE INTO checkpoint VALUES (1, ?)");
  Statement rows(open_->database, "SELECT seq, stream FROM events ORDER BY seq");
  const auto commit = [&state, &checkpoint](std::int64_t through) {
    checkpoint.bind(1, through).run();
    state.run("COMMIT");
  };
  std::int64_t through = 0;
  for (std::uint64_t events = 1; rows.step(); ++events) {
    through = rows.number(0);
    count.bind(1, rows.bytes(1)).run();
    if (events % kFoldBatch != 0) continue;
    commit(through);
    state.run("BEGIN");
  }
  commit(through);
}

}  // namespace daybook::bench
