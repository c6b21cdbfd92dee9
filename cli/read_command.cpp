// `read`: the flags make one item of a query and a range; events leave in order, a line each.
//
// What comes before damage is good and is printed first; the damage is then named on stderr. The recorded times never
// decrease, so --since and --until are bounds on the sequence and cost nothing an event.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/event_filter.h"
#include "cli/event_printer.h"
#include "cli/flags.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

struct Flags {
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> through;
  std::optional<std::uint64_t> limit;
  bool backward = false;
  bool explain = false;
  EventFilter filter;
  std::optional<Timestamp> since;
  std::optional<Timestamp> until;
};

/// The options of the read; nullopt where the range is empty.
Result<std::optional<ReadOptions>> options_of(Log& log, const Flags& flags) {
  ReadOptions options;
  options.from = Sequence(std::max<std::uint64_t>(flags.from.value_or(1), 1));
  options.through = Sequence(flags.through.value_or(kSequenceMax.value()));
  options.limit = flags.limit.value_or(UINT64_MAX);
  options.direction = flags.backward ? Direction::backward : Direction::forward;
  Result<Query> query = flags.filter.query();
  if (!query) return std::unexpected(std::move(query.error()));
  options.query = std::move(*query);
  if (options.from > options.through) {
    note("nothing to read: --from " + std::to_string(options.from.value()) + " is beyond --through " +
         std::to_string(options.through.value()) + "; a range goes from low to high, with --backward too");
    return std::nullopt;
  }
  if (flags.since) {
    const Result<Sequence> first = log.first_at(*flags.since);
    if (!first) return std::unexpected(first.error());
    options.from = std::max(options.from, *first);
  }
  if (flags.until) {
    const Result<Sequence> end = log.first_at(*flags.until);
    if (!end) return std::unexpected(end.error());
    options.through = std::min(options.through, end->previous());
  }
  if (options.from > options.through || options.limit == 0) return std::nullopt;
  return options;
}

int explain(const Log& log, const Cursor& cursor, Output& output, bool json) {
  const ReadPlan& plan = cursor.plan();
  std::string& out = output.buffer();
  if (json) {
    out += plan.uses_postings ? "{\"usesPostings\":true,\"terms\":" : "{\"usesPostings\":false,\"terms\":";
    out += std::to_string(plan.terms) + ",\"plan\":";
    append_json_string(out, plan.text);
    out += "}\n";
  } else {
    out += visible(plan.text) + "\n";
  }
  return finish_reading(log, output, kExitOk);
}

/// How far a read is, in sequences, or in events where a limit ends it earlier.
class ReadProgress {
 public:
  ReadProgress(const ReadOptions& options, Sequence head, const Output& output)
      : bar_("read", "events", output),
        forward_(options.direction == Direction::forward),
        from_(options.from),
        through_(std::min(options.through, head)),
        limit_(options.limit) {}

  void advance(const Batch& batch) {
    items_ += batch.size();
    const Sequence reached = batch[batch.size() - 1].sequence();
    const std::uint64_t total = through_.value() - from_.value() + 1;
    const std::uint64_t done = (forward_ ? reached.value() - from_.value() : through_.value() - reached.value()) + 1;
    const bool limited = limit_ < total;
    bar_.update({.done = limited ? items_ : done, .total = limited ? limit_ : total, .items = items_});
  }
  void clear() { bar_.clear(); }

 private:
  ProgressBar bar_;
  bool forward_;
  Sequence from_;
  Sequence through_;
  std::uint64_t limit_;
  std::uint64_t items_ = 0;
};

int print(const Log& log, Cursor& cursor, EventPrinter& printer, Output& output, ReadProgress& progress) {
  while (output.ok() && !interrupted()) {
    Result<std::optional<Batch>> batch = cursor.next();
    if (!batch || !*batch) {
      printer.flush();
      progress.clear();
      return batch ? finish_reading(log, output, kExitOk) : output.finish(report(batch.error()));
    }
    for (const EventView event : **batch) printer.add(event);
    progress.advance(**batch);
  }
  printer.flush();
  return output.finish(kExitInterrupted);
}

int run(const Context& context, const Flags& flags) {
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  const Result<std::optional<ReadOptions>> options = options_of(**log, flags);
  if (!options) return report(options.error());
  Output output;
  if (!*options) return finish_reading(**log, output, kExitOk);
  Result<Cursor> cursor = (*log)->read(**options);
  if (!cursor) return report(cursor.error());
  if (flags.explain) return explain(**log, *cursor, output, context.json);
  EventPrinter printer(output, context.json);
  ReadProgress progress(**options, (*log)->head(), output);
  return print(**log, *cursor, printer, output, progress);
}

}  // namespace

void add_read(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "read",
      "Print events: all of them, or those that the flags select\n\n"
      "A line an event, in the order of the log. The flags are ANDed; a flag that may be repeated says how it adds up. "
      "Where the log is damaged, what comes before the damage is printed, then the damage is named, exit 3.");
  const auto flags = std::make_shared<Flags>();
  add_count(*command, "--from", flags->from, "From this sequence on; default: 1", 0, kSequenceMax.value());
  add_count(*command, "--through", flags->through, "Through this sequence, included; default: the head", 0,
            kSequenceMax.value());
  add_count(*command, "--limit", flags->limit, "At most N events; default: all");
  command->add_flag("--backward", flags->backward, "From high sequences to low ones");
  add_filter(*command, flags->filter);
  add_time(*command, "--since", flags->since,
           "Only events recorded at this time or later: RFC 3339, or a date, which is its midnight in UTC");
  add_time(*command, "--until", flags->until, "Only events recorded before this time");
  command->add_flag("--explain", flags->explain, "Print how the log would answer, instead of events");
  add_examples(*command, {
                             "read --log orders",
                             "read --log orders --stream order-536365 --json",
                             "read --log orders --type OrderCancelled --tag customer:17850 --limit 10 --backward",
                             "read --log orders --stream-prefix order- --since 2011-12-01 --until 2012-01-01 --json",
                         });
  command->callback([flags, &context] { context.exit_code = run(context, *flags); });
}

}  // namespace daybook::cli
