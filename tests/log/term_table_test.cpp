// The tail's table against a map that is simply a map.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "log/term_table.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

TEST_CASE("term table: it holds what a map would hold, whatever the length of texts and lists") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  TermTable table;
  std::map<std::pair<TermKind, std::string>, std::vector<std::uint32_t>> model;
  for (std::uint32_t offset = 1; offset < 30'000; ++offset) {
    const auto kind = random() % 2 == 0 ? TermKind::stream : TermKind::tag;
    // Few or many terms, with texts around the length that fits into an entry.
    std::string text = std::to_string(random() % (random() % 2 == 0 ? 20 : 5'000));
    text.append(random() % 30, 'x');
    TermEntry& entry = table.insert(make_term(kind, text));
    CHECK(entry.text() == text);
    table.add_offset(entry, offset);
    model[{kind, text}].push_back(offset);
  }
  CHECK(table.entries().size() == model.size());
  for (const auto& [term, offsets] : model) {
    const TermEntry* entry = table.find(make_term(term.first, term.second));
    REQUIRE(entry != nullptr);
    CHECK(entry->kind == term.first);
    CHECK(entry->text() == term.second);
    CHECK(std::ranges::equal(entry->offsets.view(), offsets));
    CHECK(entry->offsets.back() == offsets.back());
  }
}

TEST_CASE("term table: one that begins in the memory of another holds nothing of it") {
  const auto spare = std::make_shared<SpareTable>();
  const TermEntry* memory = nullptr;
  {
    TermTable first(spare);
    for (int i = 0; i < 5000; ++i) first.add_offset(first.insert(make_term(TermKind::tag, std::to_string(i))), 1);
    memory = first.entries().data();
  }
  TermTable second(spare);
  CHECK(second.entries().empty());
  CHECK(second.find(make_term(TermKind::tag, "7")) == nullptr);
  second.add_offset(second.insert(make_term(TermKind::tag, "x")), 9);
  CHECK(second.entries().data() == memory);
  CHECK(second.entries().size() == 1);
  CHECK(second.find(make_term(TermKind::tag, "x"))->offsets.back() == 9);
  const TermTable third(spare);  // while the second one lives, it has its own
  CHECK(third.entries().data() != memory);
}

TEST_CASE("term table: terms of one hash are told apart by kind and text") {
  TermTable table;
  const Term terms[] = {{TermKind::stream, "a", 7},
                        {TermKind::stream, "b", 7},
                        {TermKind::tag, "a", 7},
                        {TermKind::tag, "a", 7 + (std::uint64_t{1} << 32)}};
  std::uint32_t offset = 0;
  for (const Term& term : terms) table.add_offset(table.insert(term), ++offset);
  offset = 0;
  for (const Term& term : terms) CHECK(table.find(term)->offsets.back() == ++offset);
  CHECK(table.find({TermKind::stream, "c", 7}) == nullptr);
}
