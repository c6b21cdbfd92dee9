// Reading and appending overlap: this thread reads, converts and queues, the log's own threads number, write and sync.
#include "cli/import/importer.h"

#include <utility>
#include <variant>

namespace daybook::cli {
namespace {

/// The error as the user meets it: with the place in the input, and with what a conflict of keys means here.
Error located(const ImportSource& source, const AppendFailure& failure) {
  Error error = failure.error;
  const std::string where =
      source.file().name() + ":" + std::to_string(failure.line) + " (row " + std::to_string(failure.first_row) + "): ";
  if (error.conflict && error.conflict->kind == Conflict::Kind::key) {
    error.message = where + source.key_conflict(error.conflict->sequence);
  } else {
    error.message = where + error.message;
  }
  return error;
}

/// Reads until something ends the import. What is on its way is not waited for.
void pump(ImportSource& source, AppendWindow& window, const ImportListener& listener, const StopRequested& stop,
          ImportSummary& summary) {
  while (true) {
    if (stop()) {
      summary.end = ImportEnd::interrupted;
      return;
    }
    auto step = source.next();
    if (!step) {
      // A wait for input that was given up is no failure of the input.
      summary.end = stop() ? ImportEnd::interrupted : ImportEnd::failed;
      if (summary.end == ImportEnd::failed) summary.error = std::move(step.error());
      return;
    }
    if (auto* commit = std::get_if<ImportedCommit>(&*step)) {
      if (!window.append(std::move(*commit))) return;
    } else if (auto* bad = std::get_if<BadRow>(&*step)) {
      summary.end = ImportEnd::bad_row;
      if (summary.bad_rows.size() < kBadRowsListedMax) {
        listener.bad_row(*bad);
        summary.bad_rows.push_back(std::move(*bad));
      }
    } else if (std::holds_alternative<ImportSource::End>(*step)) {
      return;
    }
    listener.progress(source);
  }
}

}  // namespace

ImportSummary import_events(ImportSource& source, Log& log, const ImportListener& listener, const StopRequested& stop,
                            AppendOptions patience) {
  ImportSummary summary;
  AppendWindow window(log, patience);
  pump(source, window, listener, stop, summary);
  window.finish();
  summary.rows = source.rows();
  summary.rows_skipped = source.rows_skipped();
  summary.rows_bad = source.rows_bad();
  summary.events = window.counts();
  if (summary.end == ImportEnd::bad_row && source.bad_rows() == BadRows::skip) summary.end = ImportEnd::complete;
  if (window.failure()) {
    summary.end = ImportEnd::failed;
    summary.error = located(source, *window.failure());
  }
  return summary;
}

std::string text_of(const std::string& file, const BadRow& bad) {
  return file + ":" + std::to_string(bad.line) + ":" + std::to_string(bad.column) + " (row " + std::to_string(bad.row) +
         "): " + bad.reason;
}

}  // namespace daybook::cli
