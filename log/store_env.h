// The environment that RocksDB gets wherever it opens table files: files as elsewhere, but for four mistakes of RocksDB
// that it makes good.
//
// Threads: any; begin_ingestion() and end_ingestion() one at a time. Owns: nothing; the Env that it wraps outlives it.
#pragma once

#include <memory>
#include <string>

#include <rocksdb/env.h>

namespace daybook {

class StoreEnv final : public rocksdb::EnvWrapper {
 public:
  explicit StoreEnv(rocksdb::Env& env);
  ~StoreEnv() override;

  /// The file at `path` is about to be taken in. Until the end its second name stays, whoever removes it: one that the
  /// database does not name is removed by RocksDB when it is opened next. After a read of it that failed it gets none.
  void begin_ingestion(const std::string& path);
  void end_ingestion();

 private:
  class Files;
  std::shared_ptr<Files> files_;
};

}  // namespace daybook
