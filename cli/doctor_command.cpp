// `doctor`: one page on how a log is, and what a person should do about it. It only reads, beside the writer too, and
// describes a log that cannot be opened as far as it can be.
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daybook/health.h"

#include "cli/command.h"
#include "cli/fact_list.h"
#include "cli/flags.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/projection/actions.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

/// RocksDB's own bounds: beyond the first it slows writers down, beyond the second it stops them.
constexpr std::uint64_t kSlowedFiles = 20;
constexpr std::uint64_t kStoppedFiles = 36;

/// Everything that the page shows.
struct Findings {
  Health health;
  std::vector<Standing> projections;
  std::string stalls = "none";
  std::vector<std::string> to_do;
};

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string stalls_of(const Health& health) {
  std::string stalls = "none";
  for (const StorageLevel& level : health.levels) {
    if (level.level != 0 || level.files < kSlowedFiles) continue;
    if (level.files >= kStoppedFiles) return "stopped";
    stalls = "slowed";
  }
  return stalls;
}

void find_to_do(Findings& found) {
  const Health& health = found.health;
  auto& to_do = found.to_do;
  const Options defaults;
  if (health.trouble) to_do.push_back(health.trouble->message + "; see: daybook repair --dry-run");
  if (!health.trouble && !health.indexed_through) {
    to_do.emplace_back("the postings do not fit the events; the next writer writes them anew, or: daybook repair");
  }
  if (!health.lost.empty()) {
    to_do.emplace_back(
        "lost/ holds what recovery or repair took out of this log; look at it, then keep it elsewhere or remove it");
  }
  if (health.disk_free_bytes < defaults.disk_free_bytes_min) {
    to_do.push_back("make room: below " + number(defaults.disk_free_bytes_min) + " free bytes appends are refused");
  }
  if (found.stalls != "none") {
    to_do.push_back("writers are " + found.stalls + ": compaction does not keep up; is the disk slow or full?");
  }
  for (const Standing& projection : found.projections) {
    if (!projection.error) continue;
    to_do.push_back("projection " + projection.name + ": " + *projection.error + "; then: daybook projection run " +
                    projection.name);
  }
}

Result<Findings> examine_all(const Context& context) {
  auto health = examine(context.log_directory);
  if (!health) return std::unexpected(std::move(health.error()));
  Findings found{.health = std::move(*health), .projections = {}, .to_do = {}};
  if (const auto log = open_for_reading(context)) {
    // What damage to the log hides of a projection's place is told by the damage.
    if (auto standings = all_standings(context, **log)) found.projections = std::move(*standings);
  }
  found.stalls = stalls_of(found.health);
  find_to_do(found);
  return found;
}

std::string durability_text(Durability durability) {
  return durability == Durability::fsync ? "fsync" : "buffered";
}

std::string head_text(const HeadWords& words) {
  return "durable " + number(words.durable.value()) + ", written " + number(words.written.value()) + ", " +
         durability_text(words.durability) + ", " + (words.closed ? "closed" : "not closed") + ", WAL " +
         number(words.wal_number);
}

std::string lag_text(const Standing& projection) {
  if (!projection.ran) return "never ran";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%llu events, %.3f s behind", static_cast<unsigned long long>(projection.lag),
                projection.lag_seconds);
  return "through " + number(projection.sequence.value()) + ", " + text.data();
}

void print_page(Output& output, const Findings& found) {
  const Health& health = found.health;
  FactList facts;
  facts.add("format", health.format_version == 0 ? "damaged" : number(health.format_version));
  facts.add("log id", health.log_id ? health.log_id->text() : "unknown");
  facts.add("head", health.trouble && health.head == Sequence(0) ? "unknown" : number(health.head.value()));
  facts.add("HEAD", health.head_words ? head_text(*health.head_words) : "missing or damaged");
  if (health.head_words) facts.add("recovered", std::string(to_string(health.head_words->recovered)));
  for (const LostBytes& lost : health.lost) facts.add("lost", lost.name + ", " + number(lost.bytes) + " bytes");
  facts.add("writer", health.holder.value_or("none"));
  facts.add("index", health.indexed_through
                         ? number(health.head.value() - health.indexed_through->value()) + " events behind"
                         : "does not fit");
  for (const Standing& projection : found.projections) {
    facts.add("projection", projection.name + ": " + projection.error.value_or(lag_text(projection)));
  }
  facts.add("disk free", number(health.disk_free_bytes) + " bytes");
  for (const StorageLevel& level : health.levels) {
    facts.add("storage", level.family + " level " + number(static_cast<std::uint64_t>(level.level)) + ": " +
                             number(level.files) + " files, " + number(level.bytes) + " bytes");
  }
  facts.add("stalls", found.stalls);
  facts.print(output);
  const Style& style = output.style();
  for (const std::string& one : found.to_do) output.write(style.red("to do") + "  " + visible(one) + "\n");
  if (found.to_do.empty()) output.write(style.green("well") + ": nothing to do\n");
}

/// Builds one JSON object, member by member.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  JsonObject& name(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
    return *this;
  }
  void add(std::string_view member, std::uint64_t value) { name(member).out_ += number(value); }
  void add(std::string_view member, std::string_view value) { append_json_string(name(member).out_, value); }
  void add_flag(std::string_view member, bool value) { name(member).out_ += value ? "true" : "false"; }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
};

template <class Items, class Append>
void append_array(std::string& out, const Items& items, Append append) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

void append_head_words(std::string& out, const HeadWords& words) {
  JsonObject head(out);
  head.add("durable", words.durable.value());
  head.add("written", words.written.value());
  head.add("durability", durability_text(words.durability));
  head.add_flag("closed", words.closed);
  head.add("wal", words.wal_number);
  head.end();
}

void append_json(std::string& out, const Findings& found) {
  const Health& health = found.health;
  JsonObject page(out);
  page.add_flag("well", found.to_do.empty());
  page.add("formatVersion", health.format_version);
  if (health.log_id) page.add("logId", health.log_id->text());
  page.add("head", health.head.value());
  if (health.head_words) {
    append_head_words((page.name("headWords"), out), *health.head_words);
    page.add("recovered", to_string(health.head_words->recovered));
  }
  page.name("lost");
  append_array(out, health.lost, [&](const LostBytes& lost) {
    JsonObject one(out);
    one.add("name", lost.name);
    one.add("bytes", lost.bytes);
    one.end();
  });
  if (health.holder) page.add("writer", *health.holder);
  if (health.indexed_through) page.add("indexLag", health.head.value() - health.indexed_through->value());
  page.name("projections");
  append_array(out, found.projections, [&](const Standing& one) { append_standing_json(out, one); });
  page.add("diskFreeBytes", health.disk_free_bytes);
  page.name("storage");
  append_array(out, health.levels, [&](const StorageLevel& level) {
    JsonObject one(out);
    one.add("family", level.family);
    one.add("level", static_cast<std::uint64_t>(level.level));
    one.add("files", level.files);
    one.add("bytes", level.bytes);
    one.end();
  });
  page.add("stalls", found.stalls);
  page.name("toDo");
  append_array(out, found.to_do, [&](const std::string& one) { append_json_string(out, one); });
  page.end();
  out += '\n';
}

int run(const Context& given) {
  const Result<Context> context = with_directory(given, "doctor");
  if (!context) return report(context.error());
  auto found = examine_all(*context);
  if (!found) {
    if (found.error().code == Code::not_found) found.error().code = Code::io;
    return report(found.error());
  }
  Output output;
  if (context->json) {
    append_json(output.buffer(), *found);
  } else {
    print_page(output, *found);
  }
  return output.finish(found->to_do.empty() ? kExitOk : kExitFailure);
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("doctor",
                                         "How the log is, and what should be done about it\n\n"
                                         "One page: format, head, what was cut off, who writes, how far the index and "
                                         "the projections are, free space, storage. Exit 1 when a person should act, "
                                         "with a line for each thing to do.");
  add_examples(*command, {"doctor --log orders", "doctor --log orders --json"});
  command->callback([&context] { context.exit_code = run(context); });
}

}  // namespace daybook::cli
