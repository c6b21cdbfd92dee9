// A Mersenne twister is no secret, and keys are none: they only have to differ.
#include "client/dice.h"

#include <array>

#include "base/bytes.h"

namespace daybook::client {

Dice::Dice(std::uint64_t seed) : random_(seed) {
  if (seed != 0) return;
  std::random_device device;
  std::array<std::uint32_t, 16> entropy{};
  for (std::uint32_t& word : entropy) word = device();
  std::seed_seq sequence(entropy.begin(), entropy.end());
  random_.seed(sequence);
}

IdempotencyKey Dice::key() {
  const Lock lock(mutex_);
  IdempotencyKey key;
  store_be64(key.bytes.data(), (random_() & ~std::uint64_t{0xf000}) | 0x4000);
  store_be64(key.bytes.data() + 8, (random_() >> 2) | 0x8000000000000000ull);
  return key;
}

double Dice::jitter() {
  const Lock lock(mutex_);
  return std::uniform_real_distribution<double>(0.5, 1.0)(random_);
}

}  // namespace daybook::client
