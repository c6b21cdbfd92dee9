// `export`: the log as JSON lines, a commit a line, for `import`.
//
// Without --skip-damaged it reads as every reader does, and stops at damage. With it the files are walked one by one,
// and each stretch of events that none of them holds is a line too: so what is missing is in the export, not only on a
// screen that nobody kept.
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include <CLI/CLI.hpp>

#include "daybook/log.h"
#include "log/salvage_walk.h"

#include "cli/command.h"
#include "cli/commit_line.h"
#include "cli/flags.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"

namespace daybook::cli {
namespace {

void show(ProgressBar& bar, Sequence done, Sequence head) {
  bar.update({.done = done.value(), .total = head.value(), .items = done.value()});
}

int export_whole(const Context& context) {
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  Result<Cursor> cursor = (*log)->read();
  if (!cursor) return report(cursor.error());
  Output output;
  CommitLines lines(output);
  ProgressBar bar("export", "events", output);
  while (output.ok() && !interrupted()) {
    Result<std::optional<Batch>> batch = cursor->next();
    if (!batch) {
      output.flush();
      bar.clear();
      return output.finish(report(batch.error()));
    }
    if (!*batch) {
      output.flush();
      bar.clear();
      return finish_reading(**log, output, kExitOk);
    }
    const Block& block = *(*batch)->block();
    lines.write(block);
    show(bar, block.last_sequence(), (*log)->head());
  }
  bar.clear();
  return output.finish(kExitInterrupted);
}

void write_gap(Output& output, const Gap& gap) {
  std::string& out = output.buffer();
  out += "{\"gap\":{\"from\":" + std::to_string(gap.from.value()) +
         ",\"through\":" + std::to_string(gap.through.value()) + ",\"reason\":";
  append_json_string(out, gap.reason);
  out += "}}\n";
  output.line_done();
}

/// Says what was lost, and gives the exit code. Where nothing was, the log may still be one that nobody can open.
int conclude(const Context& context, const SalvageWalk& salvage, std::uint64_t events_lost) {
  for (const Damage& damage : salvage.findings()) {
    note("corruption" + (damage.file.empty() ? std::string() : " in " + damage.file) + ": " + damage.message);
  }
  if (events_lost > 0) {
    note("corruption: " + std::to_string(events_lost) + (events_lost == 1 ? " event" : " events") +
         " could not be read; the lines that begin with {\"gap\" name them");
  }
  if (events_lost > 0 || !salvage.findings().empty()) return kExitEnvironment;
  const Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  const std::optional<Error> damage = (*log)->damage();
  return damage ? report(*damage) : kExitOk;
}

int export_readable(const Context& given) {
  const Result<Context> context = with_directory(given, "export --skip-damaged");
  if (!context) return report(context.error());
  auto salvage = SalvageWalk::open(std::filesystem::path(context->log_directory));
  if (!salvage) {
    const int exit_code = report(salvage.error());
    return salvage.error().code == Code::not_found ? kExitEnvironment : exit_code;
  }
  const Sequence head = (*salvage)->head() ? (*salvage)->head()->durable : Sequence(0);
  Output output;
  CommitLines lines(output);
  ProgressBar bar("export", "events", output);
  std::uint64_t events_lost = 0;
  while (output.ok() && !interrupted()) {
    const auto step = (*salvage)->next();
    if (!step) {
      output.flush();
      bar.clear();
      return output.finish(report(step.error()));
    }
    if (std::holds_alternative<SalvageWalk::End>(*step)) {
      output.flush();
      bar.clear();
      return output.finish(conclude(*context, **salvage, events_lost));
    }
    if (const Gap* gap = std::get_if<Gap>(&*step)) {
      write_gap(output, *gap);
      events_lost += gap->through.value() - gap->from.value() + 1;
    } else {
      const Block& block = *std::get<std::shared_ptr<const Block>>(*step);
      lines.write(block);
      show(bar, block.last_sequence(), head);
    }
  }
  bar.clear();
  return output.finish(kExitInterrupted);
}

}  // namespace

void add_export(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "export",
      "Print the log as JSON lines, a commit a line, for import\n\n"
      "A line is {\"key\":UUID,\"events\":[EVENT,...]}, an EVENT what `read --json` prints. What is imported from it "
      "is the same log but for the recorded time and the log's id. Damage ends it with exit 3; with --skip-damaged it "
      "goes on behind, and {\"gap\":{\"from\":N,\"through\":N,\"reason\":TEXT}} stands for what no file holds.");
  const auto skip_damaged = std::make_shared<bool>(false);
  command->add_flag("--skip-damaged", *skip_damaged,
                    "Go on behind damage: what cannot be read becomes a line {\"gap\":...}, exit 3; with --log");
  add_examples(*command, {
                             "export --log orders > orders.jsonl",
                             "export --log orders | daybook import - --log copy",
                             "export --log damaged --skip-damaged | zstd > rest.jsonl.zst",
                         });
  command->callback([skip_damaged, &context] {
    context.exit_code = *skip_damaged ? export_readable(context) : export_whole(context);
  });
}

}  // namespace daybook::cli
