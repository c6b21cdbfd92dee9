// Pictures of measured rows, as SVG that a browser, a Markdown page and a printer show alike.
//
// Threads: any. Owns: nothing.
#pragma once

#include <string>
#include <vector>

namespace daybook::bench {

/// A bar: how long it is, and where the design wants its end to be (0: nowhere).
struct Bar {
  std::string label;
  double value = 0;
  double target = 0;
};
/// Horizontal bars from 0 on; `unit` stands under them.
[[nodiscard]] std::string bar_chart(const std::string& title, const std::string& unit, const std::vector<Bar>& bars);

/// A line through points, both axes logarithmic.
struct Line {
  std::string label;
  std::vector<std::pair<double, double>> points{};
};
[[nodiscard]] std::string line_chart(const std::string& title, const std::string& x_unit, const std::string& y_unit,
                                     const std::vector<Line>& lines);

}  // namespace daybook::bench
