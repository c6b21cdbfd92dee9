// `import FILE [--mapping FILE.toml]`. The mapping and the input's columns, or without one the first line, are checked
// before the log is opened, so that a mistake there leaves not even an empty log behind.
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/import/commit_source.h"
#include "cli/import/event_source.h"
#include "cli/import/importer.h"
#include "cli/import/mapping.h"
#include "cli/interrupt.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/table.h"
#include "daybook/clock.h"

namespace daybook::cli {
namespace {

struct ImportFlags {
  std::string file;
  std::optional<std::string> mapping;
  bool skip_bad = false;
  std::optional<Durability> durability;
};

std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", seconds);
  return text.data();
}

/// `1 row`, `2 rows`.
std::string count_of(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string json_of(const ImportSummary& summary, double seconds) {
  std::string out = "{\"rows\":" + std::to_string(summary.rows);
  out += ",\"eventsAppended\":" + std::to_string(summary.events.appended);
  out += ",\"eventsRepeated\":" + std::to_string(summary.events.repeated);
  out += ",\"rowsSkipped\":" + std::to_string(summary.rows_skipped);
  out += ",\"rowsBad\":" + std::to_string(summary.rows_bad);
  out += ",\"seconds\":" + seconds_text(seconds) + ",\"eventsByType\":{";
  bool is_first = true;
  for (const auto& [type, count] : summary.events.by_type) {
    if (!std::exchange(is_first, false)) out += ',';
    append_json_string(out, type);
    out += ":" + std::to_string(count);
  }
  out += "},\"badRows\":[";
  is_first = true;
  for (const BadRow& bad : summary.bad_rows) {
    if (!std::exchange(is_first, false)) out += ',';
    out += "{\"row\":" + std::to_string(bad.row) + ",\"line\":" + std::to_string(bad.line);
    out += ",\"column\":" + std::to_string(bad.column) + ",\"reason\":";
    append_json_string(out, bad.reason);
    out += '}';
  }
  return out + "]}\n";
}

std::string text_of(const ImportSummary& summary, double seconds) {
  std::string out = count_of(summary.rows, "row") + ", " + count_of(summary.events.appended, "event") + " appended, " +
                    count_of(summary.events.repeated, "event") + " already there, " +
                    count_of(summary.rows_skipped, "row") + " skipped, " + count_of(summary.rows_bad, "bad row") +
                    ", " + seconds_text(seconds) + " s\n";
  return out;
}

void print_types(Output& output, const ImportSummary& summary) {
  Table table({{"type"}, {"events", Align::right}});
  table.header_on_terminal_only();
  for (const auto& [type, count] : summary.events.by_type) {
    table.add_row({type.empty() ? "(other types)" : type, std::to_string(count)});
  }
  table.print(output);
}

/// Says on stderr why the import ended early, and gives the exit code.
int conclude(const ImportSummary& summary) {
  if (summary.rows_bad > summary.bad_rows.size()) {
    note("... and " + count_of(summary.rows_bad - summary.bad_rows.size(), "bad row") + " more");
  }
  switch (summary.end) {
    case ImportEnd::complete:
      return kExitOk;
    case ImportEnd::bad_row:
      note("the import stopped there: mend the row and run it again, or give --skip-bad");
      return kExitFailure;
    case ImportEnd::interrupted:
      note("interrupted: run the same command again to go on");
      return kExitInterrupted;
    case ImportEnd::failed:
      return report(*summary.error, Source::input);
  }
  return kExitFailure;
}

int print_summary(const Context& context, const ImportSummary& summary, std::chrono::steady_clock::time_point start,
                  const Result<void>& closed) {
  const double seconds = std::chrono::duration<double>(Clock::system().steady_now() - start).count();
  Output out;
  out.write(context.json ? json_of(summary, seconds) : text_of(summary, seconds));
  if (!context.json) print_types(out, summary);
  out.flush();
  const int exit_code = conclude(summary);
  return out.finish(closed ? exit_code : report(closed.error()));
}

int import_from(const Context& context, const ImportFlags& flags, ImportSource& source) {
  const auto start = Clock::system().steady_now();
  const auto first = source.peek();
  if (!first) return interrupted() ? kExitInterrupted : report(first.error(), Source::input);
  if (const BadRow* bad = std::get_if<BadRow>(*first); bad != nullptr && source.bad_rows() == BadRows::stop) {
    note(text_of(source.file().name(), *bad));
    ImportSummary refused;
    refused.end = ImportEnd::bad_row;
    refused.rows = source.rows();
    refused.rows_bad = 1;
    refused.bad_rows = {*bad};
    return print_summary(context, refused, start, {});
  }
  auto log = open_for_writing(context, flags.durability);
  if (!log) return report(log.error());

  ProgressBar bar("import", "rows");
  const ImportListener listener{
      .bad_row =
          [&](const BadRow& bad) {
            bar.clear();
            note(text_of(source.file().name(), bad));
          },
      .progress =
          [&bar](const ImportSource& from) {
            bar.update({from.file().bytes_read(), from.file().bytes_total().value_or(0), from.rows()});
          }};
  const ImportSummary summary =
      import_events(source, **log, listener, interrupted, context.server.empty() ? kDiskPatience : kServerPatience);
  const auto closed = (*log)->close();
  bar.clear();
  return print_summary(context, summary, start, closed);
}

int import_rows(const Context& context, const ImportFlags& flags, BadRows bad_rows) {
  auto mapping = Mapping::load(*flags.mapping);
  if (!mapping) return report(mapping.error());
  auto source = EventSource::open(flags.file, *mapping, bad_rows, interrupted);
  if (!source && interrupted()) return kExitInterrupted;
  if (!source) return report(source.error());
  return import_from(context, flags, **source);
}

int import_commits(const Context& context, const ImportFlags& flags, BadRows bad_rows) {
  auto source = CommitSource::open(flags.file, bad_rows, interrupted);
  if (!source && interrupted()) return kExitInterrupted;
  if (!source) return report(source.error(), Source::input);
  return import_from(context, flags, **source);
}

}  // namespace

void add_import(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "import",
      "Import an export, or rows of CSV or JSON lines as events; safe to run again\n\n"
      "Without a mapping the lines are those of `export` or of `read --json`. A mapping says which rows become which "
      "events (docs/mapping.md). An import can be killed at any moment and run again, or run twice: the log holds each "
      "event once. Without --skip-bad the first bad row stops it, exit 1; what was before it stays.");
  auto flags = std::make_shared<ImportFlags>();
  command->add_option("FILE", flags->file, "The input; `-` is standard input; gzip and zstd are unpacked")
      ->required()
      ->type_name("FILE");
  add_text(*command, "--mapping", flags->mapping,
           "How rows become events; an error in it is exit 2 with line and column", "FILE.toml");
  command->add_flag("--skip-bad", flags->skip_bad, "List bad rows and go on, instead of stopping at the first");
  add_durability(*command, flags->durability);
  add_examples(*command, {
                             "export --log shop | daybook import - --log copy",
                             "import orders.csv.gz --mapping examples/retail/online-retail.toml --log shop",
                             "import - --mapping orders.toml --skip-bad --log shop < orders.jsonl",
                         });
  command->callback([flags, &context] {
    const BadRows bad_rows = flags->skip_bad ? BadRows::skip : BadRows::stop;
    context.exit_code =
        flags->mapping ? import_rows(context, *flags, bad_rows) : import_commits(context, *flags, bad_rows);
  });
}

}  // namespace daybook::cli
