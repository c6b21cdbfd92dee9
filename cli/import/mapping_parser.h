// Turns a TOML document into a Mapping, and remembers the first thing that is wrong with it.
//
// Threads: one at a time. Owns: the mapping while it is built.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "cli/import/mapping.h"
#include "daybook/result.h"

namespace daybook::cli {

/// Of the library that reads TOML.
[[nodiscard]] std::string tomlplusplus_version();

/// See above. Every function goes on after a complaint, so that none needs to hand it up; only the first one is kept.
class MappingParser {
 public:
  explicit MappingParser(std::string file) { mapping_.file = std::move(file); }
  [[nodiscard]] Result<Mapping> parse(const toml::table& document);

 private:
  void parse_head(const toml::table& document);
  void parse_csv(const toml::table& document);
  void check_csv_columns();
  void parse_rules(const toml::table& document);
  [[nodiscard]] Rule parse_rule(const toml::table& table);
  void parse_event(const toml::table& table, Rule& rule);
  void parse_tags(const toml::table& table, Rule& rule);
  void parse_data(const toml::table& table, Rule& rule);
  void parse_occurred_at(const toml::node& node, Rule& rule);

  // mapping_conditions.cpp
  void parse_when(const toml::table& table, Rule& rule);
  void parse_condition(const toml::table& table, Rule& rule);
  void parse_operand(std::string_view name, const toml::node& node, Condition condition, Rule& rule);

  // mapping_shapes.cpp
  [[nodiscard]] Shape parse_shape(const toml::table& table, std::size_t depth);
  [[nodiscard]] Member parse_member(std::string_view key, const toml::node& node, std::size_t depth);
  [[nodiscard]] Field parse_field(const toml::table& table);

  /// Notes that something is wrong.
  void complain(const toml::source_region& at, std::string message);
  /// Complains of every key of `table` that is not in `known`.
  void check_keys(const toml::table& table, std::initializer_list<std::string_view> known, std::string_view of_what);
  /// The text at `key`; complains when it is missing (and `required`), no string or empty.
  [[nodiscard]] std::optional<std::string> text_at(const toml::table& table, std::string_view key, bool required);
  [[nodiscard]] std::optional<bool> boolean_at(const toml::table& table, std::string_view key);
  /// The strings of the array at `key`, each not empty, at least one; nullopt when the key is missing.
  [[nodiscard]] std::optional<std::vector<std::string>> texts_at(const toml::table& table, std::string_view key);
  /// The index of the column `name`, which is added where it is new.
  [[nodiscard]] std::size_t column(std::string_view name, const toml::source_region& at);
  [[nodiscard]] TextTemplate text_template(std::string_view text, const toml::source_region& at);
  /// The template at `key`; its text, where it is a constant, must be a name of at most `bytes_max` bytes.
  [[nodiscard]] TextTemplate name_template(const toml::table& table, std::string_view key, std::size_t bytes_max);

  Mapping mapping_;
  std::optional<Error> error_;
};

}  // namespace daybook::cli
