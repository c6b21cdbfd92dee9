// Integers to bytes and back: big-endian 64 bit (keys that sort as numbers) and varints (postings).
//
// Threads: any; pure functions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace daybook {

/// The eight bytes of `value`, most significant first, at `out`.
inline void store_be64(void* out, std::uint64_t value) {
  const std::uint64_t swapped = std::endian::native == std::endian::little ? std::byteswap(value) : value;
  std::memcpy(out, &swapped, sizeof swapped);
}

/// The number whose eight bytes, most significant first, are at `in`.
[[nodiscard]] inline std::uint64_t load_be64(const void* in) {
  std::uint64_t value;
  std::memcpy(&value, in, sizeof value);
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

/// Appends store_be64 to a string.
inline void append_be64(std::string& out, std::uint64_t value) {
  char bytes[8];
  store_be64(bytes, value);
  out.append(bytes, sizeof bytes);
}

/// Appends `value` in base 128, least significant group first, high bit set on all bytes but the last (LEB128).
inline void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

/// Takes one varint from the front of `in`; nullopt where it is cut off, over 64 bits, or longer than its number needs:
/// a number has one spelling.
[[nodiscard]] inline std::optional<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < in.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(in[i]);
    if ((i == 9 && byte > 1) || (i > 0 && byte == 0)) return std::nullopt;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      in.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace daybook
