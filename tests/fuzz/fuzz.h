// What every fuzzer is: a function that libFuzzer calls with bytes, and that ends the process where something is wrong.
//
// Threads: libFuzzer's one. Owns: nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"

namespace daybook::fuzz {

/// The input as text.
[[nodiscard]] inline std::string_view text_of(const std::uint8_t* data, std::size_t bytes) {
  return {reinterpret_cast<const char*>(data), bytes};
}

/// Takes up to `bytes` from the front of `text`.
[[nodiscard]] inline std::string_view take(std::string_view& text, std::size_t bytes) {
  const std::string_view taken = text.substr(0, bytes);
  text.remove_prefix(taken.size());
  return taken;
}

/// Takes one byte from the front of `text`; 0 where there is none left.
[[nodiscard]] inline std::uint8_t take_byte(std::string_view& text) {
  const std::string_view taken = take(text, 1);
  return taken.empty() ? 0 : static_cast<std::uint8_t>(taken.front());
}

}  // namespace daybook::fuzz

/// Called by libFuzzer for each input; returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes);
