// The table behaves like a map from keys to values, through growth and forgetting.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "projections/row_table.h"
#include "tests/support/test_seed.h"

namespace daybook {
namespace {

using Model = std::map<std::string, std::string>;

// Around the size that stands within a row, and well beyond it.
std::string random_text(std::mt19937_64& random, char letter) {
  const std::size_t bytes = random() % 8 == 0 ? random() % 3000 : random() % 60;
  return std::string(bytes, letter);
}

void check_equal(RowTable& table, const Model& model) {
  for (const auto& [key, value] : model) {
    const HeldRow* const row = table.find(key);
    REQUIRE(row != nullptr);
    CHECK(row->key() == key);
    CHECK(row->value() == value);
    CHECK(row->bytes() == HeldRow::kOverheadBytes + key.size() + value.size());
  }
}

}  // namespace

TEST_CASE("row table: it equals a map while rows are added, change their size and are forgotten") {
  std::mt19937_64 random(test::test_seed());
  RowTable table;
  Model model;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 3000; ++i) {
      const std::string key = "k" + std::to_string(random() % 2000) + std::string(random() % 4 * 20, 'k');
      const auto [row, added] = table.find_or_add(key);
      CHECK(added == (model.count(key) == 0));
      model[key] = random_text(random, static_cast<char>('a' + random() % 26));
      row->set_value(model[key]);
    }
    check_equal(table, model);
    CHECK(table.find("none") == nullptr);
    const std::size_t bytes_max = random() % 200'000;
    std::size_t bytes = table.keep_most_used(bytes_max);
    CHECK(bytes <= bytes_max);
    std::erase_if(model, [&](const auto& entry) { return table.find(entry.first) == nullptr; });
    check_equal(table, model);
    for (const auto& [key, value] : model) bytes -= table.find(key)->bytes();
    CHECK(bytes == 0);
  }
  table.clear();
  for (const auto& [key, value] : model) CHECK(table.find(key) == nullptr);
}

TEST_CASE("row table: a row stays where it is while others are added") {
  RowTable table;
  std::vector<HeldRow*> rows;
  for (int i = 0; i < 5000; ++i) {
    rows.push_back(table.find_or_add("k" + std::to_string(i)).row);
    rows.back()->set_value(std::to_string(i));
  }
  for (int i = 0; i < 5000; ++i) {
    CHECK(rows[static_cast<std::size_t>(i)] == table.find("k" + std::to_string(i)));
    CHECK(rows[static_cast<std::size_t>(i)]->value() == std::to_string(i));
  }
}

TEST_CASE("row table: what was looked up most often is kept, and has to be looked up again to stay") {
  RowTable table;
  const auto look_up = [&](const std::string& key, int times) {
    for (int i = 0; i < times; ++i) static_cast<void>(table.find_or_add(key));
  };
  constexpr std::size_t kRowBytes = HeldRow::kOverheadBytes + 2;
  look_up("k1", 300);  // more often than is counted
  for (int i = 2; i < 10; ++i) look_up("k" + std::to_string(i), i);
  CHECK(table.keep_most_used(3 * kRowBytes) == 3 * kRowBytes);
  for (int i = 1; i < 10; ++i) CHECK((table.find("k" + std::to_string(i)) != nullptr) == (i == 1 || i > 7));
  for (int i = 0; i < 8; ++i) CHECK(table.keep_most_used(3 * kRowBytes) == 3 * kRowBytes);
  look_up("new", 3);
  CHECK(table.keep_most_used(kRowBytes + 1) == kRowBytes + 1);
  CHECK(table.find("new") != nullptr);
}

TEST_CASE("row table: a row's new value may be a part of its old one") {
  RowTable table;
  HeldRow& row = *table.find_or_add("key").row;
  row.set_value("abcdefghij");
  row.set_value(row.value().substr(2, 5));
  CHECK(row.value() == "cdefg");
  const std::string text = "0123456789" + std::string(1000, 'x');
  row.set_value(text);
  row.set_value(row.value().substr(5));
  CHECK(row.value() == text.substr(5));
  row.set_value(row.value().substr(2, 8));
  CHECK(row.value() == "789xxxxx");
  CHECK(row.key() == "key");
}

}  // namespace daybook
