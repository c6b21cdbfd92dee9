// RocksDB's settings, each with the measurement or the fact behind it.
//
// Threads: any; pure functions.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/table.h>

#include "daybook/options.h"
#include "log/store.h"

namespace daybook {

/// What every database is told that daybook keeps, a projection's too.
void set_common_options(rocksdb::DBOptions& db, rocksdb::Env& env);

/// A Bloom filter of ten bits a key, bounded by the cache, in pieces that fit into it. As one block, the filter of ten
/// million keys is 13 MB: more than a shard of the cache holds, so that each look-up would read all of it
/// (docs/bugs/filter-larger-than-cache.md).
void set_filter(rocksdb::BlockBasedTableOptions& table);

/// Drops what it is told. Without a logger RocksDB makes a LOG file and moves the old one, which changes the directory.
[[nodiscard]] std::shared_ptr<rocksdb::Logger> silent_logger();

/// The options of the log's whole database.
[[nodiscard]] rocksdb::DBOptions database_options(rocksdb::Env& env, const std::filesystem::path& directory,
                                                  StoreMode mode);

/// Lets this process open as many files as the system allows it: a long log has many table files.
void raise_file_limit();

/// Options of the families default, events and postings, in this order; they share one cache.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const Options& options);

}  // namespace daybook
