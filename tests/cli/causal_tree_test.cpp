// Trees from causation ids, whatever these are: nobody checks them.
#include <chrono>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/trace/causal_tree.h"
#include "cli/trace/trace_output.h"
#include "tests/support/test_seed.h"

using daybook::Sequence;
using daybook::Timestamp;
using daybook::Uuid;
using daybook::cli::CausalTree;
using daybook::cli::Cause;
using daybook::cli::Node;
using daybook::cli::Step;
using namespace std::chrono_literals;

namespace {

Uuid id(unsigned number) {
  Uuid uuid;
  uuid.bytes[14] = static_cast<std::uint8_t>(number >> 8U);
  uuid.bytes[15] = static_cast<std::uint8_t>(number);
  return uuid;
}

/// Steps with sequences from 1; `causes[i]` is the number of the id that step i names, 0 for none. Ids are 1, 2, ...
std::vector<Step> steps_of(const std::vector<unsigned>& causes, const std::vector<unsigned>& ids = {}) {
  std::vector<Step> steps;
  for (unsigned at = 0; at < causes.size(); ++at) {
    Step step{.sequence = Sequence(at + 1), .id = id(ids.empty() ? at + 1 : ids[at])};
    if (causes[at] != 0) step.causation = id(causes[at]);
    step.recorded_at = Timestamp(std::chrono::seconds(at));
    steps.push_back(step);
  }
  return steps;
}

/// `1 .2 ..3 .4`: sequences in the tree's order, a dot a level, behind it what the cause is, unless it is an event.
std::string drawn(const CausalTree& tree) {
  std::string text;
  for (const Node& node : tree.nodes()) {
    if (!text.empty()) text += ' ';
    text += std::string(node.depth, '.') + std::to_string(tree.steps()[node.step].sequence.value());
    if (node.cause == Cause::itself) text += "=";
    if (node.cause == Cause::elsewhere) text += "?";
    if (node.cause == Cause::cycle) text += "o" + std::to_string(*node.named + 1);
    if (node.ambiguous) text += "!";
  }
  return text;
}

}  // namespace

TEST_CASE("causal tree: every event stands below its cause, siblings in order") {
  CHECK(drawn(CausalTree(steps_of({0, 1, 1, 2, 0, 5, 4}))) == "1 .2 ..4 ...7 .3 5 .6");
  CHECK(drawn(CausalTree(steps_of({0}))) == "1");
}

TEST_CASE("causal tree: a cause that is nowhere, or the event itself, makes a root") {
  CHECK(drawn(CausalTree(steps_of({99, 1, 3}))) == "1? .2 3=");
}

TEST_CASE("causal tree: a cause that comes later is one all the same") {
  CHECK(drawn(CausalTree(steps_of({2, 0, 1}))) == "2 .1 ..3");
}

TEST_CASE("causal tree: a cycle is cut above its first event and said") {
  CHECK(drawn(CausalTree(steps_of({2, 1}))) == "1o2 .2");
  CHECK(drawn(CausalTree(steps_of({0, 4, 2, 3, 2, 1}))) == "1 .6 2o4 .3 ..4 .5");
  CHECK(drawn(CausalTree(steps_of({3, 1, 2, 3, 5}))) == "1o3 .2 ..3 ...4 5=");
}

TEST_CASE("causal tree: of several events with one id the last one before the effect is its cause") {
  CHECK(drawn(CausalTree(steps_of({0, 0, 7, 0, 7}, {7, 7, 3, 7, 5}))) == "1 2 .3! 4 .5!");
  CHECK(drawn(CausalTree(steps_of({7, 0, 0}, {1, 7, 7}))) == "2 .1! 3");
}

TEST_CASE("causal tree: a chain of a hundred thousand is walked without recursion") {
  std::vector<Step> steps;
  for (std::uint64_t at = 0; at < 100'000; ++at) {
    Step step{.sequence = Sequence(at + 1)};
    for (unsigned byte = 0; byte < 8; ++byte) step.id.bytes[byte] = static_cast<std::uint8_t>((at + 1) >> (8 * byte));
    if (at > 0) step.causation = steps.back().id;
    steps.push_back(step);
  }
  steps.front().causation = steps.back().id;  // And it is a cycle.
  const CausalTree tree(std::move(steps));
  CHECK(tree.nodes().size() == 100'000);
  CHECK(tree.nodes().front().cause == Cause::cycle);
  CHECK(tree.nodes().back().depth == 99'999);
}

TEST_CASE("causal tree: whatever the ids are, each event is there once, below its parent") {
  std::mt19937 random(static_cast<std::uint32_t>(daybook::test::test_seed()));
  for (int round = 0; round < 2000; ++round) {
    const std::uint32_t count = 1 + static_cast<std::uint32_t>(random()) % 12;
    std::vector<unsigned> causes;
    std::vector<unsigned> ids;
    for (unsigned at = 0; at < count; ++at) {
      causes.push_back(static_cast<unsigned>(random() % (count + 3)));
      ids.push_back(static_cast<unsigned>(1 + random() % (count + 1)));
    }
    const CausalTree tree(steps_of(causes, ids));
    std::set<std::size_t> seen;
    for (const Node& node : tree.nodes()) {
      CHECK(seen.insert(node.step).second);
      const bool child = node.parent.has_value();
      CHECK(child == (node.depth > 0));
      CHECK(child == (node.cause == Cause::event));
      CHECK((!child || seen.contains(*node.parent)));
      CHECK(seen.contains(node.root));
    }
    CHECK(seen.size() == count);
  }
}

TEST_CASE("causal tree: times are those of the facts when all events have one, else those of the log") {
  std::vector<Step> steps = steps_of({0, 1});
  steps[0].occurred_at = Timestamp(10s);
  CHECK(CausalTree(steps).time_of(1) == Timestamp(1s));
  steps[1].occurred_at = Timestamp(4s);
  CHECK(CausalTree(steps).time_of(1) == Timestamp(4s));
}

TEST_CASE("trace: elapsed times are short and say their unit") {
  using daybook::cli::elapsed_text;
  CHECK(elapsed_text(0ns) == "+0 us");
  CHECK(elapsed_text(12'345ns) == "+12 us");
  CHECK(elapsed_text(-3'250us) == "-3.250 ms");
  CHECK(elapsed_text(1500ms) == "+1.500 s");
  CHECK(elapsed_text(1h + 2min + 3s) == "+1:02:03");
  CHECK(elapsed_text(-(4 * 24h + 1h + 2min + 3s)) == "-4d 01:02:03");
  CHECK(elapsed_text(std::chrono::nanoseconds::max()) == "+106751d 23:47:16");
}

TEST_CASE("trace: a label reaches Graphviz whole, whatever is in it") {
  using daybook::cli::dot_string;
  CHECK(dot_string("plain") == "\"plain\"");
  CHECK(dot_string("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(dot_string("\\N &lt; <b>") == "\"\\\\N &amp;lt; <b>\"");
  CHECK(dot_string("two\nlines\x1b[2J") == "\"two\\\\nlines\\\\u001b[2J\"");
}
