// RocksDB's own reader gives up the rest of a block behind a bad checksum, because it cannot tell a flipped byte in a
// payload from a wrong length. We look on: what lies behind the damage decides whether events were lost. A first or
// middle fragment always fills its block, which rules out most of what looks like a header at a random place.
#include "log/wal_block.h"

#include "base/crc32c.h"

namespace daybook {
namespace {

struct Header {
  std::uint32_t masked_crc;
  std::size_t payload_bytes;
  std::uint8_t type;
};

std::uint32_t byte_at(std::span<const std::byte> block, std::size_t at) {
  return std::to_integer<std::uint32_t>(block[at]);
}

Header read_header(std::span<const std::byte> block, std::size_t at) {
  return {.masked_crc = byte_at(block, at) | byte_at(block, at + 1) << 8 | byte_at(block, at + 2) << 16 |
                        byte_at(block, at + 3) << 24,
          .payload_bytes = byte_at(block, at + 4) | byte_at(block, at + 5) << 8,
          .type = std::to_integer<std::uint8_t>(block[at + 6])};
}

/// RocksDB stores a CRC masked, so that the CRC of bytes that hold CRCs stays a good one.
std::uint32_t mask(std::uint32_t crc) {
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

bool is_known(std::uint8_t type) {
  return type >= 1 && type <= 4;
}

/// The checksum covers the type byte and the payload.
bool checksum_holds(std::span<const std::byte> block, std::size_t at, const Header& header) {
  return mask(crc32c(block.subspan(at + kWalHeaderBytes - 1, 1 + header.payload_bytes))) == header.masked_crc;
}

bool is_intact_at(std::span<const std::byte> block, std::size_t at) {
  if (at + kWalHeaderBytes > block.size()) return false;
  const Header header = read_header(block, at);
  const std::size_t end = at + kWalHeaderBytes + header.payload_bytes;
  if (!is_known(header.type) || end > block.size()) return false;
  const auto type = static_cast<WalFragmentType>(header.type);
  const bool fills_block = type == WalFragmentType::first || type == WalFragmentType::middle;
  if (fills_block && end != kWalBlockBytes) return false;
  return checksum_holds(block, at, header);
}

}  // namespace

std::expected<WalFragment, std::string_view> read_wal_fragment(std::span<const std::byte> block, std::size_t at) {
  using Failure = std::unexpected<std::string_view>;
  if (at + kWalHeaderBytes > block.size()) return Failure("the file ends inside a header");
  const Header header = read_header(block, at);
  const std::size_t end = at + kWalHeaderBytes + header.payload_bytes;
  if (header.type == 0 && header.masked_crc == 0 && header.payload_bytes == 0) return Failure("zeros, not a record");
  if (!is_known(header.type)) return Failure("unknown record type");
  if (end > kWalBlockBytes) return Failure("length beyond its block");
  if (end > block.size()) return Failure("the file ends inside a record");
  if (!checksum_holds(block, at, header)) return Failure("checksum mismatch");
  return WalFragment{.type = static_cast<WalFragmentType>(header.type),
                     .payload = block.subspan(at + kWalHeaderBytes, header.payload_bytes),
                     .end = end};
}

std::size_t resume_wal_block(std::span<const std::byte> block, std::size_t at) {
  if (at + kWalHeaderBytes <= block.size()) {
    const Header header = read_header(block, at);
    const std::size_t end = at + kWalHeaderBytes + header.payload_bytes;
    const auto type = static_cast<WalFragmentType>(header.type);
    const bool fills_block = type == WalFragmentType::first || type == WalFragmentType::middle;
    if (fills_block && end == kWalBlockBytes) return end;
    if (end < block.size() && is_intact_at(block, end)) return end;
  }
  for (std::size_t next = at + 1; next + kWalHeaderBytes <= block.size(); ++next) {
    if (is_intact_at(block, next)) return next;
  }
  return block.size();
}

}  // namespace daybook
