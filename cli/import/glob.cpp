// fnmatch(3) depends on the locale and has ranges that mean different things in each, so a mapping would match other
// rows on another machine. Matching remembers only the last `*`: what stands between two stars is found at its first
// place or not at all, so no pattern takes exponential time.
#include "cli/import/glob.h"

#include <algorithm>

#include "cli/import/utf8.h"

namespace daybook::cli {

bool Glob::Token::takes(char32_t character) const {
  if (kind == Kind::literal) return character == literal;
  if (kind == Kind::any_one) return true;
  const bool is_listed = std::ranges::any_of(
      ranges, [character](const auto& range) { return range.first <= character && character <= range.second; });
  return is_listed == (kind == Kind::one_of);
}

std::expected<Glob, std::string> Glob::compile(std::string_view pattern) {
  Glob glob;
  for (std::size_t at = 0; at < pattern.size();) {
    char32_t character = next_character(pattern, at);
    if (character == '[') {
      auto token = compile_class(pattern, at);
      if (!token) return std::unexpected(token.error());
      glob.tokens_.push_back(std::move(*token));
      continue;
    }
    if (character == '*') {
      const bool follows_star = !glob.tokens_.empty() && glob.tokens_.back().kind == Token::Kind::any_run;
      if (!follows_star) glob.tokens_.push_back({.kind = Token::Kind::any_run});
      continue;
    }
    if (character == '?') {
      glob.tokens_.push_back({.kind = Token::Kind::any_one});
      continue;
    }
    if (character == '\\') {
      if (at == pattern.size()) return std::unexpected("a backslash at the end escapes nothing");
      character = next_character(pattern, at);
    }
    glob.tokens_.push_back({.kind = Token::Kind::literal, .literal = character});
  }
  return glob;
}

/// `at` stands behind the opening bracket, and is moved behind the closing one.
std::expected<Glob::Token, std::string> Glob::compile_class(std::string_view pattern, std::size_t& at) {
  const std::unexpected<std::string> unclosed("a '[' is not closed");
  Token token{.kind = Token::Kind::one_of};
  if (pattern.substr(at).starts_with('!')) {
    token.kind = Token::Kind::none_of;
    ++at;
  }
  const auto take = [&pattern, &at]() -> char32_t {
    const char32_t character = next_character(pattern, at);
    return character == '\\' && at < pattern.size() ? next_character(pattern, at) : character;
  };
  // A bracket that comes first stands for itself, as in POSIX: `[]x]`.
  for (bool is_first = true;; is_first = false) {
    if (at == pattern.size()) return unclosed;
    if (pattern[at] == ']' && !is_first) break;
    const char32_t low = take();
    char32_t high = low;
    const std::string_view rest = pattern.substr(at);
    if (rest.starts_with('-') && rest.size() > 1 && rest[1] != ']') {
      ++at;
      high = take();
    }
    if (high < low) return std::unexpected("a range in '[...]' is backwards");
    token.ranges.emplace_back(low, high);
  }
  ++at;
  return token;
}

bool Glob::matches(std::string_view text) const {
  std::size_t token = 0;
  std::size_t at = 0;
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t star = kNone;  // The last star met, and from where the text behind it is tried.
  std::size_t star_at = 0;
  while (at < text.size()) {
    if (token < tokens_.size() && tokens_[token].kind == Token::Kind::any_run) {
      star = token++;
      star_at = at;
      if (token == tokens_.size()) return true;
      continue;
    }
    std::size_t next = at;
    if (token < tokens_.size() && tokens_[token].takes(next_character(text, next))) {
      ++token;
      at = next;
      continue;
    }
    if (star == kNone) return false;
    token = star + 1;
    static_cast<void>(next_character(text, star_at));
    at = star_at;
  }
  while (token < tokens_.size() && tokens_[token].kind == Token::Kind::any_run) ++token;
  return token == tokens_.size();
}

}  // namespace daybook::cli
