// A replay is a subscription, since that is how a server's consumers read. Nobody can ask a server to write its index
// now; what it has not written at the last acknowledgement is less than the index's queue holds, which is bounded.
#include "bench/peers/served_store.h"

#include "bench/append_run.h"
#include "bench/replay_run.h"
#include "daybook/version.h"

namespace daybook::bench {

std::string ServedStore::name() const {
  return "daybook " + std::string(library_version()) + ", served";
}

void ServedStore::begin(std::uint32_t producers) {
  logs_.clear();
  server_.reset();
  std::filesystem::remove_all(directory_);
  server_ = std::make_unique<LiveServer>((directory_ / "log").string(), "unix:" + (door_ / "daybook").string());
  logs_ = server_->connect(producers);
}

void ServedStore::append(std::uint32_t producer, Commit commit) {
  if (const auto appended = logs_[producer]->append(std::move(commit)); !appended) {
    give_up("append", appended.error());
  }
}

std::uint64_t ServedStore::replay() {
  Log& log = *logs_.front();
  const auto head = log.refresh();
  if (!head) give_up("refresh", head.error());
  return follow(log, *head);
}

}  // namespace daybook::bench
