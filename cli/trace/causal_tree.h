// What caused what, among the events of one correlation id.
//
// Threads: one at a time. Owns: its steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daybook/ids.h"

namespace daybook::cli {

/// What a trace keeps of an event.
struct Step {
  Sequence sequence;
  EventId id;
  std::optional<Uuid> causation;
  std::string stream;
  std::string type;
  Timestamp recorded_at;
  std::optional<Timestamp> occurred_at;
};

/// What an event's causation id turned out to be.
enum class Cause : std::uint8_t {
  none,       ///< It has none.
  event,      ///< The id of an event of the tree.
  itself,     ///< Its own id.
  elsewhere,  ///< No event of the tree: one of another correlation, a command, or nothing.
  cycle,      ///< An event of the tree that it caused itself, by way of others; it is shown as a root.
};

/// An event's place in the tree.
struct Node {
  std::size_t step = 0;               ///< Its place in steps().
  std::optional<std::size_t> parent;  ///< The step that caused it; nullopt: it is a root.
  std::optional<std::size_t> named;   ///< `cycle`: the step that it names as its cause.
  std::size_t root = 0;               ///< The step at the root above it.
  std::uint32_t depth = 0;            ///< 0: a root.
  bool last = false;                  ///< No sibling follows.
  bool ambiguous = false;             ///< Several events have the id that it names; the last one before it was taken.
  Cause cause = Cause::none;
};

/// A forest: every step once, each below its cause. Any causation ids give one, however they point.
class CausalTree {
 public:
  /// `steps` in order of their sequences.
  explicit CausalTree(std::vector<Step> steps);

  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
  /// Depth first, siblings in order of their sequences.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  /// Whether times between steps are those of `occurred_at`: then every step has one. Else those of `recorded_at`.
  [[nodiscard]] bool by_occurred() const { return by_occurred_; }
  /// The time of a step, by the clock that by_occurred() says.
  [[nodiscard]] Timestamp time_of(std::size_t step) const;

 private:
  void find_causes(std::vector<Node>& places) const;
  static void break_cycles(std::vector<Node>& places);
  void walk(std::vector<Node> places);

  std::vector<Step> steps_;
  std::vector<Node> nodes_;
  bool by_occurred_ = false;
};

/// As printed: `none`, `event`, `itself`, `elsewhere` or `cycle`.
[[nodiscard]] std::string_view to_string(Cause cause);

}  // namespace daybook::cli
