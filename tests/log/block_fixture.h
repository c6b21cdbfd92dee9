// Blocks without a log: random commits, sealed as the sequencer seals them.
//
// Threads: the test's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "daybook/block.h"
#include "daybook/query.h"

namespace daybook::test {

/// Seals commits into blocks that follow each other, numbering as the sequencer does.
class BlockChain {
 public:
  explicit BlockChain(const LogId& log_id);

  /// The next block. Events without an id get the nil UUID.
  std::shared_ptr<const Block> seal(const std::vector<Commit>& commits, Timestamp recorded_at = {});
  [[nodiscard]] Sequence next() const { return next_; }

 private:
  Sequence next_{1};
  Link chain_;
  std::map<std::string, Version> versions_;
};

/// All that a producer says of an event, for comparing.
[[nodiscard]] inline auto content_of(const Event& event) {
  return std::tie(event.stream, event.type, event.data, event.tags, event.content_type, event.id, event.occurred_at,
                  event.correlation_id, event.causation_id, event.traceparent, event.headers);
}

/// An event with every field that may be there, there or not; names from a small set, so that they meet.
[[nodiscard]] Event random_event(std::mt19937_64& random);
/// One to eight random events, every third with a key that no other has.
[[nodiscard]] Commit random_commit(std::mt19937_64& random);
/// A well-formed query over the names of random_event().
[[nodiscard]] Query random_query(std::mt19937_64& random);

}  // namespace daybook::test
