// What a peer sends in the fuzzer of the server, as bytes that can be mutated: a list of things to send, most of them
// messages of Cap'n Proto's RPC that nearly make sense.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace daybook::fuzz {

/// Kinds of an entry: the first byte of it, modulo their count.
enum class Entry : std::uint8_t {
  bytes,      ///< Count; so many bytes as they are.
  opening,    ///< Logs in and opens the log (tests/remote/raw_calls.h).
  call,       ///< Question, target question, path length 0..2, interface, method, capability; words; params.
  finish,     ///< Question.
  release,    ///< Capability, count.
  answer,     ///< Question; an empty result, or an exception.
  resolve,    ///< Promise, what it becomes.
  disembargo  ///< Capability, embargo.
};
inline constexpr std::uint8_t kEntries = 8;

/// The bytes to send.
[[nodiscard]] std::string messages_of(std::string_view script);

}  // namespace daybook::fuzz
