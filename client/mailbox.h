// Between the loop, which takes in what a server pushes, and the thread that calls Subscription::next().
//
// Threads: put(), tell(), end() and the like the loop's; take() one at a time; stop() any. Owns: deliveries that nobody
// took yet.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

#include "base/mutex.h"
#include "daybook/clock.h"
#include "daybook/result.h"
#include "daybook/subscription.h"

namespace daybook::client {

class Mailbox {
 public:
  /// At most about `bytes_max`: what comes beyond it is taken once, and has_room() says no.
  explicit Mailbox(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Where it begins, before anything is put in.
  void begin(const Checkpoint& position);
  /// `bytes`: of the block. take() may not notice before tell().
  void put(Delivery delivery, std::size_t bytes);
  /// That something was put in: once for all that came together.
  void tell();
  /// Nothing comes any more: `reason` follows what is there, for ever.
  void end(Error reason);
  /// As Subscription::stop().
  void stop();
  /// Whether more may be put in. No: take() says when.
  [[nodiscard]] bool has_room();

  /// As Subscription::next().
  [[nodiscard]] Result<Delivery> take(std::chrono::nanoseconds wait);
  /// Whether somebody was told that there is no room, and there is now. Says so once.
  [[nodiscard]] bool made_room();

 private:
  struct Item {
    Delivery delivery;
    std::size_t bytes;
  };

  const std::size_t bytes_max_;
  Mutex mutex_;
  Bell bell_;
  std::deque<Item> items_ DAYBOOK_GUARDED_BY(mutex_);
  std::size_t bytes_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  Checkpoint position_ DAYBOOK_GUARDED_BY(mutex_);  ///< Of what was taken last.
  std::optional<Error> ended_ DAYBOOK_GUARDED_BY(mutex_);
  bool stopped_ DAYBOOK_GUARDED_BY(mutex_) = false;
  bool refused_ DAYBOOK_GUARDED_BY(mutex_) = false;  ///< has_room() said no.
};

}  // namespace daybook::client
