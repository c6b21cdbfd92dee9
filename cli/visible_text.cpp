// Names and data come from anyone, and a terminal obeys what it is sent: an event could move the cursor, retitle the
// window or rewrite the line above. So nothing from data reaches a person's terminal unless it went through here.
// Widths come from the C library's tables, in its built-in UTF-8 locale, whatever the user's locale is.
#include "cli/visible_text.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <cwchar>

namespace daybook::cli {
namespace {

/// One decoded character; `bytes` is 0 where the text is no UTF-8.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

Character decode(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t at = 1; at < bytes; ++at) {
    if ((byte(at) & 0xC0U) != 0x80U) return {};
    code = (code << 6U) | (byte(at) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[bytes] || surrogate || code > 0x10FFFF) return {};
  return {code, bytes};
}

/// What a terminal acts on, or what ends a line there.
bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

void append_escape(std::string& out, char32_t code) {
  if (code == '\n') {
    out += "\\n";
  } else if (code == '\r') {
    out += "\\r";
  } else if (code == '\t') {
    out += "\\t";
  } else {
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(code) & 0xFFFFU);
    out += escape.data();
  }
}

bool is_plain_ascii(char c) {
  return c >= 0x20 && c < 0x7F;
}

/// Makes wcwidth() know Unicode on this thread, for the time of its life.
class UnicodeLocale {
 public:
  UnicodeLocale() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8 != nullptr) previous_ = ::uselocale(utf8);
  }
  ~UnicodeLocale() {
    if (previous_ != nullptr) ::uselocale(previous_);
  }
  UnicodeLocale(const UnicodeLocale&) = delete;
  UnicodeLocale& operator=(const UnicodeLocale&) = delete;
  [[nodiscard]] bool available() const { return previous_ != nullptr; }

 private:
  locale_t previous_ = nullptr;
};

std::size_t width_of(const UnicodeLocale& locale, char32_t code) {
  if (code < 0x7F || !locale.available()) return 1;
  const int width = ::wcwidth(static_cast<wchar_t>(code));
  return width < 0 ? 1 : static_cast<std::size_t>(width);  // Unassigned: terminals draw a box.
}

}  // namespace

std::string visible(std::string_view text) {
  if (std::ranges::all_of(text, is_plain_ascii)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    const Character character = decode(text);
    if (character.bytes == 0) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x%02x",
                    static_cast<unsigned>(static_cast<unsigned char>(text[0])));
      out += escape.data();
      text.remove_prefix(1);
      continue;
    }
    if (is_control(character.code)) {
      append_escape(out, character.code);
    } else {
      out += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  if (std::ranges::all_of(text, is_plain_ascii)) return text.size();
  const UnicodeLocale locale;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = decode(text);
    columns += character.bytes == 0 ? 1 : width_of(locale, character.code);
    text.remove_prefix(std::max<std::size_t>(character.bytes, 1));
  }
  return columns;
}

std::string clip(std::string_view text, std::size_t columns) {
  if (columns == 0) return {};
  const UnicodeLocale locale;
  std::size_t used = 0;
  std::size_t at = 0;
  std::size_t fits = 0;  // The bytes that leave room for the ellipsis.
  while (at < text.size()) {
    const Character character = decode(text.substr(at));
    used += character.bytes == 0 ? 1 : width_of(locale, character.code);
    if (used > columns) return std::string(text.substr(0, fits)) + "…";
    at += std::max<std::size_t>(character.bytes, 1);
    if (used < columns) fits = at;
  }
  return std::string(text);
}

std::string json_visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character character = decode(text);
    const std::size_t bytes = std::max<std::size_t>(character.bytes, 1);
    // C0 characters stand only between the tokens of JSON text (a tab); inside strings they are escaped already.
    if (character.bytes != 0 && character.code >= 0x7F && is_control(character.code)) {
      append_escape(out, character.code);
    } else {
      out += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace daybook::cli
