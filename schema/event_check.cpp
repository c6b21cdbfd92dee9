// Cap'n Proto's checked reader could do this, at ten times the price, and not all of it: it reads lazily, so that every
// field would have to be read once. A stored event's layout is known (docs/format.md), so its eight kinds of words are
// walked by Cap'n Proto's encoding itself (https://capnproto.org/encoding.html).
#include "schema/event_check.h"

#include <bit>
#include <cstddef>
#include <optional>

namespace daybook {
namespace {

static_assert(std::endian::native == std::endian::little, "Cap'n Proto's words are little-endian");

// Of the struct Event, as of format version 1; later versions only add.
constexpr std::uint64_t kDataWords = 9;
constexpr std::uint64_t kPointers = 7;
enum Field : std::size_t { stream, type, tags, content_type, data, traceparent, headers };

constexpr std::uint64_t kListOfBytes = 2;
constexpr std::uint64_t kListOfPointers = 6;
constexpr std::uint64_t kListOfStructs = 7;

constexpr bool is_struct(std::uint64_t pointer) {
  return (pointer & 3U) == 0;
}
constexpr std::int64_t words_ahead(std::uint64_t pointer) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(pointer)) >> 2;
}
constexpr std::uint64_t struct_data_words(std::uint64_t pointer) {
  return (pointer >> 32U) & 0xffffU;
}
constexpr std::uint64_t struct_pointers(std::uint64_t pointer) {
  return pointer >> 48U;
}

/// Looks through one event, and counts what its pointers lead to.
class Look {
 public:
  explicit Look(std::span<const std::uint64_t> words) : words_(words), left_(words.size()) {}

  bool event() {
    const std::uint64_t root = words_[0];
    if (!is_struct(root) || words_ahead(root) != 0) return false;
    const std::uint64_t data_words = struct_data_words(root);
    const std::uint64_t pointers = struct_pointers(root);
    if (data_words < kDataWords || pointers < kPointers || 1 + data_words + pointers > words_.size()) return false;
    take(1 + data_words + pointers);
    const std::size_t first = 1 + static_cast<std::size_t>(data_words);
    return text(first + Field::stream) && text(first + Field::type) && texts(first + Field::tags) &&
           text(first + Field::content_type) && bytes(first + Field::data) && text(first + Field::traceparent) &&
           pairs(first + Field::headers);
  }

 private:
  /// Counts words that are led to; false: more than there are, so that some are led to twice.
  bool take(std::uint64_t count) {
    if (count > left_) return false;
    left_ -= count;
    return true;
  }

  struct List {
    std::size_t begin;    ///< Its first word.
    std::uint64_t count;  ///< Elements; of structs, words behind the tag.
  };

  /// The list of `element_size` that the pointer at word `at` leads to, with its words (and a tag) inside.
  std::optional<List> list(std::size_t at, std::uint64_t element_size) {
    const std::uint64_t pointer = words_[at];
    if ((pointer & 3U) != 1 || ((pointer >> 32U) & 7U) != element_size) return std::nullopt;
    const std::uint64_t count = pointer >> 35U;
    const std::uint64_t words =
        element_size == kListOfBytes ? (count + 7) / 8 : count + (element_size == kListOfStructs ? 1 : 0);
    const std::int64_t begin = static_cast<std::int64_t>(at) + 1 + words_ahead(pointer);
    if (begin < 0 || words > words_.size() || static_cast<std::uint64_t>(begin) > words_.size() - words) {
      return std::nullopt;
    }
    if (!take(words)) return std::nullopt;
    return List{.begin = static_cast<std::size_t>(begin), .count = count};
  }

  bool bytes(std::size_t at) { return words_[at] == 0 || list(at, kListOfBytes).has_value(); }

  bool text(std::size_t at) {
    if (words_[at] == 0) return true;
    const auto found = list(at, kListOfBytes);
    if (!found || found->count == 0) return false;
    const std::uint64_t last = found->count - 1;
    return ((words_[found->begin + last / 8] >> (8 * (last % 8))) & 0xffU) == 0;
  }

  bool texts(std::size_t at) {
    if (words_[at] == 0) return true;
    const auto found = list(at, kListOfPointers);
    if (!found) return false;
    for (std::uint64_t i = 0; i < found->count; ++i) {
      if (!text(found->begin + i)) return false;
    }
    return true;
  }

  /// A list of structs whose first two pointers are texts.
  bool pairs(std::size_t at) {
    if (words_[at] == 0) return true;
    const auto found = list(at, kListOfStructs);
    if (!found) return false;
    const std::uint64_t tag = words_[found->begin];
    const std::uint64_t count = static_cast<std::uint32_t>(tag) >> 2U;
    const std::uint64_t step = struct_data_words(tag) + struct_pointers(tag);
    if (!is_struct(tag) || struct_pointers(tag) < 2 || count * step > found->count) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t name = found->begin + 1 + i * step + struct_data_words(tag);
      if (!text(name) || !text(name + 1)) return false;
    }
    return true;
  }

  std::span<const std::uint64_t> words_;
  std::uint64_t left_;
};

}  // namespace

bool is_event(std::span<const std::uint64_t> words) {
  return words.size() >= 1 + kDataWords + kPointers && Look(words).event();
}

}  // namespace daybook
