// `replay`: folds from the first event on, whatever range is printed: a state as of N is the fold of 1 through N, and
// nothing less.
#include "cli/projection/replay.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "daybook/clock.h"

#include "cli/interrupt.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/projection/actions.h"
#include "cli/projection/row_printer.h"
#include "cli/time_text.h"

namespace daybook::cli {
namespace {

using Show = ReplayRequest::Show;

constexpr std::size_t kPageRows = 256;

// What a person asks of a row first: stock on hand, net revenue.
std::size_t headline_of(const RowShape& shape) {
  return shape.fields.size() - 1;
}

// Prints what events changed, a line an event and row.
class ChangePrinter {
 public:
  ChangePrinter(const RowSelection& selection, bool explain, bool json, Output& output)
      : selection_(selection), explain_(explain), json_(json), output_(output), table_(columns()) {
    table_.header_on_terminal_only();
  }

  void print(const EventView& event, const RowShape& shape, const RowChange& change) {
    ++printed_;
    if (json_) {
      print_json(event, shape, change);
      return;
    }
    std::vector<std::string> cells{std::to_string(event.sequence().value()), std::string(event.type()),
                                   std::string(event.stream())};
    if (names_rows()) add_key_cells(cells, selection_, shape, change.key());
    if (explain_) {
      const std::size_t headline = headline_of(shape);
      cells.push_back(change.after ? value_text(shape.fields[headline], change.after->values[headline]) : "");
    }
    cells.push_back(change_text(shape, change));
    table_.add_row(cells);
    if (table_.row_count() >= kPageRows) finish();
  }
  void finish() {
    if (!json_) table_.print(output_);
  }
  [[nodiscard]] std::uint64_t printed() const { return printed_; }

 private:
  // The one row that is explained need not be named on every line.
  bool names_rows() const { return !explain_ || selection_.sources.size() > 1; }

  std::vector<Column> columns() const {
    std::vector<Column> columns{{"sequence", Align::right}, {"type"}, {"stream"}};
    if (names_rows()) {
      for (Column& column : key_columns(selection_)) columns.push_back(std::move(column));
    }
    if (explain_) {
      const RowShape& shape = selection_.sources.front().shape();
      columns.push_back({std::string(shape.fields[headline_of(shape)].name), Align::right});
    }
    columns.push_back({"change"});
    return columns;
  }

  void print_json(const EventView& event, const RowShape& shape, const RowChange& change) {
    std::string& out = output_.buffer();
    out.append("{\"sequence\":").append(std::to_string(event.sequence().value())).append(",\"stream\":");
    append_json_string(out, event.stream());
    out.append(",\"type\":");
    append_json_string(out, event.type());
    out.append(",\"time\":\"");
    append_time(out, event.recorded_at());
    out.append("\",");
    append_change_json(out, shape, change);
    if (explain_) {
      out.append(",\"row\":");
      if (change.after) {
        append_row_json(out, shape, *change.after);
      } else {
        out.append("null");
      }
    }
    out.append("}\n");
    output_.line_done();
  }

  const RowSelection& selection_;
  bool explain_;
  bool json_;
  Output& output_;
  Table table_;
  std::uint64_t printed_ = 0;
};

Result<RowSelection> check_request(const ReplayRequest& request) {
  const bool changes = request.show == Show::changes || request.show == Show::explain;
  if (request.from && !changes) {
    return fail(Code::invalid, "--from goes with --show changes and --explain; a state is always folded from 1");
  }
  if (request.show == Show::none && (request.key || request.dimension)) {
    return fail(Code::invalid, "--show none prints no rows; leave --key and --dimension away");
  }
  if (request.from && *request.from > request.through) {
    return fail(Code::invalid, "--from " + std::to_string(request.from->value()) + " is beyond --through " +
                                   std::to_string(request.through.value()) + "; a range goes from low to high");
  }
  auto sources = RowSource::all(request.name, request.dimension);
  if (!sources) return std::unexpected(std::move(sources.error()));
  return RowSelection{.sources = std::move(*sources), .key = request.key};
}

Result<void> fold(ProjectionReplay& replay, const ReplayRequest& request, const RowSelection& selection, Sequence head,
                  Output& output, ChangePrinter& printer) {
  ProgressBar bar("replay " + request.name, "events");
  const Sequence end = std::min(request.through, head);
  const auto progress = [&](Sequence reached) {
    bar.update({.done = reached.value(), .total = end.value(), .items = replay.events()});
    return output.ok() && !interrupted();
  };
  if (request.show == Show::state || request.show == Show::none) return replay.run(end, progress);
  const Sequence from = request.from.value_or(Sequence(1));
  if (from > Sequence(1)) {
    if (auto run = replay.run(std::min(from.previous(), end), progress); !run || interrupted()) return run;
  }
  Result<void> looked_at;
  auto run = replay.run(end, progress, [&](const EventView& event, State& before, State& after) {
    for (const RowSource& source : selection.sources) {
      const auto changes = row_changes(source, selection.key, before, after);
      if (!changes) {
        looked_at = std::unexpected(changes.error());
        return false;
      }
      for (const RowChange& change : *changes) {
        bar.clear();
        printer.print(event, source.shape(), change);
      }
    }
    return output.ok();
  });
  return looked_at ? std::move(run) : std::move(looked_at);
}

Result<bool> has_row(ProjectionReplay& replay, const RowSelection& selection) {
  for (const RowSource& source : selection.sources) {
    const auto row = source.find(replay.state(), *selection.key);
    if (!row) return std::unexpected(row.error());
    if (*row) return true;
  }
  return false;
}

Result<void> print_state(ProjectionReplay& replay, const RowSelection& selection, bool json, Output& output) {
  for (const RowSource& source : selection.sources) {
    RowPrinter printer("state", source.shape(), json, output);
    if (selection.key) {
      const auto row = source.find(replay.state(), *selection.key);
      if (!row) return std::unexpected(row.error());
      if (*row) printer.print(**row);
    } else {
      auto scanned = source.scan(replay.state(), [&](const Row& row) {
        printer.count();
        return printer.print(row);
      });
      if (!scanned) return scanned;
    }
    printer.finish();
  }
  return {};
}

void print_summary(const ReplayRequest& request, const ProjectionReplay& replay, double seconds, bool json,
                   Output& output) {
  std::array<char, 40> time{};
  std::snprintf(time.data(), time.size(), "%.3f", seconds);
  const std::string reached = std::to_string(replay.reached().value());
  const std::string events = std::to_string(replay.events());
  std::string& out = output.buffer();
  if (!json) {
    out.append(request.name).append(": ").append(events).append(" events folded through sequence ").append(reached);
    out.append(" in ").append(time.data()).append(" s\n");
    return;
  }
  out.append("{\"name\":");
  append_json_string(out, request.name);
  out.append(",\"sequence\":").append(reached).append(",\"events\":").append(events);
  out.append(",\"seconds\":").append(time.data());
  if (const auto& failure = replay.failure()) {
    out.append(",\"failure\":{\"sequence\":").append(std::to_string(failure->sequence.value())).append(",\"stream\":");
    append_json_string(out, failure->stream);
    out.append(",\"reason\":");
    append_json_string(out, failure->reason);
    out.push_back('}');
  }
  out.append("}\n");
}

}  // namespace

std::vector<Column> key_columns(const RowSelection& selection) {
  if (selection.sources.size() == 1) return {{std::string(selection.sources.front().shape().key_name)}};
  return {{"dimension"}, {"key"}};
}

void add_key_cells(std::vector<std::string>& cells, const RowSelection& selection, const RowShape& shape,
                   const std::string& key) {
  if (selection.sources.size() > 1) cells.emplace_back(shape.key_name);
  cells.push_back(key);
}

Result<void> check_key(ProjectionReplay& replay, const std::string& name, const RowSelection& selection) {
  const auto found = has_row(replay, selection);
  if (!found) return std::unexpected(found.error());
  if (*found) return {};
  const bool one = selection.sources.size() == 1;
  return fail(Code::not_found, name + " has no " +
                                   std::string(one ? selection.sources.front().shape().key_name : "key") + " \"" +
                                   *selection.key + "\" through sequence " + std::to_string(replay.reached().value()));
}

int replay_projection(const Context& context, const ReplayRequest& request) {
  auto projection = find_projection(request.name);
  if (!projection) return report(projection.error());
  const auto selection = check_request(request);
  if (!selection) return report(selection.error());
  const auto log = open_for_reading(context);
  if (!log) return report(log.error());
  const auto replay = ProjectionReplay::open(**log, std::move(*projection));
  if (!replay) return report(replay.error());

  const auto start = Clock::system().steady_now();
  Output output;
  ChangePrinter printer(*selection, request.show == Show::explain, context.json, output);
  const auto folded = fold(**replay, request, *selection, (*log)->head(), output, printer);
  const double seconds = std::chrono::duration<double>(Clock::system().steady_now() - start).count();
  printer.finish();
  if (interrupted()) return output.finish(kExitInterrupted);

  // A state is shown also where the fold stands still: it is the state before the event that it cannot take in.
  Result<void> shown;
  if (request.show == Show::state) shown = print_state(**replay, *selection, context.json, output);
  if (request.show == Show::none) print_summary(request, **replay, seconds, context.json, output);
  if (shown && folded && request.key && printer.printed() == 0) shown = check_key(**replay, request.name, *selection);
  output.flush();
  int exit_code = kExitOk;
  if (!shown) exit_code = report(shown.error(), Source::input);
  // What cannot be folded stands in the log, not in a flag.
  if (!folded) exit_code = report(folded.error(), Source::input);
  return finish_reading(**log, output, interrupted() ? kExitInterrupted : exit_code);
}

}  // namespace daybook::cli
