// One lock a commit. A Mersenne twister is no secret, and ids are none: they only have to differ.
#include "log/id_generator.h"

#include <array>

#include "base/bytes.h"

namespace daybook {

IdGenerator::IdGenerator(const Clock& clock, std::uint64_t seed) : clock_(clock), random_(seed) {
  if (seed != 0) return;
  std::random_device device;
  std::array<std::uint32_t, 16> entropy{};
  for (std::uint32_t& word : entropy) word = device();
  std::seed_seq sequence(entropy.begin(), entropy.end());
  random_.seed(sequence);
}

std::vector<Uuid> IdGenerator::make(std::size_t count) {
  std::vector<Uuid> ids(count);
  if (count == 0) return ids;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count();
  const std::uint64_t time = static_cast<std::uint64_t>(now) << 16;
  const Lock lock(mutex_);
  for (Uuid& id : ids) {
    store_be64(id.bytes.data(), time | 0x7000 | (random_() & 0x0fff));
    store_be64(id.bytes.data() + 8, (random_() >> 2) | 0x8000000000000000ull);
  }
  return ids;
}

}  // namespace daybook
