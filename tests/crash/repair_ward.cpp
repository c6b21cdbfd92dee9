// Every log is opened in a child: RocksDB's threads do not survive a fork, and some of these logs are meant to be
// opened by a process that dies.
#include "tests/crash/repair_ward.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/live_tables.h"
#include "tests/crash/workload.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

Said said_in(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  REQUIRE(lines.size() == 5);
  return {.error = lines[0],
          .loss = lines[1],
          .keeps_most = std::stoull(lines[2]),
          .damage = std::stoul(lines[3]),
          .steps = std::stoul(lines[4])};
}

}  // namespace

void flip(std::string& bytes, std::size_t at) {
  REQUIRE(at < bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
}

std::vector<std::string> tables_of(const Contents& contents, bool postings) {
  return live_tables(contents, postings ? "postings" : "events");
}

std::string name_of(const Contents& contents, const std::string& part) {
  std::string found;
  for (const auto& [name, bytes] : contents) {
    if (name.find(part) != std::string::npos && !bytes.empty()) found = name;
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

Said repair(const std::filesystem::path& directory, const RepairOptions& options) {
  const ChildEnd ended = in_child([&](const Pipe& pipe) {
    const auto opened = Repair::open(directory, options);
    if (!opened) return pipe.say(to_string(opened.error()) + "\n\n0\n0\n0\n");
    const RepairPlan& plan = (*opened)->plan();
    std::string error;
    if (!options.dry_run && !plan.keeps_most) {
      if (const auto done = (*opened)->execute(); !done) error = to_string(done.error());
    }
    pipe.say(error + "\n" + plan.loss + "\n" + std::to_string(plan.keeps_most ? plan.keeps_most->value() : UINT64_MAX) +
             "\n" + std::to_string(plan.damage.size()) + "\n" + std::to_string(plan.steps.size()) + "\n");
  });
  CAPTURE(ended.trouble());
  REQUIRE(ended.exit_code == 0);
  return said_in(ended.said);
}

std::string look(const std::filesystem::path& directory, std::vector<std::string>& lines) {
  const ChildEnd ended = in_child([&](const Pipe& pipe) {
    auto log = Log::open(directory, {.mode = Mode::read_only});
    if (!log) return pipe.say("open: " + to_string(log.error()) + "\n");
    const auto report = (*log)->verify();
    if (!report) return pipe.say("verify: " + to_string(report.error()) + "\n");
    if (!report->clean()) return pipe.say(report->damage.front().message + "\n");
    pipe.say("clean\n");
    auto cursor = (*log)->read();
    while (const auto batch = *cursor->next()) {
      for (const EventView event : *batch) pipe.say(line_of(event) + "\n");
    }
  });
  CAPTURE(ended.trouble());
  REQUIRE(ended.exit_code == 0);
  std::string verdict;
  for (std::size_t at = 0; at < ended.said.size();) {
    const std::size_t end = ended.said.find('\n', at);
    if (at == 0) {
      verdict = ended.said.substr(0, end);
    } else {
      lines.push_back(ended.said.substr(at, end - at));
    }
    at = end + 1;
  }
  return verdict;
}

void check_mended(const std::filesystem::path& directory, const std::vector<std::string>& truth, std::size_t kept) {
  std::vector<std::string> lines;
  CHECK(look(directory, lines) == "clean");
  CHECK(lines == std::vector<std::string>(truth.begin(), truth.begin() + static_cast<std::ptrdiff_t>(kept)));
  const Said again = repair(directory, {.dry_run = true});
  CHECK(again.error == "");
  CHECK(again.damage == 0);
  CHECK(again.steps == 0);
  const ChildEnd ended = in_child([&](const Pipe&) {
    auto log = Log::open(directory);
    if (!log) return end_on_trouble(to_string(log.error()));
    const auto appended = (*log)->append({.events = {{.stream = "after-all", .type = "T", .data = "{}"}}});
    if (!appended) return end_on_trouble(to_string(appended.error()));
    if (appended->first != Sequence(kept + 1)) end_on_trouble("not the next sequence");
    if (const auto report = (*log)->verify(); !report || !report->clean()) end_on_trouble("verify after an append");
  });
  CHECK(ended.trouble() == "");
}

Contents without_lock(Contents contents) {
  contents.erase("LOCK");
  return contents;
}

const DamageSubject& subject(Ending ending) {
  static const DamageSubject closed = make_damage_subject(Durability::fsync, Ending::closed);
  static const DamageSubject killed = make_damage_subject(Durability::fsync, Ending::killed);
  return ending == Ending::closed ? closed : killed;
}

Ward::Ward(Ending ending, const Harm& harm) : truth_(subject(ending).lines), contents_(subject(ending).contents) {
  harm(contents_);
  put_contents(path(), contents_);
}

Said Ward::examine() {
  std::vector<std::string> ignored;
  CHECK(look(path(), ignored) != "clean");
  const std::string before = fingerprint_of(path());
  const Said said = repair(path(), {.dry_run = true});
  CHECK(fingerprint_of(path()) == before);
  CHECK(said.error == "");
  CHECK(said.damage > 0);
  return said;
}

void Ward::check_whole() {
  const Said said = examine();
  CHECK(said.loss == "");
  CHECK(said.steps > 0);
  const Said done = repair(path(), {});
  CHECK(done.error == "");
  check_mended(path(), truth_, truth_.size());
}

std::size_t Ward::check_loss() {
  const Said said = examine();
  CHECK(said.loss != "");
  CHECK(said.steps == 0);
  REQUIRE(said.keeps_most < truth_.size());
  CHECK(repair(path(), {}).error == "");
  CHECK(differences(without_lock(contents_), without_lock(contents_of(path()))).empty());
  const Said too_much = repair(path(), {.truncate_after = Sequence(said.keeps_most + 1)});
  CHECK(too_much.error.find("at most") != std::string::npos);
  CHECK(repair(path(), {.truncate_after = Sequence(said.keeps_most)}).error == "");
  check_kept();
  check_mended(path(), truth_, said.keeps_most);
  return said.keeps_most;
}

void Ward::check_kept() const {
  const Contents now = contents_of(path());
  for (const auto& [name, bytes] : contents_) {
    if (!name.ends_with(".sst") && !name.ends_with(".log")) continue;
    const bool there = std::ranges::any_of(now, [&](const auto& file) {
      return file.second == bytes || (file.first.starts_with("lost/") && bytes.ends_with(file.second));
    });
    const std::string& missing = name;
    CAPTURE(missing);
    CHECK(there);
  }
}

}  // namespace daybook::test
