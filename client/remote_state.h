// A projection's rows over the wire.
//
// Threads: one at a time. Owns: the value that get() gave last.
#pragma once

#include <chrono>
#include <string>

#include "client/client_loop.h"
#include "daybook/state.h"

namespace daybook::client {

/// What an answer must hold, and how long it may take until it does.
struct AtLeast {
  Sequence sequence{};                                          ///< Every event through it.
  std::chrono::nanoseconds timeout = std::chrono::seconds(10);  ///< For that.
};

class RemoteState final : public State {
 public:
  /// Of projection `name`; `loop` outlives it.
  RemoteState(ClientLoop& loop, std::string name) : loop_(loop), name_(std::move(name)) {}

  void at_least(const AtLeast& least) { least_ = least; }
  [[nodiscard]] Result<ProjectionStatus> status();

  [[nodiscard]] Result<std::optional<std::string_view>> get(std::string_view key) override;
  [[nodiscard]] Result<void> put(std::string_view key, std::string_view value) override;
  [[nodiscard]] Result<void> erase(std::string_view key) override;
  [[nodiscard]] Result<void> scan_after(std::string_view prefix, std::string_view after, const StateRow& row) override;

 private:
  template <class T>
  [[nodiscard]] Result<T> ask(Try<T> tried);

  ClientLoop& loop_;
  const std::string name_;
  AtLeast least_;
  std::string value_;
};

}  // namespace daybook::client
