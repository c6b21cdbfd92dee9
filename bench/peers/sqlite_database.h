// The few calls of SQLite that the comparison needs.
//
// Threads: one at a time. Owns: a Database its connection, a Statement what was prepared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace daybook::bench {

/// A connection. Every call exits the program where SQLite says no.
class Database {
 public:
  /// Opens or creates `file` with a write-ahead log; `synchronous` is `FULL` (a commit is on disk when it returns) or
  /// `NORMAL`.
  Database(const std::filesystem::path& file, const std::string& synchronous);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const std::string& sql);

 private:
  friend class Statement;
  sqlite3* handle_ = nullptr;
};

class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Parameters and columns are counted as SQLite does: parameters from 1, columns from 0. What is bound must live
  /// until run() or reset().
  Statement& bind(int at, std::int64_t number);
  Statement& bind(int at, std::string_view text);
  Statement& bind_bytes(int at, std::string_view bytes);
  /// Whether there is a row.
  bool step();
  /// Steps once and is ready again.
  void run();
  void reset();
  [[nodiscard]] std::int64_t number(int column);
  /// Valid until the next step.
  [[nodiscard]] std::string_view bytes(int column);

 private:
  sqlite3* database_;
  sqlite3_stmt* handle_ = nullptr;
};

/// Of the library that runs.
[[nodiscard]] std::string sqlite_version();

}  // namespace daybook::bench
