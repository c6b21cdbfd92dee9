// The vectors are those of RFC 3720, appendix B.4, and the check value of the CRC catalogue.
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/crc32c.h"
#include "log/wal_checksum.h"

namespace daybook {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

TEST_CASE("crc32c: it is the CRC of RFC 3720") {
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending.push_back(static_cast<char>(i));
  CHECK(crc32c(bytes_of(std::string(32, '\0'))) == 0x8a9136aaU);
  CHECK(crc32c(bytes_of(std::string(32, '\xff'))) == 0x62a8ab43U);
  CHECK(crc32c(bytes_of(ascending)) == 0x46dd794eU);
  CHECK(crc32c(bytes_of("123456789")) == 0xe3069283U);
  CHECK(crc32c({}) == 0);
}

TEST_CASE("crc32c: the instruction and the table agree at every length and alignment") {
  constexpr unsigned kSeed = 7;
  INFO("seed " << kSeed);
  std::mt19937_64 random(kSeed);
  std::vector<std::byte> bytes(300);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  for (std::size_t first = 0; first < 9; ++first) {
    for (std::size_t length = 0; length + first <= bytes.size(); ++length) {
      const auto part = std::span<const std::byte>(bytes).subspan(first, length);
      REQUIRE(crc32c(part) == crc32c_portable(part));
      const std::size_t middle = length / 3;
      REQUIRE(crc32c_extended(crc32c(part.first(middle)), part.subspan(middle)) == crc32c(part));
      REQUIRE(crc32c_portable(part.subspan(middle), crc32c(part.first(middle))) == crc32c(part));
    }
  }
}

TEST_CASE("crc32c: RocksDB takes the CRC of its records by the instruction") {
  CHECK(wal_checksum_is_fast() == crc32c_is_fast());
}

}  // namespace daybook
