// `stats`: the log's counts. The JSON form is a promise: these names, in this order.
#include <string>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/fact_list.h"
#include "cli/flags.h"
#include "cli/output.h"

namespace daybook::cli {
namespace {

std::string json_of(const Statistics& statistics) {
  std::string out;
  const auto number = [&out](std::string_view name, std::uint64_t value) {
    out.append(out.empty() ? "{\"" : ",\"").append(name).append("\":").append(std::to_string(value));
  };
  const auto text = [&out](std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":\"").append(value).append("\"");
  };
  number("events", statistics.events);
  number("head", statistics.head.value());
  number("streams", statistics.streams);
  number("commits", statistics.commits);
  number("blocks", statistics.blocks);
  number("bytesOnDisk", statistics.bytes_on_disk);
  number("indexedThrough", statistics.indexed_through.value());
  text("logId", statistics.log_id.text());
  number("formatVersion", statistics.format_version);
  text("recovered", to_string(statistics.recovered));
  return out + "}\n";
}

FactList facts_of(const Statistics& statistics) {
  FactList facts;
  facts.add_count("events", statistics.events);
  facts.add_count("head", statistics.head.value());
  facts.add_count("streams", statistics.streams);
  facts.add_count("commits", statistics.commits);
  facts.add_count("blocks", statistics.blocks);
  facts.add_count("bytes on disk", statistics.bytes_on_disk);
  facts.add_count("indexed through", statistics.indexed_through.value());
  facts.add("log id", statistics.log_id.text());
  facts.add_count("format version", statistics.format_version);
  facts.add("recovered", std::string(to_string(statistics.recovered)));
  return facts;
}

int run(const Context& context) {
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  const Result<Statistics> statistics = (*log)->statistics();
  if (!statistics) return report(statistics.error());
  Output output;
  if (context.json) {
    output.write(json_of(*statistics));
  } else {
    facts_of(*statistics).print(output);
  }
  return finish_reading(**log, output, kExitOk);
}

}  // namespace

void add_stats(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("stats",
                         "Print counts of the log, exact as of the head\n\n"
                         "`recovered` says what the last opening for writing found: clean, replayed (the "
                         "writer before had not closed it; nothing was lost) or cut (a damaged, never "
                         "acknowledged end was cut off and kept in DIR/lost/).");
  add_examples(*command, {"stats --log orders", "stats --log orders --json"});
  command->callback([&context] { context.exit_code = run(context); });
}

}  // namespace daybook::cli
