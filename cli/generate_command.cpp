// `generate retail`: orders to try daybook with, where no file is at hand. Every commit carries a key that its place
// determines, so a run that was interrupted is simply made again.
#include <chrono>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/generate/commit_window.h"
#include "cli/generate/retail.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress_bar.h"

namespace daybook::cli {
namespace {

constexpr std::uint64_t kOrdersMax = 10'000'000;
constexpr std::uint64_t kSeedMax = 999'999'999;

struct Flags {
  std::optional<std::uint64_t> orders;
  std::optional<std::uint64_t> seed;
  std::optional<Durability> durability;
};

// Appends everything that `generator` makes, or as much as there is until a failure or an interruption.
void append_all(RetailGenerator& generator, std::uint64_t orders, CommitWindow& window) {
  ProgressBar bar("generate", "orders");
  while (!interrupted()) {
    auto commit = generator.next();
    if (!commit || !window.append(std::move(*commit))) break;
    bar.update({.done = generator.orders_done(), .total = orders, .items = generator.orders_done()});
  }
  window.finish();
}

// A conflict here has one cause, which the log cannot know.
Error explain(Error error, const RetailRequest& request) {
  if (error.code != Code::conflict) return error;
  error.message += "; this log holds orders of seed " + std::to_string(request.seed) +
                   " from a run with another --orders: take another --seed, or another log";
  return error;
}

void print_summary(Output& output, bool json, const RetailRequest& request, std::uint64_t orders,
                   const CommitCounts& counts, Sequence head) {
  const std::string added = std::to_string(counts.events_added);
  const std::string present = std::to_string(counts.events_present);
  if (json) {
    output.write("{\"orders\":" + std::to_string(orders) + ",\"seed\":" + std::to_string(request.seed) +
                 ",\"commits\":" + std::to_string(counts.commits) + ",\"eventsAdded\":" + added +
                 ",\"eventsPresent\":" + present + ",\"head\":" + std::to_string(head.value()) + "}\n");
    return;
  }
  output.write(std::to_string(orders) + " orders of seed " + std::to_string(request.seed) + ": " + added +
               " events added, " + present + " were there already; the log's head is " + std::to_string(head.value()) +
               "\n");
}

int generate(const Context& context, const Flags& flags) {
  const RetailRequest request{.orders = *flags.orders, .seed = flags.seed.value_or(1)};
  const auto log = open_for_writing(context, flags.durability);
  if (!log) return report(log.error());
  RetailGenerator generator(request);
  CommitWindow window(**log);
  append_all(generator, request.orders, window);
  const Sequence head = (*log)->head();
  int exit_code = interrupted() ? kExitInterrupted : kExitOk;
  if (window.failure()) exit_code = report(explain(*window.failure(), request));
  if (auto closed = (*log)->close(); !closed) {
    const int close_code = report(closed.error());
    if (exit_code == kExitOk) exit_code = close_code;
  }
  Output output;
  print_summary(output, context.json, request, generator.orders_done(), window.counts(), head);
  return output.finish(exit_code);
}

}  // namespace

void add_generate(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("generate", "Append events that are made up, the same for the same seed");
  command->require_subcommand(1);
  CLI::App* retail = command->add_subcommand(
      "retail", "A year of a shop: deliveries, orders, cancellations, write-offs; run twice it adds nothing");
  const auto flags = std::make_shared<Flags>();
  add_count(*retail, "--orders", flags->orders, "How many orders, each of several lines", 1, kOrdersMax)->required();
  add_count(*retail, "--seed", flags->seed, "Which year: another seed gives other orders; default: 1", 0, kSeedMax);
  add_durability(*retail, flags->durability);
  add_examples(*command, {"generate retail --orders 1000 --seed 7 --log orders"});
  add_examples(*retail, {"generate retail --orders 1000 --log orders",
                         "generate retail --orders 100000 --seed 7 --durability buffered --log orders --json"});
  retail->callback([flags, &context] { context.exit_code = generate(context, *flags); });
}

}  // namespace daybook::cli
