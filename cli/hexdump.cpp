// Eight bytes a row, because everything in a block is aligned to eight: a row is a word of Cap'n Proto.
#include "cli/hexdump.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "cli/json_text.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kRowBytes = 8;
constexpr std::size_t kOffsetDigitsMin = 4;

/// The stored value: the block's bytes, then its link.
class StoredValue {
 public:
  explicit StoredValue(const Block& block)
      : bytes_(block.bytes()), link_(std::as_bytes(std::span(block.link().bytes))) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size() + link_.size(); }
  [[nodiscard]] unsigned char at(std::size_t offset) const {
    const std::byte byte = offset < bytes_.size() ? bytes_[offset] : link_[offset - bytes_.size()];
    return static_cast<unsigned char>(byte);
  }

 private:
  std::span<const std::byte> bytes_;
  std::span<const std::byte> link_;
};

void append_hex(std::string& out, unsigned char byte) {
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 15U];
}

std::string offset_text(std::size_t offset, std::size_t size) {
  std::string text;
  for (std::size_t rest = offset; rest > 0; rest /= 16) text.insert(text.begin(), kDigits[rest % 16]);
  std::size_t digits = kOffsetDigitsMin;
  for (std::size_t limit = 0x10000; limit < size; limit *= 16) ++digits;
  text.insert(0, digits - std::min(digits, text.size()), '0');
  return text;
}

/// What stands beside the bytes of `stretch` from `offset` on: printable characters as they are, others as dots.
std::string content_of(const StoredValue& value, const Stretch& stretch, std::size_t offset) {
  const bool text = stretch.kind == Stretch::Kind::text;
  const std::size_t end = std::min(offset + kRowBytes, stretch.offset + stretch.bytes);
  const std::size_t zero = stretch.offset + stretch.length;  // Where the content ends.
  std::string shown;
  for (std::size_t at = offset; at < std::min(end, zero); ++at) {
    const unsigned char byte = value.at(at);
    shown += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
  }
  if (text && !shown.empty()) shown = "\"" + shown + "\"";
  const auto add = [&shown](std::string_view word) { shown += (shown.empty() ? "" : ", ") + std::string(word); };
  if (text && zero >= offset && zero < end) add("zero");
  const std::size_t padding = zero + (text ? 1 : 0);
  if (end > padding) add("padding");
  return offset == stretch.offset ? stretch.name + " " + shown : shown;
}

void print_row(Output& output, const std::string& offset, const std::string& bytes, const std::string& field) {
  std::string line = output.style().dim(offset) + "  " + bytes;
  line.append(bytes.size() < 3 * kRowBytes - 1 ? 3 * kRowBytes - 1 - bytes.size() : 0, ' ');
  if (!field.empty()) line += "  " + visible(field);
  line.erase(line.find_last_not_of(' ') + 1);
  output.write(line + "\n");
}

}  // namespace

void print_hexdump(Output& output, const Block& block, const std::vector<Stretch>& layout) {
  const StoredValue value(block);
  for (const Stretch& stretch : layout) {
    if (!output.ok()) return;
    if (stretch.kind == Stretch::Kind::other) {
      print_row(output, offset_text(stretch.offset, value.size()), "...",
                std::to_string(stretch.bytes) + " bytes: " + stretch.name);
      continue;
    }
    for (std::size_t at = stretch.offset; at < stretch.offset + stretch.bytes; at += kRowBytes) {
      std::string bytes;
      for (std::size_t byte = at; byte < std::min(at + kRowBytes, stretch.offset + stretch.bytes); ++byte) {
        if (!bytes.empty()) bytes += ' ';
        append_hex(bytes, value.at(byte));
      }
      const bool content = stretch.kind != Stretch::Kind::field;
      const std::string field = content ? content_of(value, stretch, at) : at == stretch.offset ? stretch.name : "";
      print_row(output, offset_text(at, value.size()), bytes, field);
    }
  }
}

void append_hexdump_json(std::string& out, const Block& block, const std::vector<Stretch>& layout) {
  const StoredValue value(block);
  out += '[';
  for (const Stretch& stretch : layout) {
    if (out.back() != '[') out += ',';
    out += "{\"offset\":" + std::to_string(stretch.offset);
    if (stretch.kind == Stretch::Kind::other) {
      out += ",\"length\":" + std::to_string(stretch.bytes);
    } else {
      out += ",\"bytes\":\"";
      for (std::size_t at = stretch.offset; at < stretch.offset + stretch.bytes; ++at) append_hex(out, value.at(at));
      out += '"';
    }
    out += ",\"field\":";
    append_json_string(out, stretch.name);
    out += '}';
  }
  out += ']';
}

}  // namespace daybook::cli
