// The consumers of a simulation: a subscriber that stores its checkpoint, and a projection. Both outlive processes.
//
// Threads: one at a time. Owns: what they remember, and while a process lives their end of the log.
#pragma once

#include <memory>
#include <optional>

#include "daybook/projection.h"
#include "tests/simulation/world.h"

namespace daybook::simulation {

class Subscriber {
 public:
  explicit Subscriber(World& world);

  /// Takes what there is, a delivery at a time, and stores the checkpoint; subscribes first where it has to.
  void step();
  /// The process is gone.
  void forget_process() { subscription_.reset(); }

 private:
  void subscribe();
  void take(const Delivery& delivery);

  World& world_;
  const Query query_;
  std::optional<Checkpoint> stored_;
  std::unique_ptr<Subscription> subscription_;
  Sequence through_;  ///< Everything up to here was delivered or does not match.
};

class Projector {
 public:
  Projector(World& world, std::string name);

  /// Folds a batch; opens the projection first where it has to.
  void step();
  /// Compares the state with the fold of the model.
  void check();
  void forget_process() { runner_.reset(); }
  [[nodiscard]] bool is_open() const { return runner_ != nullptr; }

 private:
  void open();

  World& world_;
  const std::string name_;
  const Query query_;
  const RunnerOptions options_;
  std::unique_ptr<ProjectionRunner> runner_;
};

}  // namespace daybook::simulation
