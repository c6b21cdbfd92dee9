// A State that refuses changes: what readers and lookers-on are given.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include "daybook/projection.h"

namespace daybook {

/// Base of states that are only read.
class ReadOnlyState : public State {
 public:
  /// `unsupported`.
  [[nodiscard]] Result<void> put(std::string_view, std::string_view) final { return refuse(); }
  /// `unsupported`.
  [[nodiscard]] Result<void> erase(std::string_view) final { return refuse(); }

 private:
  [[nodiscard]] static Result<void> refuse() {
    return fail(Code::unsupported, "this projection's state is opened for reading only");
  }
};

}  // namespace daybook
