// Graphviz reads backslashes in labels as escapes and `&` as the beginning of an HTML entity, both also in quotes; so
// names are escaped twice: once for the reader's terminal, once for Graphviz.
#include "cli/trace/trace_output.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <set>
#include <vector>

#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/time_text.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

using std::chrono::nanoseconds;

/// Deeper steps are no longer drawn further to the right.
constexpr std::uint32_t kLevelsDrawn = 24;
constexpr std::size_t kTableRows = 1000;

std::string formatted(const char* format, double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// `12.000000345`; exact, as a JSON number.
std::string seconds_text(nanoseconds elapsed) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const bool negative = elapsed.count() < 0;
  const auto count =
      negative ? 0 - static_cast<std::uint64_t>(elapsed.count()) : static_cast<std::uint64_t>(elapsed.count());
  std::string fraction = std::to_string(count % kSecond);
  fraction.insert(0, 9 - fraction.size(), '0');
  return (negative ? "-" : "") + std::to_string(count / kSecond) + "." + fraction;
}

nanoseconds since(const CausalTree& tree, std::size_t step, std::size_t before) {
  return tree.time_of(step) - tree.time_of(before);
}

/// The branches that lead to a node: `│  └─ `.
class Branches {
 public:
  std::string of(const Node& node) {
    open_.resize(std::min(node.depth, kLevelsDrawn));
    std::string text;
    if (node.depth > kLevelsDrawn) {
      text = "… (level " + std::to_string(node.depth) + ") ";
    } else if (node.depth > 0) {
      for (std::size_t level = 1; level < open_.size(); ++level) text += open_[level] ? "│  " : "   ";
      text += node.last ? "└─ " : "├─ ";
    }
    if (node.depth < kLevelsDrawn) open_.push_back(!node.last && node.depth > 0);
    return text;
  }

 private:
  std::vector<bool> open_;  ///< By level: whether a sibling is still to come there.
};

std::string remark_of(const CausalTree& tree, const Node& node, std::optional<Sequence> asked) {
  const Step& step = tree.steps()[node.step];
  std::string remark;
  const auto add = [&remark](const std::string& text) { remark += (remark.empty() ? "" : "; ") + text; };
  if (asked == step.sequence) add("asked for");
  if (node.cause == Cause::itself) add("names itself as its cause");
  if (node.cause == Cause::elsewhere) add("its cause " + step.causation->text() + " is not among these");
  if (node.cause == Cause::cycle) {
    add("its cause " + std::to_string(tree.steps()[*node.named].sequence.value()) + " was caused by it");
  }
  if (node.ambiguous) add("several events have its cause's id");
  return remark;
}

std::string plural(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

std::string elapsed_text(nanoseconds elapsed) {
  const std::string sign = elapsed.count() < 0 ? "-" : "+";
  const double seconds = std::abs(std::chrono::duration<double>(elapsed).count());
  if (seconds < 0.001) return sign + formatted("%.0f us", seconds * 1e6);
  if (seconds < 1) return sign + formatted("%.3f ms", seconds * 1e3);
  if (seconds < 60) return sign + formatted("%.3f s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  std::array<char, 40> clock{};
  if (whole < 86'400) {
    std::snprintf(clock.data(), clock.size(), "%u:%02u:%02u", static_cast<unsigned>(whole / 3600),
                  static_cast<unsigned>(whole / 60 % 60), static_cast<unsigned>(whole % 60));
  } else {
    std::snprintf(clock.data(), clock.size(), "%ud %02u:%02u:%02u", static_cast<unsigned>(whole / 86'400),
                  static_cast<unsigned>(whole / 3600 % 24), static_cast<unsigned>(whole / 60 % 60),
                  static_cast<unsigned>(whole % 60));
  }
  return sign + clock.data();
}

std::string dot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : visible(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
    if (c == '&') out += "amp;";
  }
  return out + "\"";
}

void print_trace(Output& output, const CausalTree& tree, const Uuid& correlation, std::optional<Sequence> asked) {
  std::size_t roots = 0;
  Timestamp first = tree.time_of(0);
  Timestamp last = first;
  for (const Node& node : tree.nodes()) {
    roots += node.parent ? 0 : 1;
    first = std::min(first, tree.time_of(node.step));
    last = std::max(last, tree.time_of(node.step));
  }
  output.write(output.style().bold("correlation " + correlation.text()) + ": " + plural(tree.steps().size(), "event") +
               ", " + plural(roots, "root") + ", " + elapsed_text(last - first).substr(1) + "; " +
               (tree.by_occurred() ? "times as occurred" : "times as recorded") + "\n");
  Table table(
      {{"event"}, {"since cause", Align::right}, {"since root", Align::right}, {"type"}, {"stream"}, {"remark"}});
  table.header_on_terminal_only();
  Branches branches;
  for (const Node& node : tree.nodes()) {
    const Step& step = tree.steps()[node.step];
    table.add_row({branches.of(node) + std::to_string(step.sequence.value()),
                   node.parent ? elapsed_text(since(tree, node.step, *node.parent)) : "",
                   node.parent ? elapsed_text(since(tree, node.step, node.root)) : "", step.type, step.stream,
                   remark_of(tree, node, asked)});
    if (table.row_count() >= kTableRows) table.print(output);
  }
  table.print(output);
}

void print_trace_json(Output& output, const CausalTree& tree) {
  for (const Node& node : tree.nodes()) {
    const Step& step = tree.steps()[node.step];
    std::string& out = output.buffer();
    out += "{\"sequence\":" + std::to_string(step.sequence.value());
    if (node.parent) out += ",\"parent\":" + std::to_string(tree.steps()[*node.parent].sequence.value());
    out += ",\"depth\":" + std::to_string(node.depth) + ",\"type\":";
    append_json_string(out, step.type);
    out += ",\"stream\":";
    append_json_string(out, step.stream);
    out += ",\"id\":\"" + step.id.text() + "\",\"cause\":\"" + std::string(to_string(node.cause)) + "\"";
    if (step.causation) out += ",\"causationId\":\"" + step.causation->text() + "\"";
    if (node.ambiguous) out += ",\"ambiguous\":true";
    out += tree.by_occurred() ? ",\"occurredAt\":\"" : ",\"time\":\"";
    append_time(out, tree.time_of(node.step));
    out += '"';
    if (node.parent) out += ",\"sinceParentSeconds\":" + seconds_text(since(tree, node.step, *node.parent));
    out += ",\"sinceRootSeconds\":" + seconds_text(since(tree, node.step, node.root)) + "}\n";
    output.line_done();
  }
}

void print_trace_dot(Output& output, const CausalTree& tree, const Uuid& correlation) {
  output.write("digraph " + dot_string("correlation " + correlation.text()) + " {\n  node [shape=box];\n");
  std::set<Uuid> elsewhere;
  for (const Node& node : tree.nodes()) {
    const Step& step = tree.steps()[node.step];
    const std::string name = std::to_string(step.sequence.value());
    // Each part is escaped by itself, so that the line breaks between them stay Graphviz's own.
    const std::string type = dot_string(step.type);
    const std::string stream = dot_string(step.stream);
    output.write("  " + name + " [label=" + type.substr(0, type.size() - 1) + "\\n" +
                 stream.substr(1, stream.size() - 2) + "\\n" + name + "\"];\n");
    const auto edge = [&](const std::string& from, const std::string& attributes) {
      output.write("  " + from + " -> " + name + " [" + attributes + "];\n");
    };
    if (node.parent) {
      edge(std::to_string(tree.steps()[*node.parent].sequence.value()),
           "label=" + dot_string(elapsed_text(since(tree, node.step, *node.parent))));
    } else if (node.cause == Cause::itself) {
      edge(name, "style=dashed");
    } else if (node.cause == Cause::cycle) {
      edge(std::to_string(tree.steps()[*node.named].sequence.value()), "style=dashed, constraint=false");
    } else if (node.cause == Cause::elsewhere) {
      const std::string cause = dot_string(step.causation->text());
      if (elsewhere.insert(*step.causation).second) output.write("  " + cause + " [style=dashed];\n");
      edge(cause, "style=dashed");
    }
  }
  output.write("}\n");
}

}  // namespace daybook::cli
