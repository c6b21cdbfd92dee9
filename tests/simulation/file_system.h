// The simulated disk as RocksDB sees it: a rocksdb::FileSystem.
//
// Threads: any. Owns: nothing; the disk outlives it and every file opened through it.
#pragma once

#include <memory>

#include <rocksdb/file_system.h>

#include "tests/simulation/disk.h"

namespace daybook::simulation {

[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> make_file_system(Disk& disk);

}  // namespace daybook::simulation
