// `projection`: the words of its three subcommands; what they do is in cli/projection/.
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/projection/actions.h"

namespace daybook::cli {
namespace {

constexpr std::uint64_t kRowsMax = 1'000'000;

void add_run(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand("run", "Fold what the log holds, through the head that it meets");
  struct Flags {
    std::string name;
    bool follow = false;
  };
  const auto flags = std::make_shared<Flags>();
  command->add_option("name", flags->name, "inventory or analytics")->required()->type_name("NAME");
  command->add_flag("--follow", flags->follow, "Go on with what is appended, until interrupted");
  add_examples(*command, {"projection run inventory --log orders", "projection run analytics --follow --log orders"});
  command->callback([flags, &context] { context.exit_code = run_projection(context, flags->name, flags->follow); });
}

void add_list(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand("list", "Where each projection stands, and why one stands still");
  add_examples(*command, {"projection list --log orders", "projection list --log orders --json"});
  command->callback([&context] { context.exit_code = list_projections(context); });
}

void add_query(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand("query", "Print rows of a projection's state, in byte order of the key");
  const auto request = std::make_shared<QueryRequest>();
  command->add_option("name", request->name, "inventory or analytics")->required()->type_name("NAME");
  add_text(*command, "key", request->key, "One row, such as a sku", "KEY");
  add_text(*command, "--dimension", request->dimension, "Of analytics: total (default), country, day, sku or customer",
           "D");
  CLI::Option* top = add_count(*command, "--top", request->top, "Only the N rows with the highest --by", 1, kRowsMax);
  CLI::Option* bottom =
      add_count(*command, "--bottom", request->bottom, "Only the N rows with the lowest --by", 1, kRowsMax);
  top->excludes(bottom);
  add_text(*command, "--by", request->by, "The field to go by, such as onHand or netRevenue", "FIELD");
  add_examples(*command, {"projection query inventory 85123A --log orders",
                          "projection query inventory --bottom 10 --by onHand --log orders",
                          "projection query analytics --dimension country --top 5 --by netRevenue --log orders"});
  command->callback([request, &context] { context.exit_code = query_projection(context, *request); });
}

}  // namespace

void add_projection(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("projection", "Run, list and query projections");
  command->require_subcommand(1);
  add_run(*command, context);
  add_list(*command, context);
  add_query(*command, context);
  add_examples(*command, {"projection run inventory --log orders", "projection list --log orders",
                          "projection query inventory --top 10 --by sold --log orders"});
}

}  // namespace daybook::cli
