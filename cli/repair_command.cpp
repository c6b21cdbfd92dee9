// `repair`: looks, says what it would do, asks, does it. The engine decides what is safe; here it is told to a person,
// who has the last word. Projections whose state the repaired log does not hold are put aside in the end: they belong
// to the layer above the engine.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daybook/repair.h"

#include "cli/command.h"
#include "cli/damage_lines.h"
#include "cli/flags.h"
#include "cli/input.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/projection/actions.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

struct Flags {
  std::optional<std::uint64_t> truncate_after;
  bool rebuild_postings = false;
  bool dry_run = false;
  bool yes = false;
};

std::string keeps_most_text(Sequence keeps_most) {
  return "daybook repair --truncate-after " + std::to_string(keeps_most.value()) + " keeps the most";
}

/// Steps of this layer: projections that have folded what is cut.
std::vector<std::string> projection_steps(const Context& context, const RepairPlan& plan) {
  std::vector<std::string> steps;
  std::error_code none;
  std::filesystem::directory_iterator at(projection_directory(context, "").parent_path(), none);
  for (; !plan.steps.empty() && !none && at != std::filesystem::directory_iterator(); at.increment(none)) {
    const auto reader = ProjectionReader::open(at->path());
    if (!reader || (*reader)->status().checkpoint.sequence <= plan.head) continue;
    steps.push_back("move the state of the projection " + at->path().filename().string() +
                    " to lost/: it has folded what is cut, and is made again when it is next run");
  }
  std::ranges::sort(steps);
  return steps;
}

void print_plan(Output& output, RepairPlan plan, const std::vector<std::string>& further_steps, bool json) {
  plan.steps.insert(plan.steps.end(), further_steps.begin(), further_steps.end());
  print_damage(output, plan.damage, json);
  const Style& style = output.style();
  std::string& out = output.buffer();
  if (!plan.loss.empty() && !json) out += style.red("loss") + "    " + visible(plan.loss) + "\n";
  for (const std::string& step : plan.steps) {
    if (json) {
      out += "{\"step\":";
      append_json_string(out, step);
      out += "}\n";
    } else {
      out += style.bold("step") + "    " + visible(step) + "\n";
    }
  }
  output.flush();
}

void print_summary(Output& output, const RepairPlan& plan, bool repaired, bool json) {
  std::string& out = output.buffer();
  if (json) {
    out += std::string("{\"repaired\":") + (repaired ? "true" : "false") +
           ",\"damage\":" + std::to_string(plan.damage.size()) + ",\"steps\":" + std::to_string(plan.steps.size()) +
           ",\"head\":" + std::to_string(plan.head.value());
    if (!plan.loss.empty()) {
      out += ",\"loss\":";
      append_json_string(out, plan.loss);
    }
    if (plan.keeps_most) out += ",\"truncateAfter\":" + std::to_string(plan.keeps_most->value());
    out += "}\n";
  } else if (repaired) {
    out += "repaired: the log's head is " + std::to_string(plan.head.value()) + "\n";
  } else if (plan.steps.empty() && !plan.keeps_most) {
    out += "nothing to repair: the log's head is " + std::to_string(plan.head.value()) + "\n";
  }
  output.flush();
}

bool asks_a_person() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

bool person_agrees() {
  constexpr std::size_t kAnswerBytesMax = 64;
  std::cerr << "do this? [y/N] " << std::flush;
  LineReader input(STDIN_FILENO, kAnswerBytesMax);
  const auto answer = input.next();
  return answer && *answer && (**answer == "y" || **answer == "yes");
}

/// Whether a runner of another process has the projection's store open.
bool is_being_run(const std::filesystem::path& directory) {
  const int descriptor = ::open((directory / "LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool taken = ::fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(descriptor);
  return taken;
}

/// A state of another history is made again from the events; what there was is kept.
Result<void> put_aside(const Context& context, const std::string& name) {
  const auto from = projection_directory(context, name);
  const auto lost = std::filesystem::path(context.log_directory) / "lost";
  std::error_code error;
  std::filesystem::create_directory(lost, error);
  std::filesystem::path to;
  for (int number = 1; to.empty() || (!error && std::filesystem::exists(to, error)); ++number) {
    to = lost / ("projection-" + name + "-" + std::to_string(number));
  }
  if (!error) std::filesystem::rename(from, to, error);
  if (!error) return {};
  return fail(Code::io, "cannot move " + from.string() + " to lost/: " + error.message());
}

int put_projections_aside(const Context& context) {
  const auto log = open_for_reading(context);
  if (!log) return report(log.error());
  const auto standings = all_standings(context, **log);
  if (!standings) return report(standings.error());
  for (const Standing& standing : *standings) {
    if (!standing.damaged || is_being_run(projection_directory(context, standing.name))) continue;
    if (auto moved = put_aside(context, standing.name); !moved) return report(moved.error());
    note("the state of the projection " + standing.name + " was not of this history; it is in lost/, and the next " +
         "daybook projection run " + standing.name + " makes it again");
  }
  return kExitOk;
}

RepairProgress shown_on(ProgressBar& bar) {
  return [&bar](std::uint64_t done, std::uint64_t total) {
    bar.update({.done = done, .total = total, .items = done});
    return !interrupted();
  };
}

int execute(const Context& context, Repair& repair, Output& output) {
  ProgressBar bar("repair", "events");
  const auto done = repair.execute(shown_on(bar));
  bar.clear();
  if (!done) return interrupted() ? kExitInterrupted : report(done.error());
  const int aside = put_projections_aside(context);
  print_summary(output, repair.plan(), true, context.json);
  return output.finish(aside);
}

int run(const Context& context, const Flags& flags) {
  if (!flags.dry_run && !flags.yes && !asks_a_person()) {
    note("repair asks before it changes anything, and there is no terminal: give --yes, or look with --dry-run");
    return kExitUsage;
  }
  RepairOptions options{.rebuild_postings = flags.rebuild_postings, .dry_run = flags.dry_run};
  if (flags.truncate_after) options.truncate_after = Sequence(*flags.truncate_after);
  ProgressBar bar("look", "events");
  auto repair = Repair::open(context.log_directory, options, shown_on(bar));
  bar.clear();
  if (!repair && interrupted()) return kExitInterrupted;
  if (!repair) {
    // No log there is of the environment, as with every command.
    if (repair.error().code == Code::not_found) repair.error().code = Code::io;
    return report(with_server_named(std::move(repair.error()), context.log_directory));
  }
  const RepairPlan& plan = (*repair)->plan();
  Output output;
  print_plan(output, plan, projection_steps(context, plan), context.json);
  if (plan.keeps_most) {
    print_summary(output, plan, false, context.json);
    note("nothing was done, since events would be lost; restore a copy, or: " + keeps_most_text(*plan.keeps_most));
    return output.finish(kExitEnvironment);
  }
  if (plan.steps.empty() && !flags.dry_run) {
    const int aside = put_projections_aside(context);
    print_summary(output, plan, false, context.json);
    return output.finish(aside);
  }
  if (flags.dry_run) {
    print_summary(output, plan, false, context.json);
    return output.finish(plan.damage.empty() ? kExitOk : kExitEnvironment);
  }
  if (!flags.yes && !person_agrees()) {
    note("nothing was done");
    return output.finish(interrupted() ? kExitInterrupted : kExitFailure);
  }
  return execute(context, **repair, output);
}

}  // namespace

void add_repair(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("repair",
                                         "Mend a damaged log; what it takes out is kept in DIR/lost/\n\n"
                                         "Says what is wrong and what it would do, asks, and does it; never beside a "
                                         "writer. HEAD, FORMAT, the index and RocksDB's own files are made again from "
                                         "the events. Where events would be lost it does nothing, exit 3, but to name "
                                         "them, and the --truncate-after that keeps the most.");
  const auto flags = std::make_shared<Flags>();
  add_count(*command, "--truncate-after", flags->truncate_after, "Keep events through N, and give up the rest", 0,
            kSequenceMax.value());
  command->add_flag("--rebuild-postings", flags->rebuild_postings, "Write the index anew, even if nothing is wrong");
  command->add_flag("--dry-run", flags->dry_run, "Only say what is wrong and what would be done; changes nothing");
  command->add_flag("--yes", flags->yes, "Do not ask");
  add_examples(*command, {"repair --log orders --dry-run", "repair --log orders",
                          "repair --log orders --truncate-after 2719 --yes"});
  command->callback([flags, &context] {
    const Result<Context> local = with_directory(context, "repair");
    context.exit_code = local ? run(*local, *flags) : report(local.error());
  });
}

}  // namespace daybook::cli
