// Kill -9 of the command itself, at random moments: while it makes a log, imports, appends, folds a projection, closes.
// What was promised by then is known outside: by what it had printed, by HEAD, and by what an earlier reader saw.
#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "tests/crash/directory_state.h"
#include "tests/crash/killed_command.h"
#include "tests/support/cli_run.h"
#include "tests/support/test_seed.h"

namespace daybook::test {
namespace {

using Lines = std::vector<std::string>;

std::uint64_t below(std::mt19937_64& random, std::uint64_t end) {
  return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random);
}

const char* any_durability(std::mt19937_64& random) {
  return below(random, 2) == 0 ? "fsync" : "buffered";
}

/// Leaves out of a printed event what differs between two imports of one file.
std::string without_id_and_time(std::string line) {
  for (const std::string_view name : {R"("id":")", R"("time":")"}) {
    const std::size_t begin = line.find(name);
    if (begin != std::string::npos) line.erase(begin, line.find(',', begin) + 1 - begin);
  }
  return line;
}

/// The sequence through which HEAD says that the log was written: what the system was given survives the process. It is
/// in the first 48 bits of the second word (docs/format.md); 0 where there is no HEAD yet.
std::uint64_t promised(const std::string& log) {
  const std::filesystem::path head = std::filesystem::path(log) / "HEAD";
  if (!std::filesystem::exists(head) || std::filesystem::file_size(head) < 16) return 0;
  return load_be64(read_bytes(head).data() + 8) >> 16;
}

/// The log's events. A killed writer may leave no log at all, or a torn group, which a reader names.
Lines events_of(const std::string& log) {
  const CliResult read = run_cli({"read", "--json", "--log", log});
  CAPTURE(read.err);
  REQUIRE((read.exit_code == 0 || read.exit_code == 3));
  if (read.exit_code == 3) REQUIRE((read.out.empty() || read.err.find("corruption in ") != std::string::npos));
  Lines lines = lines_of(read.out);
  std::ranges::transform(lines, lines.begin(), without_id_and_time);
  return lines;
}

/// Order lines as a shop's till writes them, in the columns of examples/retail.
std::string order_lines(std::mt19937_64& random, std::size_t rows) {
  std::string csv = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
  std::uint64_t invoice = 500'000;
  bool cancels = false;
  for (std::size_t row = 0; row < rows; ++row) {
    if (below(random, 6) == 0) {
      ++invoice;
      cancels = below(random, 8) == 0;
    }
    const std::string quantity = (cancels ? "-" : "") + std::to_string(1 + below(random, 40));
    csv += (cancels ? "C" : "") + std::to_string(invoice) + "," + std::to_string(10'000 + below(random, 300)) +
           ",A THING," + quantity + ",2011-03-04 09:12:00," + std::to_string(below(random, 9)) + ".25," +
           std::to_string(12'000 + invoice % 50) + ",France\n";
  }
  return csv;
}

/// An input, and what an import of it gives that nobody disturbs.
class ImportScene {
 public:
  ImportScene(std::mt19937_64& random, std::size_t rows) {
    write_bytes(scratch_ / "orders.csv", order_lines(random, rows));
    took = time_of(import_into("whole", "fsync"));
    expected = events_of(log("whole"));
    REQUIRE(expected.size() > 0);
  }
  [[nodiscard]] std::string log(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] Command import_into(const std::string& name, const char* durability) const {
    const std::string mapping = std::string(DAYBOOK_SOURCE_DIR) + "/examples/retail/online-retail.toml";
    return {.arguments = {"import", scratch_ / "orders.csv", "--mapping", mapping, "--log", log(name), "--durability",
                          durability, "--json"}};
  }
  /// The log is a prefix of the undisturbed one, with what HEAD promises and no less than `seen`, which grows.
  void check_prefix(const std::string& name, std::size_t& seen) const {
    const std::uint64_t head = promised(log(name));
    const Lines events = events_of(log(name));
    REQUIRE(events.size() >= seen);
    REQUIRE(events.size() >= head);
    REQUIRE(events.size() <= expected.size());
    REQUIRE(std::equal(events.begin(), events.end(), expected.begin()));
    seen = events.size();
  }
  /// Nobody kills any more.
  void finish(const std::string& name) const {
    REQUIRE(let_be(import_into(name, "fsync")).trouble() == "");
    REQUIRE(events_of(log(name)) == expected);
    REQUIRE(let_be({.arguments = {"verify", "--log", log(name)}}).trouble() == "");
    const ChildEnd again = let_be(import_into(name, "fsync"));
    REQUIRE(again.said.find(R"("eventsAppended":0,)") != std::string::npos);
    std::filesystem::remove_all(log(name));
  }

  std::chrono::microseconds took{};
  Lines expected;

 private:
  ScratchDirectory scratch_;
};

void kill_imports(std::size_t rows, int kills) {
  std::mt19937_64 random(test_seed());
  const ImportScene scene(random, rows);
  Killer killer(random, scene.took);
  int parts = 0;
  for (int kill = 0; kill < kills;) {
    std::size_t seen = 0;
    for (std::uint64_t left = 1 + below(random, 8); left > 0 && kill < kills; --left, ++kill) {
      CAPTURE(kill);
      killer.run_and_kill(scene.import_into("log", any_durability(random)));
      scene.check_prefix("log", seen);
      parts += seen > 0 && seen < scene.expected.size() ? 1 : 0;
    }
    scene.finish("log");
  }
  MESSAGE(killer.killed() << " of " << kills << " were killed before their end, " << parts << " left a part of the "
                          << scene.expected.size() << " events");
  CHECK(killer.killed() > kills / 4);
}

/// One event a line, which says which it is.
std::string data_of(int run, std::size_t number) {
  return R"({"run":)" + std::to_string(run) + R"(,"line":)" + std::to_string(number) + "}";
}

std::string lines_to_append(int run, std::size_t count) {
  std::string lines;
  for (std::size_t number = 0; number < count; ++number) {
    lines += R"({"stream":"s-)" + std::to_string(number % 7) + R"(","type":"T","data":)" + data_of(run, number) + "}\n";
  }
  return lines;
}

/// The log goes on behind `before` with the lines of one run: with those that it had acknowledged, and at most the one
/// that it was at.
void check_appended(const std::string& log, const Lines& before, const Lines& acknowledged, int run) {
  const Lines events = events_of(log);
  REQUIRE(events.size() >= before.size() + acknowledged.size());
  REQUIRE(events.size() <= before.size() + acknowledged.size() + 1);
  REQUIRE(std::equal(before.begin(), before.end(), events.begin()));
  for (std::size_t at = before.size(); at < events.size(); ++at) {
    CAPTURE(events[at]);
    CHECK(events[at].find(R"("data":)" + data_of(run, at - before.size())) != std::string::npos);
  }
  for (std::size_t at = 0; at < acknowledged.size(); ++at) {
    const std::string sequence = std::to_string(before.size() + at + 1) + ",";
    CHECK(acknowledged[at].starts_with(R"({"firstSequence":)" + sequence));
    CHECK(events[before.size() + at].starts_with(R"({"sequence":)" + sequence));
  }
}

void kill_appends(std::size_t lines_max, int kills) {
  std::mt19937_64 random(test_seed());
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  const Command command{.arguments = {"append", "-", "--log", log}, .input = scratch / "lines"};
  write_bytes(command.input, lines_to_append(-1, lines_max));
  Killer killer(random, time_of(command));
  std::size_t acknowledgements = 0;
  for (int kill = 0; kill < kills; ++kill) {
    CAPTURE(kill);
    if (kill % 5 == 0) std::filesystem::remove_all(log);
    const Lines before = std::filesystem::exists(log) ? events_of(log) : Lines();
    write_bytes(command.input, lines_to_append(kill, lines_max));
    Command once = command;
    once.arguments.insert(once.arguments.end(), {"--durability", any_durability(random)});
    std::string said = killer.run_and_kill(once, lines_max).said;
    said.erase(said.rfind('\n') + 1);
    acknowledgements += lines_of(said).size();
    check_appended(log, before, lines_of(said), kill);
    if (kill % 5 < 4) continue;
    REQUIRE(let_be(command).trouble() == "");
    REQUIRE(let_be({.arguments = {"verify", "--log", log}}).trouble() == "");
  }
  MESSAGE(killer.killed() << " of " << kills << " were killed before their end, with " << acknowledgements
                          << " commits acknowledged");
  CHECK(killer.killed() > kills / 4);
}

/// A shop's log that grows, and its two projections.
class ProjectionScene {
 public:
  /// Three of the runner's batches.
  ProjectionScene() { grow(20'000); }
  void grow(int orders) {
    REQUIRE(run_cli({"generate", "retail", "--orders", std::to_string(orders), "--seed", std::to_string(++seed_),
                     "--durability", "buffered", "--log", log()})
                .exit_code == 0);
  }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }
  [[nodiscard]] std::filesystem::path folder(const std::string& name) const {
    return std::filesystem::path(log()) / "projections" / name;
  }
  [[nodiscard]] Command run(const std::string& name) const {
    return {.arguments = {"projection", "run", name, "--log", log()}};
  }
  [[nodiscard]] std::uint64_t head() const { return events_of(log()).size(); }
  /// Where it stands; 0 where it never ran.
  [[nodiscard]] std::uint64_t checkpoint(const std::string& name) const {
    const CliResult listed = run_cli({"projection", "list", "--json", "--log", log()});
    REQUIRE(listed.exit_code == 0);
    const std::string entry = R"({"name":")" + name + R"(","sequence":)";
    const std::size_t at = listed.out.find(entry);
    return at == std::string::npos ? 0 : std::stoull(listed.out.substr(at + entry.size()));
  }
  /// What it says is what a replay from the first event to its checkpoint says.
  void check_state(const std::string& name, std::uint64_t through) const {
    std::vector<std::string> query{"projection", "query", name, "--json", "--log", log()};
    std::vector<std::string> replay{"replay", name,    "--show", "state", "--through", std::to_string(through),
                                    "--json", "--log", log()};
    if (name == "analytics") {
      for (auto* arguments : {&query, &replay}) arguments->insert(arguments->end(), {"--dimension", "sku"});
    }
    const CliResult state = run_cli(query);
    const CliResult fold = run_cli(replay);
    REQUIRE_MESSAGE(fold.exit_code == 0, fold.err);
    REQUIRE_MESSAGE(state.exit_code == 0, state.err);
    REQUIRE(state.out == fold.out);
  }

 private:
  ScratchDirectory scratch_;
  int seed_ = 0;
};

}  // namespace

TEST_CASE("command kill: an import that is killed and run again leaves the log of one that was let be") {
  kill_imports(6'000, kills_of_run(30));
}

TEST_CASE("command kill: an import of three rows is killed while it makes its log, or closes it, and loses nothing") {
  kill_imports(3, kills_of_run(30));
}

TEST_CASE("command kill: what append had printed is in the log, and at most the line that it was at") {
  kill_appends(40, kills_of_run(30));
}

TEST_CASE("command kill: an append of one line is killed while it makes its log, or closes it, and loses nothing") {
  kill_appends(1, kills_of_run(30));
}

TEST_CASE("command kill: a projection that is killed and run again is the replay through its checkpoint") {
  const int kills = kills_of_run(12);
  std::mt19937_64 random(test_seed());
  ProjectionScene scene;
  const std::uint64_t first_head = scene.head();
  int killed = 0;
  int parts = 0;
  for (const std::string name : {"analytics", "inventory"}) {
    Killer killer(random, time_of(scene.run(name)));
    for (int kill = 0; kill < kills / 2; ++kill) {
      CAPTURE(name);
      CAPTURE(kill);
      if (below(random, 4) > 0) std::filesystem::remove_all(scene.folder(name));
      scene.grow(20);
      const std::uint64_t before = scene.checkpoint(name);
      killer.run_and_kill(scene.run(name));
      const std::uint64_t after = scene.checkpoint(name);
      REQUIRE(after >= before);
      parts += after > 0 && after < first_head ? 1 : 0;
      if (after > 0) scene.check_state(name, after);
    }
    REQUIRE(let_be(scene.run(name)).trouble() == "");
    scene.check_state(name, scene.head());
    killed += killer.killed();
  }
  MESSAGE(killed << " of " << kills << " were killed before their end, " << parts << " between two batches");
  CHECK(killed > kills / 4);
}

}  // namespace daybook::test
