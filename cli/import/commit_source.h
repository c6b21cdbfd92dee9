// The lines of `export` and of `read --json` as commits: what an import without a mapping appends.
//
// Threads: one at a time. Owns: its reader.
#pragma once

#include <memory>
#include <string>

#include "cli/commit_json.h"
#include "cli/import/import_source.h"
#include "cli/import/input_lines.h"
#include "cli/import/input_source.h"
#include "cli/import/input_window.h"

namespace daybook::cli {

/// See above. Empty lines are passed by. A line without a key gets that of its first event's id (commit_key_of).
class CommitSource final : public ImportSource {
 public:
  /// Opens `path` (`-`: standard input). Errors: those of InputSource.
  [[nodiscard]] static Result<std::unique_ptr<CommitSource>> open(const std::string& path, BadRows bad_rows,
                                                                  StopRequested stop = {});

  [[nodiscard]] std::string key_conflict(Sequence sequence) const override;
  [[nodiscard]] const InputFile& file() const override { return input_.file(); }

 private:
  CommitSource(InputSource input, BadRows bad_rows);
  [[nodiscard]] Result<Step> read() override;
  [[nodiscard]] Checked<Commit> commit_of(std::string_view line);

  InputSource input_;
  InputWindow window_;
  InputLines lines_;
  CommitJson json_;
  std::uint64_t line_ = 0;
  bool ended_ = false;
};

}  // namespace daybook::cli
