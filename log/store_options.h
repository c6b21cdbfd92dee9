// RocksDB's settings, each with the measurement or the fact behind it.
//
// Threads: any; pure functions.
#pragma once

#include <filesystem>
#include <vector>

#include <rocksdb/db.h>

#include "daybook/options.h"
#include "log/store.h"

namespace daybook {

/// The options of the whole database.
[[nodiscard]] rocksdb::DBOptions database_options(rocksdb::Env& env, const std::filesystem::path& directory,
                                                  StoreMode mode);

/// Lets this process open as many files as the system allows it: a long log has many table files.
void raise_file_limit();

/// Options of the families default, events and postings, in this order; they share one cache.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const Options& options);

}  // namespace daybook
