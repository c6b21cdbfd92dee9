// Rows of counts: a fixed number of int64 values under a key.
//
// Threads: like the State that it is given. Owns: nothing.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "daybook/projection.h"

namespace daybook {

/// What to say of a row that holds something else than was put there.
inline constexpr const char* kDamagedRow =
    "a row of this projection's state is damaged; delete its folder and run it again";

/// The bytes of `Count` values, each big-endian, two's complement.
template <std::size_t Count>
using CountBytes = std::array<char, Count * 8>;

/// See CountBytes.
template <std::size_t Count>
[[nodiscard]] CountBytes<Count> encode_counts(const std::array<std::int64_t, Count>& counts) {
  CountBytes<Count> bytes;
  for (std::size_t i = 0; i < Count; ++i) store_be64(bytes.data() + 8 * i, std::bit_cast<std::uint64_t>(counts[i]));
  return bytes;
}

/// nullopt where `bytes` are not those of `Count` values.
template <std::size_t Count>
[[nodiscard]] std::optional<std::array<std::int64_t, Count>> decode_counts(std::string_view bytes) {
  if (bytes.size() != Count * 8) return std::nullopt;
  std::array<std::int64_t, Count> counts;
  for (std::size_t i = 0; i < Count; ++i) counts[i] = std::bit_cast<std::int64_t>(load_be64(bytes.data() + 8 * i));
  return counts;
}

/// The row under `key`; nullopt where there is none. `corruption` where it holds something else.
template <std::size_t Count>
[[nodiscard]] Result<std::optional<std::array<std::int64_t, Count>>> get_counts(State& state, std::string_view key) {
  auto value = state.get(key);
  if (!value) return std::unexpected(std::move(value.error()));
  if (!*value) return std::nullopt;
  auto counts = decode_counts<Count>(**value);
  if (!counts) return fail(Code::corruption, kDamagedRow);
  return counts;
}

/// Writes the row under `key`.
template <std::size_t Count>
[[nodiscard]] Result<void> put_counts(State& state, std::string_view key,
                                      const std::array<std::int64_t, Count>& counts) {
  const CountBytes<Count> bytes = encode_counts(counts);
  return state.put(key, std::string_view(bytes.data(), bytes.size()));
}

}  // namespace daybook
