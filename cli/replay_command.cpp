// `replay`: its words; what it does is in cli/projection/replay.cpp.
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/projection/flags.h"
#include "cli/projection/replay.h"

namespace daybook::cli {
namespace {

using Show = ReplayRequest::Show;

struct Flags {
  ReplayRequest request;
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> through;
  std::optional<std::string> show;
  std::optional<std::string> explain;
};

int run(const Context& context, const Flags& flags) {
  ReplayRequest request = flags.request;
  if (flags.from) request.from = Sequence(*flags.from);
  if (flags.through) request.through = Sequence(*flags.through);
  if (flags.show == "state") request.show = Show::state;
  if (flags.show == "none") request.show = Show::none;
  if (flags.explain) {
    request.show = Show::explain;
    request.key = flags.explain;
  }
  return replay_projection(context, request);
}

}  // namespace

void add_replay(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "replay",
      "Fold a projection anew, and show what each event changed\n\n"
      "The fold is that of `projection run`, from the first event on, into a state of its own: it needs no projection "
      "that ran, and changes no byte. Each line is an event and a row that it changed, fields with their values before "
      "and after. An event that cannot be folded ends it, exit 1, as it stops the projection.");
  const auto flags = std::make_shared<Flags>();
  add_projection_name(*command, flags->request.name);
  add_count(*command, "--from", flags->from, "Print changes from this sequence on; the fold begins at 1 all the same",
            1, kSequenceMax.value());
  add_count(*command, "--through", flags->through, "Fold through this sequence; default: the head", 0,
            kSequenceMax.value());
  CLI::Option* show = add_choice(*command, "--show", flags->show,
                                 "Print the changes (default), the state at the end, or only how the fold went",
                                 {"changes", "state", "none"});
  CLI::Option* key = add_text(*command, "--key", flags->request.key, "Only the row of this key", "KEY");
  add_dimension(*command, flags->request.dimension, "Of analytics; default: all of them");
  add_text(*command, "--explain", flags->explain, "Only events that changed the row of KEY, with its running value",
           "KEY")
      ->excludes(show)
      ->excludes(key);
  add_examples(*command, {"replay inventory --explain 85123A --log orders",
                          "replay analytics --from 1200 --through 1210 --dimension country --log orders --json",
                          "replay inventory --through 1200 --show state --key 85123A --log orders",
                          "replay analytics --show none --log orders"});
  command->callback([flags, &context] { context.exit_code = run(context, *flags); });
}

}  // namespace daybook::cli
