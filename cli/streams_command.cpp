// `streams`: names and heads, in byte order, a page at a time: a log may hold more streams than memory.
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/table.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kPageStreams = 1000;

void print_json(Output& output, const std::vector<StreamHead>& page) {
  for (const StreamHead& head : page) {
    std::string& out = output.buffer();
    out += "{\"stream\":";
    append_json_string(out, head.stream);
    out += ",\"version\":" + std::to_string(head.version.value());
    out += ",\"lastSequence\":" + std::to_string(head.last_sequence.value()) + "}\n";
    output.line_done();
  }
}

void print_rows(Output& output, Table& table, const std::vector<StreamHead>& page) {
  for (const StreamHead& head : page) {
    table.add_row({head.stream, std::to_string(head.version.value()), std::to_string(head.last_sequence.value())});
  }
  table.print(output);
}

int run(const Context& context, const std::string& prefix) {
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  Output output;
  Table table({{"stream"}, {"version", Align::right}, {"last sequence", Align::right}});
  table.header_on_terminal_only();
  ProgressBar bar("streams", "streams", output);
  std::uint64_t printed = 0;
  std::string after;
  while (output.ok()) {
    if (interrupted()) return output.finish(kExitInterrupted);
    const Result<std::vector<StreamHead>> page = (*log)->streams(prefix, after, kPageStreams);
    if (!page) {
      output.flush();
      bar.clear();
      return output.finish(report(page.error()));
    }
    if (context.json) {
      print_json(output, *page);
    } else {
      print_rows(output, table, *page);
    }
    if (page->size() < kPageStreams) break;
    after = page->back().stream;
    printed += page->size();
    bar.update({.items = printed});
  }
  bar.clear();
  return finish_reading(**log, output, kExitOk);
}

}  // namespace

void add_streams(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("streams", "List streams with their last version and sequence");
  const auto prefix = std::make_shared<std::optional<std::string>>();
  add_text(*command, "prefix", *prefix, "Only streams whose names begin with it; default: all", "PREFIX");
  add_examples(*command, {"streams --log orders", "streams order-5363 --log orders --json"});
  command->callback([prefix, &context] { context.exit_code = run(context, prefix->value_or("")); });
}

}  // namespace daybook::cli
