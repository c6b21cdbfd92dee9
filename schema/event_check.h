// Whether words that somebody else made are an event that can be read without looking where its pointers lead.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <span>

namespace daybook {

/// Whether `words` are an Event (schema/event.capnp), alone in one segment: every pointer of its fields leads to what
/// the field holds, inside of `words`; its texts end with a zero; and all that they lead to together is no more than
/// `words`, so that what is read of it is no more than what was sent. A newer version may have added fields behind.
[[nodiscard]] bool is_event(std::span<const std::uint64_t> words);

}  // namespace daybook
