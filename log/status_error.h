// The one place where a rocksdb::Status becomes an Error.
//
// Threads: any. Owns: nothing.
#pragma once

#include <string>

#include "daybook/result.h"

namespace rocksdb {
class Status;
}

namespace daybook {

/// What `status`, which is not OK, means to a caller. The message is one line: `what` (what was being done, in words),
/// then what RocksDB says of it, which names the file and the system's reason.
[[nodiscard]] Error error_of(const rocksdb::Status& status, std::string what);

}  // namespace daybook
