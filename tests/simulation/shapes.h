// Random commits, queries and options. A seed chooses first what kind of run it is (few streams or many, small blocks
// or large, keys often or never), then each thing within that: so that runs differ in more than their order.
//
// Threads: one at a time. Owns: what kind of run it is.
#pragma once

#include <cstdint>
#include <string>

#include "daybook/event.h"
#include "daybook/options.h"
#include "daybook/query.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/model.h"
#include "tests/simulation/random.h"

namespace daybook::simulation {

class Shapes {
 public:
  explicit Shapes(Random& random);

  /// `known`: what a client might know by now; `number` makes the events unlike all others.
  [[nodiscard]] Commit commit(const Model& known, std::uint64_t number);
  [[nodiscard]] Query query(const Model& known);
  /// Of a log in this run; each opening has others. Not checked by Options::check: some bounds are far below its own.
  [[nodiscard]] Options options(const SimulatedClock& clock);
  /// A stream's name, known or not.
  [[nodiscard]] std::string stream();
  [[nodiscard]] IdempotencyKey uuid();

 private:
  [[nodiscard]] Event event(std::uint64_t number, std::size_t place);
  [[nodiscard]] QueryItem item(const Model& known);
  [[nodiscard]] Sequence place_in(const Model& known);

  Random& random_;
  const std::uint64_t streams_;
  const std::uint64_t types_;
  const std::uint64_t tags_;
  const std::uint64_t correlations_;
  const std::uint64_t events_max_;
  const std::uint64_t data_bytes_max_;
  const std::uint64_t key_percent_;
  const std::uint64_t version_percent_;
  const std::uint64_t match_percent_;
  const bool names_are_long_;
  const Durability durability_;
};

}  // namespace daybook::simulation
