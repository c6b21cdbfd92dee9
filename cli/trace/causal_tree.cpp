// Nobody checks ids: two events can have one, an event can name itself, or one that comes later and names it in turn.
// So a cause is looked for among what there is, chains are followed with marks, and a cycle is cut above its first
// event; nothing here recurses, and everything is as long as the number of steps.
#include "cli/trace/causal_tree.h"

#include <algorithm>
#include <unordered_map>

namespace daybook::cli {

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "none";
    case Cause::event:
      return "event";
    case Cause::itself:
      return "itself";
    case Cause::elsewhere:
      return "elsewhere";
    case Cause::cycle:
      return "cycle";
  }
  return "unknown";
}

CausalTree::CausalTree(std::vector<Step> steps)
    : steps_(std::move(steps)),
      by_occurred_(std::ranges::all_of(steps_, [](const Step& step) { return step.occurred_at.has_value(); })) {
  std::vector<Node> places(steps_.size());
  for (std::size_t at = 0; at < places.size(); ++at) places[at].step = at;
  find_causes(places);
  break_cycles(places);
  walk(std::move(places));
}

Timestamp CausalTree::time_of(std::size_t step) const {
  return by_occurred_ ? *steps_[step].occurred_at : steps_[step].recorded_at;
}

void CausalTree::find_causes(std::vector<Node>& places) const {
  std::unordered_map<Uuid, std::vector<std::size_t>> by_id;
  for (std::size_t at = 0; at < steps_.size(); ++at) by_id[steps_[at].id].push_back(at);
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    const Step& step = steps_[at];
    Node& place = places[at];
    if (!step.causation) continue;
    if (*step.causation == step.id) {
      place.cause = Cause::itself;
      continue;
    }
    const auto found = by_id.find(*step.causation);
    if (found == by_id.end()) {
      place.cause = Cause::elsewhere;
      continue;
    }
    // The last one before its effect; where all come later, the first of them.
    const std::vector<std::size_t>& named = found->second;
    const auto behind = std::ranges::lower_bound(named, at);
    place.cause = Cause::event;
    place.parent = behind == named.begin() ? named.front() : *(behind - 1);
    place.ambiguous = named.size() > 1;
  }
}

void CausalTree::break_cycles(std::vector<Node>& places) {
  enum class Mark : std::uint8_t { unseen, on_path, done };
  std::vector<Mark> marks(places.size(), Mark::unseen);
  std::vector<std::size_t> path;
  for (std::size_t begin = 0; begin < places.size(); ++begin) {
    path.clear();
    std::optional<std::size_t> at = begin;
    while (at && marks[*at] == Mark::unseen) {
      marks[*at] = Mark::on_path;
      path.push_back(*at);
      at = places[*at].parent;
    }
    if (at && marks[*at] == Mark::on_path) {
      const auto first = std::min_element(std::ranges::find(path, *at), path.end());
      Node& root = places[*first];
      root.cause = Cause::cycle;
      root.named = root.parent;
      root.parent.reset();
    }
    for (const std::size_t step : path) marks[step] = Mark::done;
  }
}

void CausalTree::walk(std::vector<Node> places) {
  std::vector<std::vector<std::size_t>> children(places.size());
  std::vector<std::size_t> waiting;  // The next one to be visited last.
  for (const Node& place : places) {
    if (place.parent) {
      children[*place.parent].push_back(place.step);
    } else {
      waiting.push_back(place.step);
    }
  }
  for (const std::size_t root : waiting) places[root].root = root;
  if (!waiting.empty()) places[waiting.back()].last = true;
  std::ranges::reverse(waiting);
  while (!waiting.empty()) {
    const Node place = places[waiting.back()];
    waiting.pop_back();
    nodes_.push_back(place);
    const std::vector<std::size_t>& below = children[place.step];
    for (auto child = below.rbegin(); child != below.rend(); ++child) {
      places[*child].depth = place.depth + 1;
      places[*child].root = place.root;
      places[*child].last = child == below.rbegin();
      waiting.push_back(*child);
    }
  }
}

}  // namespace daybook::cli
