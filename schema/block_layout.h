// Which byte of a stored block is what: the value `block ‖ link` of docs/format.md, taken apart around one event.
//
// Threads: any; pure functions. Owns: the names it gives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "daybook/block.h"

namespace daybook {

/// Some bytes of a stored block and what they are.
struct Stretch {
  /// What kind of bytes they are.
  enum class Kind : std::uint8_t {
    field,  ///< A number, a pointer, a hash: `name` says all of it.
    text,   ///< Text, its closing zero and padding to whole words; `name` is the field's.
    data,   ///< Bytes and padding to whole words; `name` is the field's.
    other,  ///< Not of the event: of its neighbours in the block, or reached by no pointer.
  };
  std::size_t offset = 0;  ///< From the first byte of the value.
  std::size_t bytes = 0;   ///< Padding included.
  std::string name{};      ///< Such as `Event.version 3`, with the words of docs/format.md.
  Kind kind = Kind::field;
  std::size_t length = 0;  ///< Of `text` and `data`: the bytes before the closing zero and the padding.
};

/// A stored block, taken apart.
struct BlockLayout {
  std::vector<Stretch> stretches;  ///< In order of their offsets, without a gap or an overlap.
  std::size_t event_offset = 0;    ///< Of the event's message.
  std::size_t event_bytes = 0;     ///< Of the event's message.
};

/// `block` and its link: everything of the event at `index`, of the commit that holds it and of the block's own fields
/// one by one, the rest as `other`.
[[nodiscard]] BlockLayout layout_of(const Block& block, std::uint32_t index);

}  // namespace daybook
