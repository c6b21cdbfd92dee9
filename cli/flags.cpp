// CLI11 reads numbers with strtoull in base 0 (010 is eight) and lets a repeated flag swallow the words behind it.
// Values are therefore taken as text, one a flag, and read here.
#include "cli/flags.h"

#include <charconv>

#include <CLI/CLI.hpp>

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
  return app
      .add_option_function<std::string>(
          name,
          [&value, name, min, max](const std::string& text) {
            value = parse_count(text, max);
            if (!value || *value < min) {
              value.reset();
              throw CLI::ValidationError(name + ": " + quoted(text) + " is not " + range_text(min, max));
            }
          },
          description)
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
  return app
      .add_option_function<std::string>(
          name,
          [&value, name](const std::string& text) {
            value = Uuid::parse(text);
            if (!value) {
              throw CLI::ValidationError(name + ": " + quoted(text) +
                                         " is not a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057");
            }
          },
          description)
      ->type_name("UUID");
}

CLI::Option* add_durability(CLI::App& app, Durability& durability) {
  return app
      .add_option_function<std::string>(
          "--durability",
          [&durability](const std::string& text) {
            if (text != "fsync" && text != "buffered") {
              throw CLI::ValidationError("--durability: " + quoted(text) + " is not fsync or buffered");
            }
            durability = text == "fsync" ? Durability::fsync : Durability::buffered;
          },
          "fsync (default): acknowledged is on disk; buffered: faster, survives a crash but not a power cut")
      ->type_name("fsync|buffered");
}

void add_examples(CLI::App& app, const std::vector<std::string>& examples) {
  std::string footer = "Examples:";
  for (const std::string& example : examples) footer += "\n  daybook " + example;
  app.footer(footer + "\n");
}

}  // namespace daybook::cli
