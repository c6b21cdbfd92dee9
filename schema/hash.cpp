// The door to xxHash, whose header is compiled in rather than its library called: what a library for every x86-64 can
// do is half as fast, and most of what is hashed here (a term, a name) is so short that the call would be felt.
//
// A fingerprint comes in a dozen pieces an event; they are put side by side first, for XXH3 is slow to take small ones.
#include "schema/hash.h"

#include <array>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"
#include "schema/hash_avx2.h"

namespace daybook {
namespace {

/// Up to here XXH3 uses no wide registers.
constexpr std::size_t kShortBytesMax = 240;

/// The canonical form is big-endian.
Hash128 canonical(std::uint64_t high, std::uint64_t low) {
  Hash128 out;
  store_be64(out.data(), high);
  store_be64(out.data() + 8, low);
  return out;
}

Hash128 canonical(XXH128_hash_t hash) {
  return canonical(hash.high64, hash.low64);
}

}  // namespace

/// Aligned as XXH3's state wants it.
struct alignas(64) Hasher128::Impl {
  XXH3_state_t state;
  bool in_pieces = false;  ///< `state` has taken some; else `gathered` is all there is.
  std::size_t count = 0;
  std::array<char, 8 * 1024> gathered;

  void take(std::string_view bytes) {
    if (!in_pieces) XXH3_128bits_reset(&state);
    in_pieces = true;
    XXH3_128bits_update(&state, gathered.data(), count);
    XXH3_128bits_update(&state, bytes.data(), bytes.size());
    count = 0;
  }
};

Hash128 hash128(std::span<const std::byte> bytes) {
  static const bool kWide = has_avx2();
  if (!kWide || bytes.size() <= kShortBytesMax) return canonical(XXH3_128bits(bytes.data(), bytes.size()));
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  hash128_by_avx2(bytes.data(), bytes.size(), high, low);
  return canonical(high, low);
}

std::uint64_t hash64(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Hasher128::Hasher128() : impl_(std::make_unique<Impl>()) {}
Hasher128::~Hasher128() = default;
void Hasher128::reset() {
  impl_->in_pieces = false;
  impl_->count = 0;
}
void Hasher128::add(std::string_view bytes) {
  if (bytes.size() > impl_->gathered.size() - impl_->count) return impl_->take(bytes);
  bytes.copy(impl_->gathered.data() + impl_->count, bytes.size());
  impl_->count += bytes.size();
}

void Hasher128::add_number(std::uint64_t number) {
  char bytes[8];
  store_be64(bytes, number);
  add({bytes, sizeof bytes});
}

void Hasher128::add_text(std::string_view text) {
  add_number(text.size());
  add(text);
}

Hash128 Hasher128::finish() const {
  if (!impl_->in_pieces) return hash128(std::string_view(impl_->gathered.data(), impl_->count));
  impl_->take({});
  return canonical(XXH3_128bits_digest(&impl_->state));
}

std::string xxhash_version() {
  const unsigned version = XXH_versionNumber();
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

}  // namespace daybook
