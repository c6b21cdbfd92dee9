// Counts come from the index's last checkpoint and the tail behind it, so that they cost nothing on a long log.
#include "daybook/statistics.h"

#include <system_error>

#include "log/local_log.h"
#include "log/verify.h"

namespace daybook {
namespace {

std::uint64_t bytes_under(const std::filesystem::path& directory) {
  // Files come and go beneath a running writer, so whatever vanishes between two looks counts as nothing.
  std::uint64_t bytes = 0;
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(directory, error);
  const std::filesystem::recursive_directory_iterator end;
  while (!error && at != end) {
    std::error_code gone;
    const auto size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) bytes += size;
    at.increment(error);
  }
  return bytes;
}

}  // namespace

std::string_view to_string(Recovered recovered) {
  switch (recovered) {
    case Recovered::clean:
      return "clean";
    case Recovered::replayed:
      return "replayed";
    case Recovered::cut:
      return "cut";
  }
  return "unknown";
}

Result<Statistics> LocalLog::statistics() {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  const auto view = indexed_view();
  if (!view) return std::unexpected(view.error());
  if (view->no_index) return std::unexpected(*view->no_index);
  LogCounts counts = view->tail->indexed_counts;
  for (const auto& generation : view->tail->generations) counts = counts + generation->counts();
  return Statistics{.events = view->head.value(),
                    .head = view->head,
                    .streams = counts.streams,
                    .commits = counts.commits,
                    .blocks = counts.blocks,
                    .bytes_on_disk = options().in_memory ? 0 : bytes_under(directory()),
                    .indexed_through = view->tail->indexed_through,
                    .log_id = id(),
                    .format_version = kFormatVersion,
                    .recovered = core.recovered};
}

std::string_view to_string(DamagedPart part) {
  switch (part) {
    case DamagedPart::events:
      return "events";
    case DamagedPart::end:
      return "end";
    case DamagedPart::postings:
      return "postings";
    case DamagedPart::projection:
      return "projection";
  }
  return "unknown";
}

Result<VerifyReport> LocalLog::verify(const std::function<bool(std::uint64_t, std::uint64_t)>& progress,
                                      VerifyScope scope) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  const View view = core.view();
  const auto index = read_index_state(*view.store, kSequenceMax);
  // A writer indexes what is below its head, which is therefore asked for afterwards.
  const Sequence head = follower ? view.head : core.head.head();
  auto report = verify_log(
      {.log_id = id(), .store = *view.store, .head = head, .index = index, .side_by_side = drive_ == Drive::threads},
      scope, progress);
  const auto end = damage();
  if (report && end) report->damage.push_back({head.next(), {}, end->message, DamagedPart::end});
  return report;
}

}  // namespace daybook
