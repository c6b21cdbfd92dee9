// Where RocksDB keeps the events that are not yet in table files: in the order of their keys, in memory that the next
// memtable uses again.
//
// Threads: any; a memtable has one writer, and any number of readers beside it. Owns: that memory.
#pragma once

#include <memory>

namespace rocksdb {
class MemTableRepFactory;
}

namespace daybook {

/// Memtables that share their memory one after the other. Any keys may be put in any order; ascending is fast.
[[nodiscard]] std::shared_ptr<rocksdb::MemTableRepFactory> event_memtables();

}  // namespace daybook
