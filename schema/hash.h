// XXH3: 128 bits for links, fingerprints and sums; 64 bits for hash tables in memory.
//
// Threads: any; pure functions. Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace daybook {

/// XXH3-128 with seed 0, in the canonical (big-endian) form of its authors.
using Hash128 = std::array<std::uint8_t, 16>;

[[nodiscard]] Hash128 hash128(std::span<const std::byte> bytes);
[[nodiscard]] inline Hash128 hash128(std::string_view bytes) {
  return hash128(std::as_bytes(std::span(bytes)));
}

/// XXH3-64 with seed 0; never stored.
[[nodiscard]] std::uint64_t hash64(std::string_view bytes);

/// hash128 over bytes that come in pieces.
class Hasher128 {
 public:
  Hasher128();
  ~Hasher128();
  Hasher128(const Hasher128&) = delete;
  Hasher128& operator=(const Hasher128&) = delete;
  /// Begins anew.
  void reset();
  void add(std::string_view bytes);
  /// The eight bytes of `number`, most significant first.
  void add_number(std::uint64_t number);
  /// The length as add_number, then the bytes: so that no two lists of strings give the same input.
  void add_text(std::string_view text);
  [[nodiscard]] Hash128 finish() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Of the library behind it.
[[nodiscard]] std::string xxhash_version();

}  // namespace daybook
