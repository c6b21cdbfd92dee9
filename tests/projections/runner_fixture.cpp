// The counting fold writes, erases, scans and fails, so that each of these stands in every test that compares states.
#include "tests/projections/runner_fixture.h"

#include <doctest/doctest.h>

namespace daybook::test {
namespace {

Result<void> add_one(State& state, const std::string& key) {
  auto stored = state.get(key);
  if (!stored) return std::unexpected(stored.error());
  const std::uint64_t count = *stored ? std::stoull(std::string(**stored)) : 0;
  return state.put(key, std::to_string(count + 1));
}

// Each third time that a data is met, its row is taken away again.
Result<void> remember(State& state, const std::string& key) {
  if (auto added = add_one(state, key); !added) return added;
  auto count = state.get(key);
  if (!count) return std::unexpected(count.error());
  return **count == "3" ? state.erase(key) : Result<void>();
}

Result<void> count(const EventView& event, State& state) {
  if (auto added = add_one(state, "stream/" + std::string(event.stream())); !added) return added;
  if (event.data().starts_with("bad")) return fail(Code::invalid, "the data is " + std::string(event.data()));
  if (auto remembered = remember(state, "data/" + std::string(event.data())); !remembered) return remembered;
  std::uint64_t rows = 0;
  auto scanned = state.scan("data/", [&](std::string_view, std::string_view) { return ++rows > 0; });
  if (!scanned) return scanned;
  return state.put("rows", std::to_string(rows));
}

}  // namespace

Projection counting(std::uint32_t fold_version, std::string name) {
  return {.name = std::move(name),
          .fold_version = fold_version,
          .query = {.items = {{.types = {"Counted", "Recounted"}}}},
          .apply = count};
}

std::unique_ptr<Log> RunnerFixture::new_log() {
  auto log = Log::open("memory", {.create_if_missing = true, .in_memory = true, .disk_free_bytes_min = 0});
  REQUIRE_MESSAGE(log.has_value(), log.error().message);
  return std::move(*log);
}

void RunnerFixture::append(const std::vector<std::string>& data, const std::string& type) {
  Commit commit;
  for (const std::string& text : data) {
    commit.events.push_back({.stream = "stream-" + std::to_string(text.size() % 7), .type = type, .data = text});
  }
  const auto appended = log_->append(std::move(commit));
  REQUIRE_MESSAGE(appended.has_value(), appended.error().message);
}

std::unique_ptr<ProjectionRunner> RunnerFixture::open(Projection projection, const RunnerOptions& options,
                                                      const std::string& name) {
  auto runner = ProjectionRunner::open(*log_, std::move(projection), folder(name), options);
  REQUIRE_MESSAGE(runner.has_value(), runner.error().message);
  return std::move(*runner);
}

Rows RunnerFixture::expected(const Projection& projection, Sequence through) {
  MemoryState state;
  auto cursor = log_->read({.through = through, .query = projection.query});
  REQUIRE(cursor.has_value());
  while (true) {
    auto batch = cursor->next();
    REQUIRE(batch.has_value());
    if (!*batch) break;
    for (const EventView event : **batch) {
      const auto applied = projection.apply(event, state);
      REQUIRE_MESSAGE(applied.has_value(), applied.error().message);
    }
  }
  return state.rows();
}

}  // namespace daybook::test
