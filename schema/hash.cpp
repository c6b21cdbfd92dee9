// The door to xxHash.
#include "schema/hash.h"

#include <xxhash.h>

#include "base/bytes.h"

namespace daybook {
namespace {

Hash128 canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  Hash128 out;
  static_assert(sizeof bytes.digest == out.size());
  std::copy(std::begin(bytes.digest), std::end(bytes.digest), out.begin());
  return out;
}

}  // namespace

struct Hasher128::Impl {
  XXH3_state_t* state = XXH3_createState();
};

Hash128 hash128(std::span<const std::byte> bytes) {
  return canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

std::uint64_t hash64(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Hasher128::Hasher128() : impl_(std::make_unique<Impl>()) {
  reset();
}
Hasher128::~Hasher128() {
  XXH3_freeState(impl_->state);
}
void Hasher128::reset() {
  XXH3_128bits_reset(impl_->state);
}
void Hasher128::add(std::string_view bytes) {
  XXH3_128bits_update(impl_->state, bytes.data(), bytes.size());
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
  return canonical(XXH3_128bits_digest(impl_->state));
}

std::string xxhash_version() {
  const unsigned version = XXH_versionNumber();
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

}  // namespace daybook
