// A glob over a whole value: `*`, `?`, `[a-z]`, `[!a]`, and `\` before a character that stands for itself.
//
// Threads: any once compiled. Owns: its tokens.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daybook::cli {

/// See above. Characters are Unicode's, not bytes; case counts.
class Glob {
 public:
  /// The error says what is wrong with `pattern` (valid UTF-8).
  [[nodiscard]] static std::expected<Glob, std::string> compile(std::string_view pattern);

  /// Whether all of `text` (valid UTF-8) matches. Costs at most the product of both lengths.
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Token {
    enum class Kind { literal, any_one, any_run, one_of, none_of };
    Kind kind = Kind::literal;
    char32_t literal = 0;
    std::vector<std::pair<char32_t, char32_t>> ranges{};  ///< Inclusive.

    [[nodiscard]] bool takes(char32_t character) const;
  };

  [[nodiscard]] static std::expected<Token, std::string> compile_class(std::string_view pattern, std::size_t& at);

  std::vector<Token> tokens_;
};

}  // namespace daybook::cli
