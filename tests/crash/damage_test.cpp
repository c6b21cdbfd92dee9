// Any damage to any one file is refused and named, or it does not show. By default a seeded sample of all harms,
// another one each time; DAYBOOK_SEED repeats one, DAYBOOK_HARMS sets its size, and DAYBOOK_HARMS=all is the whole
// sweep (scripts/damage-sweep.sh), on a smaller log.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/crash/sweep.h"
#include "tests/crash/workload.h"

namespace daybook::test {
namespace {

constexpr std::uint64_t kSample = 150;
constexpr std::uint32_t kCommits = 30;
constexpr std::uint32_t kCommitsOfAll = 4;

std::string_view environment(const char* variable) {
  const char* const given = std::getenv(variable);
  return given == nullptr ? std::string_view() : std::string_view(given);
}

bool asked_for_all() {
  return environment("DAYBOOK_HARMS") == "all";
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const std::string given(environment(variable));
  return given.empty() ? otherwise : std::strtoull(given.c_str(), nullptr, 10);
}

std::vector<std::uint64_t> chosen(const Harms& harms) {
  std::vector<std::uint64_t> numbers{0};  // without harm everything must be well
  if (asked_for_all()) {
    while (numbers.size() < harms.size()) numbers.push_back(numbers.size());
    return numbers;
  }
  const std::uint64_t now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  const std::uint64_t seed = number_from("DAYBOOK_SEED", now);
  const std::uint64_t count = number_from("DAYBOOK_HARMS", kSample);
  MESSAGE("DAYBOOK_SEED=" << seed << " DAYBOOK_HARMS=" << count);
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(mixed(mixed(seed) + i) % harms.size());
  return numbers;
}

/// Of the harms that hit a whole file there are few, so a sample would seldom meet one: all of them.
void add_whole_files(const Harms& harms, std::vector<std::uint64_t>& numbers) {
  for (std::uint64_t number = 1; number < harms.size(); ++number) {
    const FileHarm::Kind kind = harms.at(number).kind;
    if (kind != FileHarm::Kind::flip && kind != FileHarm::Kind::cut) numbers.push_back(number);
  }
}

void show(std::uint64_t done, std::uint64_t total) {
  if (asked_for_all())
    std::fprintf(stderr, "\r%llu of %llu harms", static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(total));
}

/// The top bit of each byte near the end of a table file. RocksDB looks at one of them before any checksum.
void add_table_end(const DamageSubject& subject, const Harms& harms, std::vector<std::uint64_t>& numbers) {
  constexpr std::uint64_t kEndBits = std::uint64_t{256} * 8;
  std::string file;
  for (std::uint64_t number = 1; number < harms.size(); ++number) {
    const FileHarm harm = harms.at(number);
    if (harm.kind != FileHarm::Kind::flip || !harm.file.ends_with(".sst") || harm.place % 8 != 7) continue;
    if (file.empty()) file = harm.file;
    if (harm.file == file && harm.place + kEndBits > subject.contents.at(file).size() * 8) numbers.push_back(number);
  }
  CHECK(numbers.size() > kEndBits / 8);
}

void harm(Durability durability, Ending ending) {
  const DamageSubject subject = make_damage_subject(durability, ending, asked_for_all() ? kCommitsOfAll : kCommits);
  const Harms harms(subject);
  std::vector<std::uint64_t> numbers = chosen(harms);
  if (!asked_for_all()) {
    add_whole_files(harms, numbers);
    if (ending == Ending::closed) add_table_end(subject, harms, numbers);
  }
  const SweepReport report = sweep(subject, harms, numbers, [&](std::uint64_t done) { show(done, numbers.size()); });
  for (const auto& [what, count] : report.tally) MESSAGE(what << ": " << count);
  for (const std::string& wrong : report.wrong) FAIL_CHECK(wrong);
  for (const char* who : {"reader", "writer"}) {
    CHECK(report.tally.contains(std::string("unharmed, ") + who + ": reads the same"));
  }
}

}  // namespace

TEST_CASE("damage: any harm to one file of a closed log is named, or does not show") {
  harm(Durability::fsync, Ending::closed);
}

TEST_CASE("damage: any harm to one file of a log whose writer was killed is named, or does not show") {
  harm(Durability::fsync, Ending::killed);
}

TEST_CASE("damage: any harm to one file of a log whose buffered writer was killed is named, or does not show") {
  harm(Durability::buffered, Ending::killed);
}

}  // namespace daybook::test
