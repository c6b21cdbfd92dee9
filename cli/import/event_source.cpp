// A row is first understood completely (rule, conversions, names), and only then does it end the run before it: at a
// bad row, an import that stops has not closed that run, and whatever the mended row turns out to be, the run can
// still be what it would have been.
#include "cli/import/event_source.h"

#include <utility>

#include "cli/import/csv_rows.h"
#include "cli/import/jsonl_rows.h"

namespace daybook::cli {
namespace {

constexpr std::uint64_t kRowsBetweenPauses = 10'000;

template <class Reader>
Result<std::unique_ptr<RowReader>> open_reader(InputWindow& window, const Mapping& mapping) {
  auto reader = Reader::open(window, mapping);
  if (!reader) return std::unexpected(reader.error());
  return std::unique_ptr<RowReader>(std::move(*reader));
}

}  // namespace

Result<std::unique_ptr<EventSource>> EventSource::open(const std::string& path, Mapping& mapping, BadRows bad_rows,
                                                       StopRequested stop) {
  auto input = InputSource::open(path, std::move(stop));
  if (!input) return std::unexpected(input.error());
  std::unique_ptr<EventSource> source(new EventSource(std::move(*input), mapping, bad_rows));
  auto reader = mapping.format == InputFormat::csv ? open_reader<CsvRows>(source->window_, mapping)
                                                   : open_reader<JsonlRows>(source->window_, mapping);
  if (!reader) return std::unexpected(reader.error());
  source->reader_ = std::move(*reader);
  return source;
}

EventSource::EventSource(InputSource input, Mapping& mapping, BadRows bad_rows)
    : ImportSource(bad_rows),
      input_(std::move(input)),
      window_(input_),
      mapping_(mapping),
      runs_{Run(mapping), Run(mapping)} {}

Result<EventSource::Step> EventSource::read() {
  for (std::uint64_t rows = 0; ready_.empty() && !ended_; ++rows) {
    if (rows == kRowsBetweenPauses) return Pause{};
    const auto step = reader_->next();
    if (!step) {
      ended_ = true;
      return std::unexpected(step.error());
    }
    if (*step == RowReader::Step::end) {
      close_run();
      ended_ = true;
      break;
    }
    ++rows_;
    if (*step == RowReader::Step::bad_row) {
      take_bad_row(reader_->row(), reader_->problem());
    } else if (auto taken = take_row(reader_->row()); !taken) {
      take_bad_row(reader_->row(), taken.error());
    }
  }
  if (ready_.empty()) return End{};
  Step step = std::move(ready_.front());
  ready_.pop_front();
  return step;
}

std::string EventSource::key_conflict(Sequence sequence) const {
  return "these rows are in the log already, as another event (sequence " + std::to_string(sequence.value()) +
         "): the mapping has changed since they were imported; use the mapping of that time, or another log";
}

Rule* EventSource::rule_for(const Row& row) {
  for (Rule& rule : mapping_.rules) {
    if (rule.takes(row.values)) return &rule;
  }
  return nullptr;
}

Checked<> EventSource::take_row(const Row& row) {
  Rule* const rule = rule_for(row);
  if (rule == nullptr) return std::unexpected(Problem{0, "no [[event]] of the mapping takes this row"});
  if (rule->skip) {
    ++rows_skipped_;
    close_run();
    return {};
  }
  if (run_->is_open() && run_->continues(*rule, row)) {
    if (auto added = run_->add(row); !added) return added;
  } else {
    if (auto opened = next_->open(*rule, row); !opened) return opened;
    close_run();
    std::swap(run_, next_);
  }
  if (run_->is_full()) close_run();
  return {};
}

void EventSource::take_bad_row(const Row& row, const Problem& problem) {
  ++rows_bad_;
  if (bad_rows_ == BadRows::skip) {
    close_run();
  } else {
    ended_ = true;
  }
  ready_.emplace_back(bad_row(row, problem));
}

void EventSource::close_run() {
  if (run_->is_open()) ready_.emplace_back(run_->close());
}

}  // namespace daybook::cli
