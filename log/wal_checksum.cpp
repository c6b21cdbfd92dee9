// Debian's RocksDB is built for every x86-64, so that it takes the CRC of each WAL record by table: at 1.2 GB/s that
// was the largest single item of an append in batches, and on the sequencer at that. The library calls its own function
// through the linker's table, which prefers a function of that name in the program: this one. It is weak, so that a
// program that is linked with a static RocksDB keeps that one's.
#include "log/wal_checksum.h"

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/crc32c.h"

namespace {

constexpr const char* kExtendSymbol = "_ZN7rocksdb6crc32c6ExtendEjPKcm";
using Extend = std::uint32_t (*)(std::uint32_t, const char*, std::size_t);

}  // namespace

namespace rocksdb::crc32c {

/// As RocksDB's util/crc32c.h has it: the CRC of what has the CRC `before`, followed by `bytes`.
[[gnu::weak, gnu::visibility("default")]] std::uint32_t Extend(std::uint32_t before, const char* bytes,
                                                               std::size_t count) {
  static const bool kFast = daybook::crc32c_is_fast();
  static const auto kTheirs = kFast ? nullptr : reinterpret_cast<::Extend>(::dlsym(RTLD_NEXT, kExtendSymbol));
  if (kTheirs != nullptr) return kTheirs(before, bytes, count);
  return daybook::crc32c_extended(before, std::as_bytes(std::span(bytes, count)));
}

}  // namespace rocksdb::crc32c

namespace daybook {

bool wal_checksum_is_fast() {
  return crc32c_is_fast() && ::dlsym(RTLD_DEFAULT, kExtendSymbol) == reinterpret_cast<void*>(&rocksdb::crc32c::Extend);
}

}  // namespace daybook
