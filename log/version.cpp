// Each version comes from the files that own the dependency; RocksDB's door is this folder.
#include "daybook/version.h"

#include <rocksdb/version.h>

#include "base/crc32c.h"
#include "base/logger.h"
#include "log/format_file.h"
#include "schema/event_codec.h"
#include "schema/hash.h"

namespace daybook {

std::string_view library_version() {
  return DAYBOOK_VERSION;
}

std::uint32_t format_version() {
  return kFormatVersion;
}

std::vector<Component> library_components() {
  return {{"RocksDB", rocksdb::GetRocksVersionAsString()},
          {"Cap'n Proto", capnproto_version()},
          {"xxHash", xxhash_version()},
          {"Boost", boost_version()},
          {"spdlog", spdlog_version()}};
}

}  // namespace daybook
