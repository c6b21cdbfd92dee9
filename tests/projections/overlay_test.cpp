// The overlay behaves like a map whose events are taken back when they fail, over a real store.
#include <random>

#include <doctest/doctest.h>

#include "projections/overlay.h"
#include "tests/projections/fold_fixture.h"
#include "tests/support/cli_run.h"
#include "tests/support/test_seed.h"

namespace daybook {
namespace {

constexpr std::size_t kBytesMax = 1024 * 1024;

std::unique_ptr<StateStore> open_store(const std::filesystem::path& directory) {
  auto store = StateStore::open(directory, StateStore::Access::read_write);
  REQUIRE_MESSAGE(store.has_value(), store.error().message);
  return std::move(*store);
}

// One random change, to the overlay and to the model.
void change(std::mt19937_64& random, Overlay& overlay, test::MemoryState& model) {
  const std::string key = "k" + std::to_string(random() % 60);
  if (random() % 4 == 0) {
    REQUIRE(overlay.erase(key).has_value());
    REQUIRE(model.erase(key).has_value());
  } else {
    const std::string value(random() % 50, static_cast<char>('a' + random() % 26));
    REQUIRE(overlay.put(key, value).has_value());
    REQUIRE(model.put(key, value).has_value());
  }
}

void compare(std::mt19937_64& random, Overlay& overlay, test::MemoryState& model) {
  const std::string key = "k" + std::to_string(random() % 60);
  const auto found = overlay.get(key);
  REQUIRE(found.has_value());
  CHECK(*found == model.get(key).value());
  const std::string prefix = random() % 2 == 0 ? "k" : "k" + std::to_string(random() % 6);
  // Before the prefix, in it and behind it; a row's key, or between two.
  const std::string after = random() % 3 == 0 ? "" : "k" + std::to_string(random() % 70);
  const auto rows = [&](State& state) {
    std::vector<std::pair<std::string, std::string>> all;
    const std::size_t limit = 1 + random() % 80;
    REQUIRE(state
                .scan_after(prefix, after,
                            [&](std::string_view row_key, std::string_view value) {
                              all.emplace_back(row_key, value);
                              return all.size() < limit;
                            })
                .has_value());
    return all;
  };
  std::mt19937_64 same = random;
  const auto of_overlay = rows(overlay);
  random = same;
  CHECK(of_overlay == rows(model));
}

}  // namespace

TEST_CASE("overlay: it equals a map over random events, kept, discarded and written") {
  const std::uint64_t seed = test::test_seed();
  std::mt19937_64 random(seed);
  const test::ScratchDirectory scratch;
  test::MemoryState model;
  for (int opening = 0; opening < 3; ++opening) {
    const auto store = open_store(scratch / "state");
    Overlay overlay(*store, kBytesMax);
    if (opening == 0) overlay.emptied();  // as it is; what it knows then ends with the first rows that it forgets
    for (int event = 0; event < 500; ++event) {
      const std::size_t changed_bytes = overlay.changed_bytes();
      overlay.begin_event();
      test::MemoryState changed = model;
      for (std::uint64_t i = random() % 6; i > 0; --i) change(random, overlay, changed);
      compare(random, overlay, changed);
      if (random() % 3 == 0) {
        overlay.discard_event();
        CHECK(overlay.changed_bytes() == changed_bytes);
      } else {
        overlay.keep_event();
        model = changed;
      }
      compare(random, overlay, model);
      CHECK(overlay.changed_bytes() <= overlay.bytes());
      if (random() % 20 != 0) continue;
      REQUIRE(overlay.write("record").has_value());
      overlay.keep_most_used(random() % 2 == 0 ? random() % 10'000 : kBytesMax);
      CHECK(overlay.changed_bytes() == 0);
    }
    REQUIRE(overlay.write("last").has_value());
    CHECK(test::rows_of(overlay) == model.rows());
  }
}

TEST_CASE("overlay: what was not written is gone with it, what was written is there with its record") {
  const test::ScratchDirectory scratch;
  {
    const auto store = open_store(scratch / "state");
    CHECK(store->record().value() == std::nullopt);
    Overlay overlay(*store, kBytesMax);
    overlay.begin_event();
    REQUIRE(overlay.put("a", "1").has_value());
    overlay.keep_event();
    REQUIRE(overlay.write("first").has_value());
    overlay.begin_event();
    REQUIRE(overlay.put("a", "2").has_value());
    overlay.keep_event();
  }
  const auto store = open_store(scratch / "state");
  CHECK(store->record().value() == "first");
  Overlay overlay(*store, kBytesMax);
  CHECK(overlay.get("a").value() == "1");
}

TEST_CASE("overlay: keys, values and what one event changes are bounded") {
  const test::ScratchDirectory scratch;
  const auto store = open_store(scratch / "state");
  Overlay overlay(*store, kBytesMax);
  overlay.begin_event();
  CHECK(overlay.put("", "x").error().code == Code::invalid);
  CHECK(overlay.put(std::string(kStateKeyBytesMax + 1, 'k'), "x").error().code == Code::too_large);
  CHECK(overlay.put(std::string(kStateKeyBytesMax, 'k'), "x").has_value());
  const std::string value(kStateValueBytesMax, 'v');
  CHECK(overlay.put("k", value + "v").error().code == Code::too_large);
  for (int i = 0; i < 7; ++i) CHECK(overlay.put("k" + std::to_string(i), value).has_value());
  CHECK(overlay.put("k8", value).error().code == Code::too_large);
  overlay.discard_event();
  CHECK(test::rows_of(overlay).empty());
}

TEST_CASE("overlay: rows change only within an event") {
  const test::ScratchDirectory scratch;
  const auto store = open_store(scratch / "state");
  Overlay overlay(*store, kBytesMax);
  CHECK(overlay.put("a", "1").error().code == Code::unsupported);
  CHECK(overlay.erase("a").error().code == Code::unsupported);
}

TEST_CASE("overlay: memory is given back when it is told to, of the rows that were used least") {
  const test::ScratchDirectory scratch;
  const auto store = open_store(scratch / "state");
  Overlay overlay(*store, kBytesMax);
  const std::string value(1000, 'v');
  for (int i = 0; i < 100; ++i) {
    overlay.begin_event();
    REQUIRE(overlay.put("k" + std::to_string(i), value).has_value());
    REQUIRE(overlay.put("often", std::to_string(i)).has_value());
    overlay.keep_event();
  }
  CHECK(overlay.bytes() > 100'000);
  REQUIRE(overlay.write("r").has_value());
  overlay.keep_most_used(10'000);
  CHECK(overlay.bytes() > 0);
  CHECK(overlay.bytes() < 1000);
  CHECK(overlay.get("k7").value() == value);
  CHECK(overlay.get("often").value() == "99");
  overlay.keep_most_used(0);
  CHECK(overlay.bytes() == 0);
  CHECK(overlay.get("often").value() == "99");
}

TEST_CASE("overlay: what is only read takes no more memory than its bound, and none outside of an event") {
  const test::ScratchDirectory scratch;
  const auto store = open_store(scratch / "state");
  constexpr std::size_t kRowsBytesMax = 20'000;
  const std::string value(1000, 'v');
  StateStore::Batch batch;
  for (int i = 0; i < 100; ++i) batch.put("k" + std::to_string(i), value);
  REQUIRE(store->write(batch, "r").has_value());
  Overlay overlay(*store, kRowsBytesMax);
  const auto read_all = [&] {
    for (int i = 0; i < 100; ++i) CHECK(overlay.get("k" + std::to_string(i)).value() == value);
    CHECK(overlay.get("none").value() == std::nullopt);
  };
  read_all();
  CHECK(overlay.bytes() == 0);
  overlay.begin_event();
  read_all();
  CHECK(overlay.bytes() > kRowsBytesMax / 2);
  CHECK(overlay.bytes() < kRowsBytesMax + 2 * value.size());
  REQUIRE(overlay.put("k99", "changed").has_value());
  CHECK(overlay.get("k99").value() == "changed");
  overlay.discard_event();
  read_all();
}

}  // namespace daybook
