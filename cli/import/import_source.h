// Where an import's commits come from: rows under a mapping, or lines that are commits already.
//
// Threads: one at a time. Owns: the step that was peeked at; see the derived classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "cli/import/input_file.h"
#include "cli/import/row.h"
#include "daybook/event.h"
#include "daybook/result.h"

namespace daybook::cli {

/// What to do at a row that cannot be taken.
enum class BadRows : std::uint8_t {
  stop,  ///< The run that is open is given up, and the import ends there.
  skip,  ///< The run that is open ends before it, and the import goes on behind it.
};

/// A commit that is ready to be appended, and the rows that it comes from.
struct ImportedCommit {
  Commit commit;  ///< With its idempotency key.
  std::uint64_t first_row = 0;
  std::uint64_t last_row = 0;
  std::uint64_t line = 0;  ///< On which the first row begins.
};

/// See above.
class ImportSource {
 public:
  explicit ImportSource(BadRows bad_rows) : bad_rows_(bad_rows) {}
  virtual ~ImportSource() = default;
  ImportSource(const ImportSource&) = delete;
  ImportSource& operator=(const ImportSource&) = delete;

  /// The end of the input.
  struct End {};
  /// Many rows were read and made no commit yet: a chance to look at the clock. Ask again.
  struct Pause {};
  using Step = std::variant<End, Pause, ImportedCommit, BadRow>;

  /// The next commit, bad row or the end, in the order of the input. With BadRows::stop nothing comes behind a bad row.
  /// Errors as in InputSource::read: what was returned before stands, what was begun is given up.
  [[nodiscard]] Result<Step> next();
  /// What next() will give, though never a Pause: a look before anything is changed. Valid until next().
  [[nodiscard]] Result<const Step*> peek();

  /// What a person should know when the key of a commit is in the log already, with other events from `sequence` on.
  [[nodiscard]] virtual std::string key_conflict(Sequence sequence) const = 0;
  /// The file, and how much of it was read.
  [[nodiscard]] virtual const InputFile& file() const = 0;

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t rows_skipped() const { return rows_skipped_; }
  [[nodiscard]] std::uint64_t rows_bad() const { return rows_bad_; }
  [[nodiscard]] BadRows bad_rows() const { return bad_rows_; }

 protected:
  /// next() without peek().
  [[nodiscard]] virtual Result<Step> read() = 0;

  const BadRows bad_rows_;
  std::uint64_t rows_ = 0;
  std::uint64_t rows_skipped_ = 0;
  std::uint64_t rows_bad_ = 0;

 private:
  std::optional<Step> ahead_;
};

}  // namespace daybook::cli
