// A line is a commit, and a commit needs a key, or a second import would append it again. The key is the one that the
// line names; or it is made of the id of the first event, which is a name for the event wherever it is copied to.
#include "cli/import/commit_source.h"

#include <utility>

#include "api/validate.h"
#include "cli/import/identity.h"
#include "cli/import/utf8.h"
#include "cli/json_text.h"

namespace daybook::cli {

CommitSource::CommitSource(InputSource input, BadRows bad_rows)
    : ImportSource(bad_rows), input_(std::move(input)), window_(input_), lines_(window_, kCommitLineBytesMax) {}

Result<std::unique_ptr<CommitSource>> CommitSource::open(const std::string& path, BadRows bad_rows,
                                                         StopRequested stop) {
  auto input = InputSource::open(path, std::move(stop));
  if (!input) return std::unexpected(input.error());
  std::unique_ptr<CommitSource> source(new CommitSource(std::move(*input), bad_rows));
  if (auto skipped = source->window_.skip_byte_order_mark(); !skipped) return std::unexpected(skipped.error());
  return source;
}

Result<ImportSource::Step> CommitSource::read() {
  while (!ended_) {
    const auto found = lines_.next();
    if (!found || !*found) ended_ = true;
    if (!found) return std::unexpected(found.error());
    if (!*found) break;
    ++line_;
    if (!lines_.is_overlong() && trim_json(lines_.line()).empty()) continue;
    ++rows_;
    auto commit = commit_of(lines_.line());
    if (commit) {
      return ImportedCommit{.commit = std::move(*commit), .first_row = line_, .last_row = line_, .line = line_};
    }
    ++rows_bad_;
    ended_ = bad_rows_ == BadRows::stop;
    return bad_row({.number = line_, .line = line_, .bytes = lines_.line()}, commit.error());
  }
  return End{};
}

Checked<Commit> CommitSource::commit_of(std::string_view line) {
  if (lines_.is_overlong()) return std::unexpected(Problem{0, "the line is longer than 64 MiB"});
  auto commit = json_.parse(line);
  if (!commit) {
    const auto at = first_invalid_utf8(line);
    // Whoever meant to import a CSV learns it at the first line.
    const std::string hint = line_ == 1 ? "; without --mapping a line is what `export` or `read --json` prints" : "";
    return std::unexpected(Problem{at ? *at : json_flaw_at(line).value_or(0), commit.error().message + hint});
  }
  if (!commit->key) {
    const std::optional<EventId>& first = commit->events.front().id;
    if (!first) {
      return std::unexpected(Problem{0,
                                     "it has neither a 'key' nor an 'id' in its first event, so a second import "
                                     "would append it again; name one, or use `append -`"});
    }
    commit->key = commit_key_of(*first);
  }
  if (auto checked = check_commit(*commit); !checked) return std::unexpected(Problem{0, checked.error().message});
  return std::move(*commit);
}

std::string CommitSource::key_conflict(Sequence sequence) const {
  return "its key, or the id of its first event, came with other events before (sequence " +
         std::to_string(sequence.value()) + "): the line was changed since, or this is not the log that it belongs to";
}

}  // namespace daybook::cli
