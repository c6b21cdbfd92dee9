// A causal tree as text, as JSON lines and as a graph for Graphviz.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/ids.h"

#include "cli/output.h"
#include "cli/trace/causal_tree.h"

namespace daybook::cli {

/// A row an event under a line that sums up. `asked` is the event that the user named, if so.
void print_trace(Output& output, const CausalTree& tree, const Uuid& correlation, std::optional<Sequence> asked);
/// An object an event and line, in the order of the tree.
void print_trace_json(Output& output, const CausalTree& tree);
/// A digraph in Graphviz's language: an edge from each cause to its effect.
void print_trace_dot(Output& output, const CausalTree& tree, const Uuid& correlation);

/// A span of time for a person: `+12 us`, `+3.250 ms`, `+1.500 s`, `+1:02:03` or `+4d 01:02:03`; before it with `-`.
[[nodiscard]] std::string elapsed_text(std::chrono::nanoseconds elapsed);
/// `text` between double quotes as Graphviz reads them: what comes out is what went in, made visible().
[[nodiscard]] std::string dot_string(std::string_view text);

}  // namespace daybook::cli
