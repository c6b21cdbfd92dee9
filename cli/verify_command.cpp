// `verify`: reads everything and says what is wrong, where. A damaged log is exit 3, whatever else could be read.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/damage_lines.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/projection/actions.h"

namespace daybook::cli {
namespace {

void print_summary(Output& output, const VerifyReport& found, VerifyScope scope, bool json) {
  const Style& style = output.style();
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  if (json) {
    output.write(std::string("{\"clean\":") + (found.clean() ? "true" : "false") +
                 ",\"blocks\":" + number(found.blocks) + ",\"commits\":" + number(found.commits) +
                 ",\"events\":" + number(found.events) + ",\"postings\":" + number(found.postings) +
                 ",\"damage\":" + number(found.damage.size()) + "}\n");
    return;
  }
  output.write((found.clean() ? style.green("clean") : style.red("damaged")) + ": " + number(found.events) +
               " events in " + number(found.commits) + " commits and " + number(found.blocks) + " blocks, " +
               (scope == VerifyScope::quick ? "postings not read\n" : number(found.postings) + " postings\n"));
}

/// A state whose checkpoint this log's history does not hold, or that cannot be read.
Result<void> check_projections(const Context& context, Log& log, VerifyReport& found) {
  const auto standings = all_standings(context, log);
  if (!standings) {
    // What damage to the log hides of a projection's place was found already.
    if (standings.error().code == Code::corruption && !found.clean()) return {};
    return std::unexpected(standings.error());
  }
  for (const Standing& standing : *standings) {
    if (!standing.damaged) continue;
    found.damage.push_back(
        {standing.sequence, "projections/" + standing.name, *standing.error, DamagedPart::projection});
  }
  return {};
}

Result<VerifyReport> check(const Context& context, VerifyScope scope) {
  const Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log && log.error().code != Code::corruption) return std::unexpected(log.error());
  if (!log) {
    // Too damaged to be opened: that is the one finding.
    VerifyReport found;
    found.damage.push_back({Sequence(0), "", log.error().message, DamagedPart::events});
    return found;
  }
  ProgressBar bar("verify", "events");
  auto found = (*log)->verify(
      [&bar](std::uint64_t done, std::uint64_t total) {
        bar.update({.done = done, .total = total, .items = done});
        return !interrupted();
      },
      scope);
  bar.clear();
  if (!found || scope == VerifyScope::quick) return found;
  if (auto checked = check_projections(context, **log, *found); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return found;
}

int run(const Context& given, VerifyScope scope) {
  const Result<Context> context = with_directory(given, "verify");
  if (!context) return report(context.error());
  const Result<VerifyReport> found = check(*context, scope);
  if (!found) return interrupted() ? kExitInterrupted : report(found.error());
  Output output;
  print_damage(output, found->damage, context->json);
  print_summary(output, *found, scope, context->json);
  output.flush();
  if (!found->clean()) note("damaged; restore a copy, or see what can be saved: daybook repair --dry-run");
  return output.finish(found->clean() ? kExitOk : kExitEnvironment);
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("verify",
                                         "Read everything and compare it; damage is named\n\n"
                                         "Every block's hash and chain, sequences and versions, the index with the "
                                         "blocks, HEAD, and the projections' checkpoints. Each finding is a line with "
                                         "sequence and file; exit 3 when anything is wrong.");
  const auto quick = std::make_shared<bool>(false);
  command->add_flag("--quick", *quick, "Only links, chains and HEAD; neither versions, index nor projections");
  add_examples(*command, {"verify --log orders", "verify --quick --log orders", "verify --log orders --json"});
  command->callback(
      [quick, &context] { context.exit_code = run(context, *quick ? VerifyScope::quick : VerifyScope::everything); });
}

}  // namespace daybook::cli
