// The index is written behind the acknowledgements, so the clock runs on until it is there: the peers' is, too.
#include "bench/peers/daybook_store.h"

#include "bench/append_run.h"
#include "bench/event_counts.h"
#include "bench/replay_run.h"
#include "daybook/projection.h"
#include "daybook/version.h"

namespace daybook::bench {

std::string DaybookStore::name() const {
  return std::string("daybook ").append(library_version());
}

void DaybookStore::begin(std::uint32_t /*producers*/) {
  log_.reset();
  std::filesystem::remove_all(directory_);
  auto log = Log::open(directory_ / "log", {.create_if_missing = true});
  if (!log) give_up("open", log.error());
  log_ = std::move(*log);
}

void DaybookStore::append(std::uint32_t /*producer*/, Commit commit) {
  if (const auto appended = log_->append(std::move(commit)); !appended) give_up("append", appended.error());
}

void DaybookStore::finish() {
  wait_for_index(*log_);
}

std::uint64_t DaybookStore::replay() {
  return static_cast<std::uint64_t>(bench::replay(*log_).events);
}

void DaybookStore::fold() {
  const std::filesystem::path state = directory_ / "counts";
  std::filesystem::remove_all(state);
  auto runner = ProjectionRunner::open(*log_, event_counts(), state, {.batch_events_max = kFoldBatch});
  if (!runner) give_up("projection", runner.error());
  if (const auto ran = (*runner)->run(); !ran) give_up("projection", ran.error());
}

}  // namespace daybook::bench
