// The first step is looked at before the log is opened for writing: whoever names a wrong file, or a file whose first
// row is bad, finds the directory as it was.
#include "cli/import/import_source.h"

#include <utility>

namespace daybook::cli {

Result<ImportSource::Step> ImportSource::next() {
  if (!ahead_) return read();
  Step step = *std::move(ahead_);
  ahead_.reset();
  return step;
}

Result<const ImportSource::Step*> ImportSource::peek() {
  while (!ahead_ || std::holds_alternative<Pause>(*ahead_)) {
    auto step = read();
    if (!step) return std::unexpected(std::move(step.error()));
    ahead_ = std::move(*step);
  }
  return &*ahead_;
}

}  // namespace daybook::cli
