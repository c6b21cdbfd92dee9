// Appends on their way: bounded, in the order in which they came, each kept until its answer so that it can be sent
// again.
//
// Threads: any for push(), fetch() and give_room(); an Outgoing is of whoever holds it. Owns: those that nobody
// fetched.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "daybook/event.h"
#include "daybook/log.h"
#include "daybook/result.h"
#include "schema/hash.h"

namespace daybook::client {

/// One append.
struct Outgoing {
  Commit commit;          ///< With a key: its own, or one made for it.
  Hash128 fingerprint{};  ///< Of its events.
  Completion completion;  ///< Called once; null afterwards.
  std::chrono::steady_clock::time_point deadline{};
  std::size_t words = 0;    ///< In a message; what it counts for in the queue.
  std::uint64_t order = 0;  ///< Rises in the order in which they came.
  std::uint32_t sends = 0;  ///< How often it was sent.
  bool own_key = false;     ///< The caller gave the key, and so wants to know of a repeat.
  bool new_key = false;     ///< Nothing was ever appended under the key, unless by an earlier sending of this.

  /// Whether it was answered, or given up.
  [[nodiscard]] bool done() const { return completion == nullptr; }
};

using OutgoingList = std::vector<std::unique_ptr<Outgoing>>;

class Outbox {
 public:
  /// At most so many commits and bytes without an answer.
  Outbox(std::size_t commits_max, std::size_t bytes_max) : commits_max_(commits_max), bytes_max_(bytes_max) {}
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Takes one in; true: whoever fetches must be told. At the bound it is `busy`, or where `wait` is set, it waits
  /// until the deadline and is `timeout`. All errors are *not appended*, and leave the completion uncalled.
  [[nodiscard]] Result<bool> push(std::unique_ptr<Outgoing> outgoing, bool wait);
  /// Those that came since the last time.
  [[nodiscard]] OutgoingList fetch();
  /// So many were answered.
  void give_room(std::size_t commits, std::size_t words);
  /// From now on push() says `closed`.
  void close();

 private:
  [[nodiscard]] bool has_room(std::size_t words) const DAYBOOK_REQUIRES(mutex_);

  const std::size_t commits_max_;
  const std::size_t bytes_max_;
  Mutex mutex_;
  Bell room_;
  OutgoingList came_ DAYBOOK_GUARDED_BY(mutex_);
  std::size_t commits_ DAYBOOK_GUARDED_BY(mutex_) = 0;  ///< Without an answer.
  std::size_t words_ DAYBOOK_GUARDED_BY(mutex_) = 0;    ///< Of them.
  std::uint64_t order_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  bool told_ DAYBOOK_GUARDED_BY(mutex_) = false;  ///< Whoever fetches knows that something came.
  bool closed_ DAYBOOK_GUARDED_BY(mutex_) = false;
};

}  // namespace daybook::client
