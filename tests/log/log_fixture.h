// A log to test with: verbs for what a test does to it, and its events as lines.
//
// Threads: the test's. Owns: its directory, removed at the end.
#pragma once

#include <unistd.h>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daybook/log.h"

namespace daybook::test {

/// A directory of its own, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "daybook-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class LogFixture {
 public:
  explicit LogFixture(bool in_memory, const std::function<void(Options&)>& change = {}) {
    options_.create_if_missing = true;
    options_.in_memory = in_memory;
    options_.disk_free_bytes_min = 0;
    if (change) change(options_);
    open();
  }

  Log* operator->() { return log_.get(); }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "log.daybook"; }

  void open() {
    auto log = Log::open(path(), options_);
    if (!log) FAIL(to_string(log.error()));
    log_ = std::move(*log);
  }
  void close() {
    REQUIRE(log_->close());
    log_.reset();
  }
  void reopen() {
    close();
    open();
  }

  Appended append(const std::string& stream, const std::string& type, const std::string& data) {
    auto appended = log_->append({.events = {{.stream = stream, .type = type, .data = data}}});
    if (!appended) FAIL(to_string(appended.error()));
    return *appended;
  }

  std::vector<PinnedEvent> events(const ReadOptions& options) {
    std::vector<PinnedEvent> events;
    auto cursor = log_->read(options);
    if (!cursor) FAIL(to_string(cursor.error()));
    while (true) {
      auto batch = cursor->next();
      if (!batch) FAIL(to_string(batch.error()));
      if (!*batch) return events;
      for (const EventView event : **batch) events.emplace_back((*batch)->block(), event.index());
    }
  }

  std::vector<std::uint64_t> sequences(const ReadOptions& options) {
    std::vector<std::uint64_t> sequences;
    for (const PinnedEvent& event : events(options)) sequences.push_back(event.view().sequence().value());
    return sequences;
  }

  std::vector<std::string> read_all() {
    std::vector<std::string> lines;
    for (const PinnedEvent& pinned : events({})) {
      const EventView event = pinned.view();
      lines.push_back(std::to_string(event.sequence().value()) + " " + std::string(event.stream()) + "@" +
                      std::to_string(event.version().value()) + " " + std::string(event.type()) + " " +
                      std::string(event.data()));
    }
    return lines;
  }

 private:
  TemporaryDirectory directory_;
  Options options_;
  std::unique_ptr<Log> log_;
};

}  // namespace daybook::test
