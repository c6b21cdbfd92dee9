// RocksDB's CRC-32C by the processor's instruction, where the library itself was built without it.
//
// Threads: any; pure functions. Owns: nothing.
#pragma once

namespace daybook {

/// Whether what RocksDB calls for a CRC-32C is this file's function. False changes nothing but the speed: of a program
/// that was linked in another way, or whose processor lacks the instruction.
[[nodiscard]] bool wal_checksum_is_fast();

}  // namespace daybook
