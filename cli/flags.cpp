// CLI11 reads numbers with strtoull in base 0 (010 is eight) and lets a repeated flag swallow the words behind it.
// Values are therefore taken as text, one a flag, and read here.
#include "cli/flags.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/style.h"
#include "cli/time_text.h"
#include "cli/units.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kQuotedColumns = 60;

std::string quoted(const std::string& text) {
  return "'" + clip(visible(text), kQuotedColumns) + "'";
}

std::string range_text(std::uint64_t min, std::uint64_t max) {
  if (max == UINT64_MAX) return "a whole number from " + std::to_string(min);
  return "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
}

/// A flag with one of a few words.
template <class Value>
CLI::Option* add_choice(CLI::App& app, const std::string& name,
                        const std::vector<std::pair<std::string, Value>>& choices,
                        const std::function<void(Value)>& choose, const std::string& description) {
  std::string words;
  std::string type_name;
  for (std::size_t at = 0; at < choices.size(); ++at) {
    if (at > 0) words += at + 1 == choices.size() ? " or " : ", ";
    words += choices[at].first;
    type_name += (at > 0 ? "|" : "") + choices[at].first;
  }
  const auto wrong = [choices, words](const std::string& text) {
    const auto found = std::ranges::find(choices, text, &std::pair<std::string, Value>::first);
    return found == choices.end() ? quoted(text) + " is not " + words : std::string();
  };
  const auto take = [choices, choose](const std::string& text) {
    const auto found = std::ranges::find(choices, text, &std::pair<std::string, Value>::first);
    choose(found->second);
  };
  return app.add_option_function<std::string>(name, take, description)->check(wrong)->type_name(type_name);
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t max) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || value > max) return std::nullopt;
  return value;
}

CLI::Option* add_count(CLI::App& app, const std::string& name, std::optional<std::uint64_t>& value,
                       const std::string& description, std::uint64_t min, std::uint64_t max) {
  const auto wrong = [min, max](const std::string& text) {
    const std::optional<std::uint64_t> number = parse_count(text, max);
    return number && *number >= min ? std::string() : quoted(text) + " is not " + range_text(min, max);
  };
  return app
      .add_option_function<std::string>(
          name, [&value](const std::string& text) { value = parse_count(text); }, description)
      ->check(wrong)
      ->type_name("N");
}

CLI::Option* add_text(CLI::App& app, const std::string& name, std::optional<std::string>& value,
                      const std::string& description, const std::string& value_name) {
  return app.add_option_function<std::string>(
                name, [&value](const std::string& text) { value = text; }, description)
      ->type_name(value_name);
}

CLI::Option* add_texts(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                       const std::string& description, const std::string& value_name) {
  return app.add_option(name, values, description)->type_name(value_name)->allow_extra_args(false);
}

CLI::Option* add_uuid(CLI::App& app, const std::string& name, std::optional<Uuid>& value,
                      const std::string& description) {
  const auto wrong = [](const std::string& text) {
    if (Uuid::parse(text)) return std::string();
    return quoted(text) + " is not a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057";
  };
  return app
      .add_option_function<std::string>(
          name, [&value](const std::string& text) { value = Uuid::parse(text); }, description)
      ->check(wrong)
      ->type_name("UUID");
}

CLI::Option* add_time(CLI::App& app, const std::string& name, std::optional<Timestamp>& value,
                      const std::string& description) {
  const auto wrong = [](const std::string& text) {
    if (parse_time_or_date(text)) return std::string();
    return quoted(text) + " is not a time such as 2011-12-09T12:50:00Z, 2011-12-09T12:50:00.5+01:00 or 2011-12-09";
  };
  return app
      .add_option_function<std::string>(
          name, [&value](const std::string& text) { value = parse_time_or_date(text); }, description)
      ->check(wrong)
      ->type_name("TIME");
}

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::optional<std::chrono::nanoseconds>& value,
                          const std::string& description) {
  const auto wrong = [](const std::string& text) {
    return parse_duration(text) ? std::string() : quoted(text) + " is not a time such as 30s, 500ms or 2m";
  };
  return app
      .add_option_function<std::string>(
          name, [&value](const std::string& text) { value = parse_duration(text); }, description)
      ->check(wrong)
      ->type_name("TIME");
}

CLI::Option* add_choice(CLI::App& app, const std::string& name, std::optional<std::string>& value,
                        const std::string& description, const std::vector<std::string>& choices) {
  std::vector<std::pair<std::string, std::string>> words;
  for (const std::string& choice : choices) words.emplace_back(choice, choice);
  return add_choice<std::string>(
      app, name, words, [&value](const std::string& chosen) { value = chosen; }, description);
}

CLI::Option* add_durability(CLI::App& app, std::optional<Durability>& durability) {
  return add_choice<Durability>(
      app, "--durability", {{"fsync", Durability::fsync}, {"buffered", Durability::buffered}},
      [&durability](Durability chosen) { durability = chosen; },
      "When an append is acknowledged: fsync (default), it is on disk; buffered, faster, it survives a crash but not a "
      "power cut");
}

CLI::Option* add_colour(CLI::App& app) {
  return add_choice<Colour>(
      app, "--color", {{"auto", Colour::automatic}, {"always", Colour::always}, {"never", Colour::never}},
      choose_colour, "Colour: auto (default), on a terminal unless NO_COLOR is set or TERM is dumb; always; never");
}

void add_examples(CLI::App& app, const std::vector<std::string>& examples) {
  std::string lines;
  for (const std::string& example : examples) lines.append(lines.empty() ? "daybook " : "\ndaybook ").append(example);
  app.footer(lines);
}

}  // namespace daybook::cli
