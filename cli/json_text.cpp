// daybook keeps the text of JSON as it was given, so the question is only whether it *is* JSON. The libraries at hand
// answer another one: they also want to fit numbers into 64 bits or a double, and nesting into a fixed depth. Hence
// this walk over the grammar of RFC 8259: one pass, no recursion, one bit of memory a level. UTF-8 is checked by
// simdjson behind json_door.h.
#include "cli/json_text.h"

#include <array>
#include <cstdint>
#include <vector>

#include "cli/json_door.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Walks over one JSON text. Every function returns false where the grammar is broken.
class Grammar {
 public:
  explicit Grammar(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool whole_text() {
    if (!value()) return false;
    while (!in_object_.empty()) {
      blanks();
      if (at_ == end_) return false;
      const char c = *at_++;
      if (c == (in_object_.back() ? '}' : ']')) {
        in_object_.pop_back();
      } else if (c != ',' || (in_object_.back() && !name()) || !value()) {
        return false;
      }
    }
    blanks();
    return at_ == end_;
  }
  /// How far the walk came.
  const char* at() const { return at_; }

 private:
  void blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }

  /// A scalar; or the beginning of an array or object, through its first scalar or to its end.
  bool value() {
    while (true) {
      blanks();
      if (at_ == end_) return false;
      if (*at_ != '{' && *at_ != '[') return scalar();
      const bool object = *at_++ == '{';
      blanks();
      if (at_ != end_ && *at_ == (object ? '}' : ']')) {
        ++at_;
        return true;
      }
      in_object_.push_back(object);
      if (object && !name()) return false;
    }
  }

  /// `"name" :`
  bool name() {
    blanks();
    if (at_ == end_ || *at_ != '"' || !string()) return false;
    blanks();
    return at_ != end_ && *at_++ == ':';
  }

  bool scalar() {
    switch (*at_) {
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool word(std::string_view expected) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  bool string() {
    ++at_;
    while (at_ != end_) {
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  bool escape() {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int digit = 0; digit < 4; ++digit) {
      if (at_ == end_ || !is_hex(*at_++)) return false;
    }
    return true;
  }

  bool digits() {
    if (at_ == end_ || !is_digit(*at_)) return false;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return true;
  }

  bool number() {
    if (*at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      return digits();
    }
    return true;
  }

  const char* at_;
  const char* end_;
  std::vector<bool> in_object_;  ///< One a level: an object, else an array.
};

void append_escape(std::string& out, unsigned char low) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[low >> 4U];
  out += kHex[low & 0xFU];
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  const std::size_t begin = out.size();
  bool ascii = true;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    ascii = ascii && c < 0x7F;
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(copied, at - copied);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[at];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      append_escape(out, c);
    }
    copied = at + 1;
  }
  out += text.substr(copied);
  if (!ascii) out.replace(begin, std::string::npos, json_visible(std::string_view(out).substr(begin)));
  out += '"';
}

bool is_json(std::string_view text) {
  return Grammar(text).whole_text() && is_utf8(text);
}

std::optional<std::size_t> json_flaw_at(std::string_view text) {
  Grammar grammar(text);
  if (grammar.whole_text() && is_utf8(text)) return std::nullopt;
  return static_cast<std::size_t>(grammar.at() - text.data());
}

std::string_view trim_json(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace daybook::cli
