// Flags with a type: what CLI11 would take on trust is checked here, with one clear line when it is wrong.
//
// Threads: the main thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/ids.h"
#include "daybook/options.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace daybook::cli {

/// Reads decimal digits, and nothing else, as a number of at most `max`.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text, std::uint64_t max = UINT64_MAX);

/// A flag or a positional with a whole number from `min` through `max`. `value` keeps what it is when it is not given.
CLI::Option* add_count(CLI::App& app, const std::string& name, std::optional<std::uint64_t>& value,
                       const std::string& description, std::uint64_t min = 0, std::uint64_t max = UINT64_MAX);
/// A flag with one text.
CLI::Option* add_text(CLI::App& app, const std::string& name, std::optional<std::string>& value,
                      const std::string& description, const std::string& value_name = "TEXT");
/// A flag that may be given several times, with one text each.
CLI::Option* add_texts(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                       const std::string& description, const std::string& value_name = "TEXT");
/// A flag with a UUID in its 36-character form.
CLI::Option* add_uuid(CLI::App& app, const std::string& name, std::optional<Uuid>& value,
                      const std::string& description);
/// A flag with a point in time: RFC 3339, or a date, which is its midnight in UTC.
CLI::Option* add_time(CLI::App& app, const std::string& name, std::optional<Timestamp>& value,
                      const std::string& description);
/// A flag with a length of time, such as `10s`.
CLI::Option* add_duration(CLI::App& app, const std::string& name, std::optional<std::chrono::nanoseconds>& value,
                          const std::string& description);
/// A flag with one of a few words; its value's name is those words.
CLI::Option* add_choice(CLI::App& app, const std::string& name, std::optional<std::string>& value,
                        const std::string& description, const std::vector<std::string>& choices);
/// `--durability fsync|buffered`.
CLI::Option* add_durability(CLI::App& app, std::optional<Durability>& durability);
/// `--color auto|always|never`, which takes effect at once.
CLI::Option* add_colour(CLI::App& app);
/// Adds the examples that `--help` ends with; one a line, without the leading `daybook`.
void add_examples(CLI::App& app, const std::vector<std::string>& examples);

}  // namespace daybook::cli
