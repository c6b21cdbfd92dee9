// `get`: one event, by its sequence. For a person everything about it, a line each.
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/event_facts.h"
#include "cli/event_json.h"
#include "cli/fact_list.h"
#include "cli/flags.h"
#include "cli/output.h"

namespace daybook::cli {
namespace {

int run(const Context& context, Sequence sequence) {
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  const Result<PinnedEvent> event = (*log)->get(sequence);
  if (!event) return report_reading(**log, event.error());
  Output output;
  if (context.json) {
    EventJson(output.terminal()).append(output.buffer(), event->view());
    output.buffer() += '\n';
  } else {
    FactList facts;
    add_event_facts(facts, event->view(), output);
    facts.print(output);
  }
  return finish_reading(**log, output, kExitOk);
}

}  // namespace

void add_get(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("get", "Print one event, by its sequence");
  const auto sequence = std::make_shared<std::optional<std::uint64_t>>();
  add_count(*command, "sequence", *sequence, "The event's sequence, from 1", 0, kSequenceMax.value())->required();
  add_examples(*command, {"get 812 --log orders", "get 812 --log orders --json"});
  command->callback([sequence, &context] { context.exit_code = run(context, Sequence(**sequence)); });
}

}  // namespace daybook::cli
