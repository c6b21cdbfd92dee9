// `projection`: the words of its subcommands; what they do is in cli/projection/.
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/projection/actions.h"
#include "cli/projection/flags.h"
#include "cli/projection/replay.h"

namespace daybook::cli {
namespace {

constexpr std::uint64_t kRowsMax = 1'000'000;

void add_run(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand(
      "run",
      "Fold what the log holds into a projection's state, through the head that it meets\n\n"
      "It writes in DIR/projections only, goes on where it ended before, and rebuilds a state of another fold or "
      "another "
      "history. An event that cannot be folded stops it there, exit 1; the state before that event stays.");
  struct Flags {
    std::string name;
    bool follow = false;
  };
  const auto flags = std::make_shared<Flags>();
  add_projection_name(*command, flags->name);
  command->add_flag("--follow", flags->follow, "Go on with what is appended, until Ctrl-C");
  add_examples(*command, {"projection run inventory --log orders", "projection run analytics --follow --log orders"});
  command->callback([flags, &context] { context.exit_code = run_projection(context, flags->name, flags->follow); });
}

void add_list(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand("list", "Where each projection stands, and why one stands still");
  add_examples(*command, {"projection list --log orders", "projection list --log orders --json"});
  command->callback([&context] { context.exit_code = list_projections(context); });
}

void add_query(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand(
      "query",
      "Print rows of a projection's state, in byte order of the key\n\n"
      "A snapshot, beside whatever runs. One that never ran, and a KEY without a row, are exit 1.");
  const auto request = std::make_shared<QueryRequest>();
  add_projection_name(*command, request->name);
  add_text(*command, "key", request->key, "Only the row of this key, such as a sku; default: all rows", "KEY");
  add_dimension(*command, request->dimension, "Of analytics; default: total");
  CLI::Option* top = add_count(*command, "--top", request->top, "Only the N rows with the highest --by", 1, kRowsMax);
  CLI::Option* bottom =
      add_count(*command, "--bottom", request->bottom, "Only the N rows with the lowest --by", 1, kRowsMax);
  top->excludes(bottom);
  add_text(*command, "--by", request->by, "With --top and --bottom: the field to go by, such as onHand or netRevenue",
           "FIELD");
  CLI::Option* at_least =
      add_count(*command, "--at-least", request->at_least,
                "With --server: wait until it holds every event through sequence N, so that you read your own writes",
                0, kSequenceMax.value());
  add_duration(*command, "--timeout", request->timeout, "With --at-least: how long, at most 1h; default: 10s")
      ->needs(at_least);
  add_examples(*command, {"projection query inventory 85123A --log orders",
                          "projection query inventory --bottom 10 --by onHand --log orders",
                          "projection query analytics --dimension country --top 5 --by netRevenue --log orders",
                          "projection query inventory 85123A --at-least 812 --server 127.0.0.1:4290"});
  command->callback([request, &context] { context.exit_code = query_projection(context, *request); });
}

void add_diff(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand("diff",
                                            "Compare the state as of one sequence with that as of a later one\n\n"
                                            "A line for each key that differs: added, removed, or each field before "
                                            "and after. Both states are folded anew from "
                                            "the log; it needs no projection that ran and changes no byte.");
  struct Flags {
    DiffRequest request;
    std::optional<std::uint64_t> from;
    std::optional<std::uint64_t> through;
  };
  const auto flags = std::make_shared<Flags>();
  add_projection_name(*command, flags->request.name);
  add_count(*command, "--from", flags->from, "The state as of this sequence, its event included; 0: an empty one", 0,
            kSequenceMax.value())
      ->required();
  add_count(*command, "--through", flags->through, "Against the state as of this one; default: the head", 0,
            kSequenceMax.value());
  add_text(*command, "--key", flags->request.key, "Only the row of this key", "KEY");
  add_dimension(*command, flags->request.dimension, "Of analytics; default: all of them");
  add_examples(*command, {"projection diff inventory --from 1200 --through 1300 --log orders",
                          "projection diff analytics --from 0 --dimension country --key France --log orders --json"});
  command->callback([flags, &context] {
    DiffRequest request = flags->request;
    request.from = Sequence(*flags->from);
    if (flags->through) request.through = Sequence(*flags->through);
    context.exit_code = diff_projection(context, request);
  });
}

}  // namespace

void add_projection(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("projection", "Run, list, query and compare projections");
  command->require_subcommand(1);
  add_run(*command, context);
  add_list(*command, context);
  add_query(*command, context);
  add_diff(*command, context);
  add_examples(*command, {"projection run inventory --log orders", "projection list --log orders",
                          "projection query inventory --top 10 --by sold --log orders"});
}

}  // namespace daybook::cli
