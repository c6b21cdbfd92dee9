// The fields of an event, found in the words of its message (schema/event.capnp). What the message does not hold,
// because it is null or because its struct is of an older schema, is empty.
//
// Threads: any. Owns: nothing; the words outlive it. Unchecked: only of words that daybook wrote and that were
// verified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "schema/wire.h"

namespace daybook {

/// Where a field stands: the numbers of the words and pointers of schema/event.capnp's Event.
struct EventLayout {
  enum Word : std::uint8_t {
    version,
    id_high,
    id_low,
    correlation_high,
    correlation_low,
    causation_high,
    causation_low,
    occurred_at,
    flags,
    word_count
  };
  enum Flag : std::uint8_t { has_occurred_at = 1, has_correlation = 2, has_causation = 4 };
  enum Pointer : std::uint8_t { stream, type, tags, content_type, data, traceparent, headers, pointer_count };
};

class EventFields {
 public:
  explicit EventFields(const std::uint64_t* message)
      : data_(wire::target(message)),
        pointers_(data_ + wire::data_words(*message)),
        data_words_(wire::data_words(*message)),
        pointer_count_(wire::pointers(*message)) {}

  [[nodiscard]] std::uint64_t word(EventLayout::Word at) const { return at < data_words_ ? data_[at] : 0; }
  [[nodiscard]] bool flag(EventLayout::Flag flag) const { return (word(EventLayout::flags) & flag) != 0; }
  [[nodiscard]] bool has(EventLayout::Pointer at) const { return at < pointer_count_ && pointers_[at] != 0; }
  [[nodiscard]] std::string_view text(EventLayout::Pointer at) const {
    return has(at) ? wire::text_at(pointers_ + at) : std::string_view();
  }
  [[nodiscard]] std::string_view data() const {
    return has(EventLayout::data) ? wire::bytes_at(pointers_ + EventLayout::data) : std::string_view();
  }
  [[nodiscard]] std::size_t tag_count() const {
    return has(EventLayout::tags) ? wire::list_count(pointers_[EventLayout::tags]) : 0;
  }
  [[nodiscard]] std::string_view tag(std::size_t index) const {
    return wire::text_at(wire::target(pointers_ + EventLayout::tags) + index);
  }
  [[nodiscard]] std::size_t header_count() const {
    return has(EventLayout::headers) ? wire::tag_count(*wire::target(pointers_ + EventLayout::headers)) : 0;
  }
  [[nodiscard]] std::pair<std::string_view, std::string_view> header(std::size_t index) const {
    const std::uint64_t* const tag = wire::target(pointers_ + EventLayout::headers);
    const std::uint64_t words = wire::data_words(*tag) + wire::pointers(*tag);
    const std::uint64_t* const name = tag + 1 + index * words + wire::data_words(*tag);
    return {wire::text_at(name), wire::text_at(name + 1)};
  }

 private:
  const std::uint64_t* data_;
  const std::uint64_t* pointers_;
  std::uint64_t data_words_;
  std::uint64_t pointer_count_;
};

}  // namespace daybook
