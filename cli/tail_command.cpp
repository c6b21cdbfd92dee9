// `tail`: what is appended, as it comes, from a log that another process writes.
//
// A directory's subscription is asked without waiting, and the waiting is done here, in one poll(): on the interrupt
// and on standard output, whose reader may close it while no event comes. Between two looks at the log lie 50 ms, so
// that is how late an event can be; an idle tail wakes twenty times a second. A server pushes, so there the
// subscription waits, and an event is printed at once; the looks at everything else are as far apart.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/event_filter.h"
#include "cli/event_printer.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "cli/progress_bar.h"

namespace daybook::cli {
namespace {

constexpr int kLookEveryMs = 50;

struct Flags {
  std::optional<std::uint64_t> from;
  std::optional<Timestamp> since;
  EventFilter filter;
};

/// Waits up to `milliseconds`, or until the command is interrupted. False: nobody reads standard output any more.
bool wait_or_hang_up(int milliseconds) {
  std::array<pollfd, 2> waits{pollfd{.fd = interrupt_descriptor(), .events = POLLIN, .revents = 0},
                              pollfd{.fd = STDOUT_FILENO, .events = 0, .revents = 0}};
  return ::poll(waits.data(), waits.size(), milliseconds) <= 0 || waits[1].revents == 0;
}

/// Prints what a subscription delivers until there is a reason to end.
class Tail {
 public:
  Tail(Log& log, Subscription& subscription, bool pushed, Output& output, bool json)
      : log_(log),
        subscription_(subscription),
        wait_(pushed ? std::chrono::milliseconds(kLookEveryMs) : std::chrono::milliseconds(0)),
        poll_ms_(pushed ? 0 : kLookEveryMs),
        output_(output),
        printer_(output, json),
        bar_("tail", "events", output) {}

  /// The exit code: 130 when interrupted, 0 when the reader of a pipe has gone.
  int run() {
    while (!interrupted()) {
      Result<Delivery> delivery = subscription_.next(wait_);
      if (!delivery && delivery.error().code != Code::busy) {
        bar_.clear();
        return output_.finish(report(delivery.error()));
      }
      const bool at_rest = !delivery || delivery->kind == Delivery::Kind::idle;
      if (delivery) take(*delivery);
      if (!output_.ok() || !wait_or_hang_up(at_rest ? poll_ms_ : 0)) return output_.finish(kExitOk);
    }
    return output_.finish(kExitInterrupted);
  }

 private:
  void take(Delivery& delivery) {
    if (delivery.kind == Delivery::Kind::events) {
      for (const EventView event : *delivery.batch) printer_.add(event);
      printer_.flush();
      events_ += delivery.batch->size();
    }
    if (delivery.kind == Delivery::Kind::events || delivery.kind == Delivery::Kind::progress) {
      bar_.update({.done = delivery.checkpoint.sequence.value(), .total = log_.head().value(), .items = events_});
    } else {
      bar_.clear();
      name_damage();
    }
  }

  /// The next writer may cut it and go on, so it is named and waited behind.
  void name_damage() {
    const std::optional<Error> damage = log_.damage();
    const std::string message = damage ? damage->message : "";
    if (message == named_damage_) return;
    if (damage) note(message);
    named_damage_ = message;
  }

  Log& log_;
  Subscription& subscription_;
  std::chrono::milliseconds wait_;
  int poll_ms_;
  Output& output_;
  EventPrinter printer_;
  ProgressBar bar_;
  std::uint64_t events_ = 0;
  std::string named_damage_;
};

int run(const Context& context, const Flags& flags) {
  Result<Query> query = flags.filter.query();
  if (!query) return report(query.error());
  Result<std::unique_ptr<Log>> log = open_for_reading(context);
  if (!log) return report(log.error());
  SubscribeOptions options{.from = FromHead{}, .query = std::move(*query)};
  if (flags.from) options.from = Sequence(*flags.from);
  if (flags.since) {
    const Result<Sequence> first = (*log)->first_at(*flags.since);
    if (!first) return report(first.error());
    options.from = std::max(*first, Sequence(flags.from.value_or(0)));
  }
  Result<std::unique_ptr<Subscription>> subscription = (*log)->subscribe(options);
  if (!subscription) return report(subscription.error());
  Output output;
  return Tail(**log, **subscription, !context.server.empty(), output, context.json).run();
}

}  // namespace

void add_tail(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("tail",
                                         "Print events as they are appended, until interrupted\n\n"
                                         "It follows a log that another process writes, or a server, across that one's "
                                         "end and its next beginning, and prints each event once. Ctrl-C ends it, exit "
                                         "130.");
  const auto flags = std::make_shared<Flags>();
  add_count(*command, "--from", flags->from, "Catch up first, from this sequence on; default: only what comes", 0,
            kSequenceMax.value());
  add_time(
      *command, "--since", flags->since,
      "Catch up first, with what was recorded at this time or later: RFC 3339, or a date, which is its midnight in "
      "UTC");
  add_filter(*command, flags->filter);
  add_examples(*command, {"tail --log orders", "tail --log orders --from 1 --type OrderCancelled --json",
                          "tail --log orders --tag customer:17850"});
  command->callback([flags, &context] { context.exit_code = run(context, *flags); });
}

}  // namespace daybook::cli
