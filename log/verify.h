// The full check: every block, and that the postings say what the blocks say.
//
// Threads: one at a time, which may begin another until it returns. Owns: nothing; memory is bounded by the number of
// buckets (one a million sequences) and by kUnindexedStreamsMax.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "daybook/statistics.h"
#include "log/recovery.h"
#include "log/store.h"

namespace daybook {

/// Of so many streams the versions are followed behind the index, where there are no postings to compare them with.
inline constexpr std::size_t kUnindexedStreamsMax = 1'000'000;

/// What is checked: the store through `head`, and what read_index_state() said of its postings.
struct VerifySubject {
  LogId log_id;
  const Store& store;
  Sequence head;
  const Result<std::optional<IndexState>>& index;
  bool side_by_side = false;  ///< The postings on a thread of their own.
};

/// Gets events done and in all, now and then; false stops the check.
using VerifyProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// See Log::verify. `closed` where `progress` stopped it.
[[nodiscard]] Result<VerifyReport> verify_log(const VerifySubject& subject, VerifyScope scope,
                                              const VerifyProgress& progress);

}  // namespace daybook
