// SQLite is asked what it made of each setting: a comparison with a peer that did not sync would be worth nothing.
#include "bench/peers/sqlite_database.h"

#include <sqlite3.h>

#include "bench/append_run.h"

namespace daybook::bench {
namespace {

void check(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  give_up("SQLite", {.code = Code::io, .message = database != nullptr ? sqlite3_errmsg(database) : "out of memory"});
}

}  // namespace

Database::Database(const std::filesystem::path& file, const std::string& synchronous) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  check(handle_, sqlite3_open_v2(file.c_str(), &handle_, kFlags, nullptr));
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = " + synchronous);
  run("PRAGMA cache_size = -65536");  // 64 MiB, which is what daybook's two caches have.
  Statement mode(*this, "PRAGMA journal_mode");
  Statement syncs(*this, "PRAGMA synchronous");
  const std::int64_t expected = synchronous == "FULL" ? 2 : 1;
  if (!mode.step() || mode.bytes(0) != "wal" || !syncs.step() || syncs.number(0) != expected) {
    give_up("SQLite", {.code = Code::unsupported, .message = "it does not take its settings"});
  }
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

void Database::run(const std::string& sql) {
  check(handle_, sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr));
}

Statement::Statement(Database& database, std::string_view sql) : database_(database.handle_) {
  check(database_, sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &handle_, nullptr));
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

Statement& Statement::bind(int at, std::int64_t number) {
  check(database_, sqlite3_bind_int64(handle_, at, number));
  return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
  check(database_, sqlite3_bind_text(handle_, at, text.data(), static_cast<int>(text.size()), nullptr));
  return *this;
}

Statement& Statement::bind_bytes(int at, std::string_view bytes) {
  check(database_, sqlite3_bind_blob(handle_, at, bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  check(database_, code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  step();
  reset();
}

void Statement::reset() {
  check(database_, sqlite3_reset(handle_));
}

std::int64_t Statement::number(int column) {
  return sqlite3_column_int64(handle_, column);
}

std::string_view Statement::bytes(int column) {
  const auto* begin = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return {begin, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string sqlite_version() {
  return sqlite3_libversion();
}

}  // namespace daybook::bench
