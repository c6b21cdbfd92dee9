// One 32 KiB block of a RocksDB WAL file: the fragments in it, and where to go on behind a damaged one.
//
// Threads: any; pure functions. Owns: nothing.
// Source: https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format, confirmed against files of 7.8.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

namespace daybook {

inline constexpr std::size_t kWalBlockBytes = 32 * 1024;
inline constexpr std::size_t kWalHeaderBytes = 7;

/// A record's part in one block. Other numbers do not occur: they belong to recycled and compressed WAL files.
enum class WalFragmentType : std::uint8_t { full = 1, first = 2, middle = 3, last = 4 };

/// An intact fragment.
struct WalFragment {
  WalFragmentType type;
  std::span<const std::byte> payload;
  std::size_t end;  ///< In the block: where the next fragment begins.
};

/// Whether too little is left at `at` for a header: the writer fills that with zeros.
[[nodiscard]] constexpr bool is_wal_padding(std::size_t at) {
  return kWalBlockBytes - at < kWalHeaderBytes;
}

/// The fragment whose header is at `at`, below block.size(); or what is wrong with it. A `block` shorter than
/// kWalBlockBytes is the end of its file.
[[nodiscard]] std::expected<WalFragment, std::string_view> read_wal_fragment(std::span<const std::byte> block,
                                                                             std::size_t at);

/// Where to go on behind the damaged fragment at `at`: the next place in the block with an intact fragment, or the
/// block's end. It believes the damaged header's length where what it leads to is intact, or the block's end, and else
/// tries every byte.
[[nodiscard]] std::size_t resume_wal_block(std::span<const std::byte> block, std::size_t at);

}  // namespace daybook
