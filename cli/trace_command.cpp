// `trace`: what caused what. The index knows correlation ids and no others, so a trace is the events of one of them; a
// cause among these is found by its id, and any other is only named.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/trace/causal_tree.h"
#include "cli/trace/trace_output.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

/// What a person can still look at, and memory holds: at most 800 bytes each.
constexpr std::size_t kStepsMax = 100'000;

struct Flags {
  std::string subject;
  bool dot = false;
};

/// Which events to trace.
struct Subject {
  Uuid correlation;
  std::optional<Step> asked;  ///< The event that was named by its sequence.
};

Step step_of(const EventView& event) {
  return {.sequence = event.sequence(),
          .id = event.id(),
          .causation = event.causation_id(),
          .stream = std::string(event.stream()),
          .type = std::string(event.type()),
          .recorded_at = event.recorded_at(),
          .occurred_at = event.occurred_at()};
}

/// An event without a correlation id may be what others are correlated with: then theirs is its id.
Result<Subject> subject_of(Log& log, const std::string& text) {
  if (const auto correlation = Uuid::parse(text)) return Subject{.correlation = *correlation, .asked = std::nullopt};
  const Result<PinnedEvent> event = log.get(Sequence(*parse_count(text, kSequenceMax.value())));
  if (!event) return std::unexpected(event.error());
  const EventView view = event->view();
  return Subject{.correlation = view.correlation_id().value_or(view.id()), .asked = step_of(view)};
}

/// The events of the correlation, in order, at most one more than kStepsMax.
Result<std::vector<Step>> steps_of(Log& log, const Subject& subject, const Output& output) {
  ReadOptions options{.limit = kStepsMax + 1};
  options.query.items.push_back({.correlation_id = subject.correlation});
  Result<Cursor> cursor = log.read(options);
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  ProgressBar bar("trace", "events", output);
  std::vector<Step> steps;
  while (!interrupted()) {
    const Result<std::optional<Batch>> batch = cursor->next();
    if (!batch) return std::unexpected(batch.error());
    if (!*batch) break;
    for (const EventView event : **batch) steps.push_back(step_of(event));
    bar.update({.items = steps.size()});
  }
  if (subject.asked) {
    const auto at = std::ranges::lower_bound(steps, subject.asked->sequence, {}, &Step::sequence);
    if (at == steps.end() || at->sequence != subject.asked->sequence) steps.insert(at, *subject.asked);
  }
  return steps;
}

void print(Output& output, const Context& context, const Flags& flags, const Subject& subject, const CausalTree& tree) {
  if (context.json) return print_trace_json(output, tree);
  if (flags.dot) return print_trace_dot(output, tree, subject.correlation);
  print_trace(output, tree, subject.correlation, subject.asked ? std::optional(subject.asked->sequence) : std::nullopt);
}

int run(const Context& context, const Flags& flags) {
  if (context.json && flags.dot) return report({.code = Code::invalid, .message = "give --json or --dot, not both"});
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  const Result<Subject> subject = subject_of(**log, flags.subject);
  if (!subject) return report_reading(**log, subject.error());
  Output output;
  Result<std::vector<Step>> steps = steps_of(**log, *subject, output);
  if (interrupted()) return output.finish(kExitInterrupted);
  if (!steps) return report(steps.error());
  if (steps->empty()) {
    return report_reading(**log, {.code = Code::not_found,
                                  .message = "no event has the correlation id " + subject->correlation.text() +
                                             "; the id of an event is not looked for: give its sequence"});
  }
  const bool whole = steps->size() <= kStepsMax;
  if (!whole) steps->resize(kStepsMax);
  print(output, context, flags, *subject, CausalTree(std::move(*steps)));
  output.flush();
  if (!whole && output.ok()) {
    note("more than " + std::to_string(kStepsMax) + " events have this correlation id; the first of them were traced");
  }
  return finish_reading(**log, output, whole ? kExitOk : kExitFailure);
}

}  // namespace

void add_trace(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("trace",
                         "Print what caused what among the events of one correlation id\n\n"
                         "A tree: each event stands under the one that its causation id names, with the "
                         "time between the two.");
  const auto flags = std::make_shared<Flags>();
  const auto wrong = [](const std::string& text) {
    if (Uuid::parse(text) || parse_count(text, kSequenceMax.value())) return std::string();
    return "'" + clip(visible(text), 60) +
           "' is neither a sequence nor a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057";
  };
  command->add_option("subject", flags->subject, "An event's sequence, or a correlation id")
      ->required()
      ->check(wrong)
      ->type_name("SEQ|UUID");
  command->add_flag("--dot", flags->dot, "Print a graph in Graphviz's language");
  add_examples(*command, {"trace 812 --log orders", "trace 01890a5d-ac96-774b-bcce-b302099a8057 --log orders --json",
                          "trace 812 --log orders --dot | dot -Tsvg > trace.svg"});
  command->callback([flags, &context] { context.exit_code = run(context, *flags); });
}

}  // namespace daybook::cli
