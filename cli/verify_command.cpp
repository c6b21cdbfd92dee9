// `verify`: reads everything and says what is wrong, where. A damaged log is exit 3, whatever else could be read.
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

std::string place_of(const Damage& damage) {
  std::string place;
  if (damage.sequence.value() > 0) place = "sequence " + std::to_string(damage.sequence.value());
  if (!damage.file.empty()) place += (place.empty() ? "" : ", ") + damage.file;
  return place.empty() ? "somewhere" : place;
}

void print_json(Output& output, const VerifyReport& found) {
  std::string& out = output.buffer();
  for (const Damage& damage : found.damage) {
    out += "{\"sequence\":" + std::to_string(damage.sequence.value()) + ",\"file\":";
    append_json_string(out, damage.file);
    out += ",\"message\":";
    append_json_string(out, damage.message);
    out += "}\n";
  }
  out += found.clean() ? "{\"clean\":true" : "{\"clean\":false";
  out += ",\"blocks\":" + std::to_string(found.blocks) + ",\"commits\":" + std::to_string(found.commits);
  out += ",\"events\":" + std::to_string(found.events) + ",\"postings\":" + std::to_string(found.postings);
  out += ",\"damage\":" + std::to_string(found.damage.size()) + "}\n";
}

void print_text(Output& output, const VerifyReport& found) {
  const Style& style = output.style();
  for (const Damage& damage : found.damage) {
    output.write(style.red("damage") + "  " + visible(place_of(damage)) + ": " + visible(damage.message) + "\n");
  }
  const std::string counted = std::to_string(found.events) + " events in " + std::to_string(found.commits) +
                              " commits and " + std::to_string(found.blocks) + " blocks, " +
                              std::to_string(found.postings) + " postings";
  output.write((found.clean() ? style.green("clean") : style.red("damaged")) + ": " + counted + "\n");
}

int run(const Context& context) {
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  ProgressBar bar("verify", "blocks");
  Result<VerifyReport> found = (*log)->verify([&bar](std::uint64_t done, std::uint64_t total) {
    bar.update({.done = done, .total = total, .items = done});
    return !interrupted();
  });
  bar.clear();
  if (!found) return interrupted() ? kExitInterrupted : report(found.error());
  const std::optional<Error> damage = (*log)->damage();
  if (damage && found->clean()) found->damage.push_back({.sequence = {}, .file = "", .message = damage->message});
  Output output;
  if (context.json) {
    print_json(output, *found);
  } else {
    print_text(output, *found);
  }
  output.flush();
  if (!found->clean()) note("the log is damaged; restore it from a copy, or keep reading what is before the damage");
  return output.finish(found->clean() ? kExitOk : kExitEnvironment);
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("verify",
                                         "Read everything and compare it; damage is named\n\n"
                                         "Every block's hash and chain, sequences and versions, and the index with the "
                                         "blocks. Each finding is a line with "
                                         "sequence and file; exit 3 when anything is wrong.");
  add_examples(*command, {"verify --log orders", "verify --log orders --json"});
  command->callback([&context] { context.exit_code = run(context); });
}

}  // namespace daybook::cli
