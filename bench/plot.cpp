// A few dozen lines of SVG need no library. Colours are told apart by people who do not see red and green, and each
// line carries its name at its end.
#include "bench/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "bench/report.h"

namespace daybook::bench {
namespace {

constexpr double kWidth = 860;
constexpr double kLabels = 330;
constexpr double kBarHeight = 22;
constexpr std::array<const char*, 4> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7"};

std::string number(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f", value);
  return buffer.data();
}

std::string text(double x, double y, const char* anchor, const std::string& words) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" + words + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2, const std::string& style) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) +
         "\" " + style + "/>\n";
}

std::string begin(double height, const std::string& title) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(kWidth) + " " + number(height) +
         "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"#fff\"/>\n" +
         text(10, 20, "start", "<tspan font-weight=\"bold\">" + title + "</tspan>");
}

/// A logarithmic axis over whole powers of ten.
struct Axis {
  double low = 0;  ///< log10
  double high = 1;
  double from = 0;  ///< In the picture.
  double to = 0;

  [[nodiscard]] double at(double value) const { return from + (std::log10(value) - low) / (high - low) * (to - from); }
};

Axis axis_over(const std::vector<Line>& lines, double std::pair<double, double>::* part, double from, double to) {
  double least = HUGE_VAL;
  double most = 0;
  for (const Line& one : lines) {
    for (const auto& point : one.points) {
      least = std::min(least, point.*part);
      most = std::max(most, point.*part);
    }
  }
  const double low = std::floor(std::log10(least));
  return {low, std::max(std::ceil(std::log10(most)), low + 1), from, to};
}

}  // namespace

std::string bar_chart(const std::string& title, const std::string& unit, const std::vector<Bar>& bars) {
  constexpr double kTop = 36;
  double most = 0;
  for (const Bar& bar : bars) most = std::max({most, bar.value, bar.target});
  const double scale = most > 0 ? (kWidth - kLabels - 80) / most : 1;
  const double height = kTop + kBarHeight * static_cast<double>(bars.size()) + 30;
  std::string out = begin(height, title);
  double y = kTop;
  for (const Bar& bar : bars) {
    const double length = bar.value * scale;
    out += text(kLabels - 8, y + 14, "end", bar.label);
    out += "<rect x=\"" + number(kLabels) + "\" y=\"" + number(y + 3) + "\" width=\"" + number(length) +
           "\" height=\"" + number(kBarHeight - 7) + "\" fill=\"" + kColours[0] + "\"/>\n";
    if (bar.target > 0) {
      const double x = kLabels + bar.target * scale;
      out += line(x, y, x, y + kBarHeight - 1, std::string("stroke=\"") + kColours[1] + "\" stroke-width=\"2\"");
    }
    out += text(kLabels + std::max(length, bar.target * scale) + 6, y + 14, "start", short_number(bar.value));
    y += kBarHeight;
  }
  return out + text(kLabels, y + 18, "start", unit) + "</svg>\n";
}

std::string line_chart(const std::string& title, const std::string& x_unit, const std::string& y_unit,
                       const std::vector<Line>& lines) {
  constexpr double kHeight = 360;
  const Axis x = axis_over(lines, &std::pair<double, double>::first, 80, kWidth - 210);
  const Axis y = axis_over(lines, &std::pair<double, double>::second, kHeight - 50, 40);
  std::string out = begin(kHeight, title);
  const std::string grid = "stroke=\"#ddd\"";
  for (double power = x.low; power <= x.high; ++power) {
    const double at = x.at(std::pow(10, power));
    out += line(at, y.from, at, y.to, grid) + text(at, y.from + 18, "middle", short_number(std::pow(10, power)));
  }
  for (double power = y.low; power <= y.high; ++power) {
    const double at = y.at(std::pow(10, power));
    out += line(x.from, at, x.to, at, grid) + text(x.from - 8, at + 4, "end", short_number(std::pow(10, power)));
  }
  std::size_t colour = 0;
  for (const Line& one : lines) {
    const std::string paint = kColours[colour++ % kColours.size()];
    std::string points;
    for (const auto& [at_x, at_y] : one.points) points += number(x.at(at_x)) + "," + number(y.at(at_y)) + " ";
    out += "<polyline fill=\"none\" stroke=\"" + paint + "\" stroke-width=\"2\" points=\"" + points + "\"/>\n";
    if (one.points.empty()) continue;
    out += text(x.at(one.points.back().first) + 8, y.at(one.points.back().second) + 4, "start", one.label);
  }
  out += text((x.from + x.to) / 2, kHeight - 12, "middle", x_unit) + text(10, 36, "start", y_unit);
  return out + "</svg>\n";
}

}  // namespace daybook::bench
