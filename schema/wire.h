// Cap'n Proto's pointers as the words they are (https://capnproto.org/encoding.html), for the one layout that events
// and blocks have: a message of one segment, whose pointers lead to places in it. The library's general readers and
// builders cost several times what they find or write here; the tests hold both against each other.
//
// Threads: any; pure functions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace daybook::wire {

static_assert(std::endian::native == std::endian::little, "Cap'n Proto's words are little-endian");

/// What the elements of a list are.
enum class Element : std::uint8_t {
  byte = 2,
  pointer = 6,
  structure = 7,  ///< Behind a tag word; the count is then of words.
};

/// A pointer to a struct `words` behind the word after the pointer.
[[nodiscard]] constexpr std::uint64_t struct_pointer(std::size_t words, std::uint64_t data_words,
                                                     std::uint64_t pointers) {
  return static_cast<std::uint32_t>(words << 2U) | data_words << 32U | pointers << 48U;
}
/// The same to a list of `count` elements.
[[nodiscard]] constexpr std::uint64_t list_pointer(std::size_t words, Element element, std::uint64_t count) {
  return static_cast<std::uint32_t>(words << 2U) | 1U | static_cast<std::uint64_t>(element) << 32U | count << 35U;
}
/// The word before a list of structs.
[[nodiscard]] constexpr std::uint64_t list_tag(std::uint64_t count, std::uint64_t data_words, std::uint64_t pointers) {
  return struct_pointer(count, data_words, pointers);
}

[[nodiscard]] constexpr bool is_struct(std::uint64_t pointer) {
  return (pointer & 3U) == 0;
}
[[nodiscard]] constexpr bool is_list(std::uint64_t pointer, Element element) {
  return (pointer & 3U) == 1 && (pointer >> 32U & 7U) == static_cast<std::uint64_t>(element);
}
/// How many words behind the word after the pointer its target is; below 0: before.
[[nodiscard]] constexpr std::int64_t words_ahead(std::uint64_t pointer) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(pointer)) >> 2;
}
[[nodiscard]] constexpr std::uint64_t data_words(std::uint64_t pointer) {
  return pointer >> 32U & 0xffffU;
}
[[nodiscard]] constexpr std::uint64_t pointers(std::uint64_t pointer) {
  return pointer >> 48U;
}
[[nodiscard]] constexpr std::uint64_t list_count(std::uint64_t pointer) {
  return pointer >> 35U;
}
/// Of a tag.
[[nodiscard]] constexpr std::uint64_t tag_count(std::uint64_t tag) {
  return static_cast<std::uint32_t>(tag) >> 2U;
}
/// The words that so many bytes take.
[[nodiscard]] constexpr std::uint64_t words_of(std::uint64_t bytes) {
  return (bytes + 7) / 8;
}

/// Where the pointer at `at` leads. Unchecked: only of bytes that were verified.
[[nodiscard]] inline const std::uint64_t* target(const std::uint64_t* at) {
  return at + 1 + words_ahead(*at);
}
/// The bytes that the pointer at `at` leads to; none where it is null. Unchecked.
[[nodiscard]] inline std::string_view bytes_at(const std::uint64_t* at) {
  if (*at == 0) return {};
  return {reinterpret_cast<const char*>(target(at)), list_count(*at)};
}
/// The same of a text, without the zero byte that closes it. Unchecked.
[[nodiscard]] inline std::string_view text_at(const std::uint64_t* at) {
  const std::string_view bytes = bytes_at(at);
  return bytes.substr(0, bytes.empty() ? 0 : bytes.size() - 1);
}

}  // namespace daybook::wire
