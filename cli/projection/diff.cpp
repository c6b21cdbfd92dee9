// `projection diff`: one fold through the later sequence; on the way from the earlier one on, each row is noted as it
// was before its first change. So memory hangs on what changed, and not on the size of the state.
#include <map>
#include <utility>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/projection/actions.h"
#include "cli/projection/replay.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kChangedRowsMax = 1'000'000;
constexpr std::size_t kPageRows = 1000;

using FirstSeen = std::map<std::string, std::optional<Row>, std::less<>>;

// What the rows of each source were before they changed for the first time.
class Before {
 public:
  explicit Before(const RowSelection& selection) : selection_(selection), rows_(selection.sources.size()) {}

  Result<void> note(State& before, State& after) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      auto changes = row_changes(selection_.sources[i], selection_.key, before, after);
      if (!changes) return std::unexpected(std::move(changes.error()));
      for (RowChange& change : *changes) {
        count_ += rows_[i].try_emplace(change.key(), std::move(change.before)).second ? 1 : 0;
      }
    }
    if (count_ <= kChangedRowsMax) return {};
    return fail(Code::too_large, "more than " + std::to_string(kChangedRowsMax) +
                                     " rows changed; choose a narrower range, or one --dimension or --key");
  }
  [[nodiscard]] const FirstSeen& rows(std::size_t source) const { return rows_[source]; }

 private:
  const RowSelection& selection_;
  std::vector<FirstSeen> rows_;
  std::size_t count_ = 0;
};

// Both ends must be there: a state as of a sequence that is not there yet cannot be known.
Result<Sequence> check_range(const DiffRequest& request, Sequence head) {
  const Sequence through = request.through.value_or(head);
  if (request.through && request.from > through) {
    return fail(Code::invalid, "--from " + std::to_string(request.from.value()) + " is beyond --through " +
                                   std::to_string(through.value()) + "; a range goes from low to high");
  }
  const Sequence last = std::max(request.from, through);
  if (last <= head) return through;
  return fail(Code::not_found,
              "there is no event " + std::to_string(last.value()) + "; the head is " + std::to_string(head.value()));
}

Result<void> fold(ProjectionReplay& replay, const DiffRequest& request, Sequence through, Before& noted) {
  ProgressBar bar("diff " + request.name, "events");
  const auto progress = [&](Sequence reached) {
    bar.update({.done = reached.value(), .total = through.value(), .items = replay.events()});
    return !interrupted();
  };
  if (auto run = replay.run(request.from, progress); !run || interrupted()) return run;
  Result<void> took;
  auto run = replay.run(through, progress, [&](const EventView&, State& before, State& after) {
    took = noted.note(before, after);
    return took.has_value();
  });
  return took ? std::move(run) : std::move(took);
}

Result<std::uint64_t> print(ProjectionReplay& replay, const RowSelection& selection, const Before& noted, bool json,
                            Output& output) {
  std::vector<Column> columns = key_columns(selection);
  columns.push_back({"change"});
  Table table(std::move(columns));
  table.header_on_terminal_only();
  std::uint64_t printed = 0;
  for (std::size_t i = 0; i < selection.sources.size(); ++i) {
    const RowSource& source = selection.sources[i];
    for (const auto& [key, before] : noted.rows(i)) {
      if (!output.ok() || interrupted()) return printed;
      auto after = source.find(replay.state(), key);
      if (!after) return std::unexpected(std::move(after.error()));
      const RowChange change{.before = before, .after = std::move(*after)};
      if (change.before == change.after) continue;  // There and back again.
      ++printed;
      if (json) {
        output.buffer().push_back('{');
        append_change_json(output.buffer(), source.shape(), change);
        output.buffer().append("}\n");
        output.line_done();
        continue;
      }
      std::vector<std::string> cells;
      add_key_cells(cells, selection, source.shape(), key);
      cells.push_back(change_text(source.shape(), change));
      table.add_row(cells);
      if (table.row_count() >= kPageRows) table.print(output);
    }
  }
  table.print(output);
  return printed;
}

}  // namespace

int diff_projection(const Context& context, const DiffRequest& request) {
  auto projection = find_projection(request.name);
  if (!projection) return report(projection.error());
  auto sources = RowSource::all(request.name, request.dimension);
  if (!sources) return report(sources.error());
  const RowSelection selection{.sources = std::move(*sources), .key = request.key};
  const auto log = open_for_reading(context);
  if (!log) return report(log.error());
  const auto through = check_range(request, (*log)->head());
  if (!through) return report(through.error());
  const auto replay = ProjectionReplay::open(**log, std::move(*projection));
  if (!replay) return report(replay.error());

  Output output;
  Before noted(selection);
  // Without the later state there is nothing to compare with.
  if (const auto folded = fold(**replay, request, *through, noted); !folded) {
    return output.finish(report(folded.error(), Source::input));
  }
  if (interrupted()) return output.finish(kExitInterrupted);
  const auto printed = print(**replay, selection, noted, context.json, output);
  output.flush();
  if (!printed) return output.finish(report(printed.error()));
  if (request.key && *printed == 0 && !interrupted()) {
    if (auto known = check_key(**replay, request.name, selection); !known) return output.finish(report(known.error()));
  }
  return finish_reading(**log, output, interrupted() ? kExitInterrupted : kExitOk);
}

}  // namespace daybook::cli
