// CRC-32C (Castagnoli), the checksum of RocksDB's write-ahead log.
//
// Threads: any; pure functions. Source: RFC 3720, appendix B.4 (its test vectors are the tests here).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace daybook {

/// The CRC of `bytes`, by the processor's instruction where there is one.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes);

/// The CRC of what has the CRC `before`, followed by `bytes`.
[[nodiscard]] std::uint32_t crc32c_extended(std::uint32_t before, std::span<const std::byte> bytes);

/// Whether the processor has the instruction.
[[nodiscard]] bool crc32c_is_fast();

/// The same by table, on any processor; the test compares the two.
[[nodiscard]] std::uint32_t crc32c_portable(std::span<const std::byte> bytes, std::uint32_t before = 0);

/// Of Boost, whose CRC the portable one is.
[[nodiscard]] std::string boost_version();

}  // namespace daybook
