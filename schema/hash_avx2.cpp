// A file of its own, because it alone is compiled with instructions that not every x86-64 has: nothing that another
// file could be given in its place, such as an inline function of the standard library, may come into being here.
#include "schema/hash_avx2.h"

#if defined(__AVX2__)
#define XXH_INLINE_ALL
#include <xxhash.h>
#endif

namespace daybook {

#if defined(__AVX2__)

bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0;
}

void hash128_by_avx2(const void* bytes, std::size_t count, std::uint64_t& high, std::uint64_t& low) {
  const XXH128_hash_t hash = XXH3_128bits(bytes, count);
  high = hash.high64;
  low = hash.low64;
}

#else

bool has_avx2() {
  return false;
}

void hash128_by_avx2(const void*, std::size_t, std::uint64_t&, std::uint64_t&) {}

#endif

}  // namespace daybook
