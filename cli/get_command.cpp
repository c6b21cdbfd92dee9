// `get`: one event, by its sequence. For a person everything about it, a line each.
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/event_json.h"
#include "cli/event_lines.h"
#include "cli/fact_list.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/time_text.h"

namespace daybook::cli {
namespace {

void print_facts(Output& output, const EventView& event) {
  FactList facts;
  facts.add("sequence", std::to_string(event.sequence().value()));
  facts.add("stream", std::string(event.stream()));
  facts.add("version", std::to_string(event.version().value()));
  facts.add("type", std::string(event.type()));
  facts.add("id", event.id().text());
  facts.add("time", shown_time(output, event.recorded_at(), Precision::nanoseconds));
  if (const auto occurred = event.occurred_at()) {
    facts.add("occurred at", shown_time(output, *occurred, Precision::nanoseconds));
  }
  for (std::size_t at = 0; at < event.tag_count(); ++at) facts.add("tag", std::string(event.tag(at)));
  if (const auto correlation = event.correlation_id()) facts.add("correlation", correlation->text());
  if (const auto causation = event.causation_id()) facts.add("causation", causation->text());
  if (const auto traceparent = event.traceparent()) facts.add("traceparent", std::string(*traceparent));
  for (std::size_t at = 0; at < event.header_count(); ++at) {
    const auto [name, value] = event.header(at);
    facts.add("header", std::string(name) + ": " + std::string(value));
  }
  facts.add("content type", std::string(event.content_type()));
  facts.add("data", data_text(event));
  facts.print(output);
}

int run(const Context& context, Sequence sequence) {
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  const Result<PinnedEvent> event = (*log)->get(sequence);
  if (!event) {
    // What is not found in a damaged log may have been there.
    const std::optional<Error> damage = (*log)->damage();
    return report(damage && event.error().code == Code::not_found ? *damage : event.error());
  }
  Output output;
  if (context.json) {
    EventJson(output.terminal()).append(output.buffer(), event->view());
    output.buffer() += '\n';
  } else {
    print_facts(output, event->view());
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
