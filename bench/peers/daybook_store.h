// daybook as a Store: every index on, default options.
//
// Threads: as a Store. Owns: the log in its directory.
#pragma once

#include <filesystem>
#include <memory>

#include "bench/peers/store.h"
#include "daybook/log.h"

namespace daybook::bench {

class DaybookStore : public Store {
 public:
  /// Works in `directory`, which nobody else uses.
  explicit DaybookStore(std::filesystem::path directory) : directory_(std::move(directory)) {}
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] bool checks_versions() const override { return true; }
  [[nodiscard]] bool folds() const override { return true; }
  void begin(std::uint32_t producers) override;
  void append(std::uint32_t producer, Commit commit) override;
  void finish() override;
  [[nodiscard]] std::uint64_t replay() override;
  void fold() override;

 private:
  std::filesystem::path directory_;
  std::unique_ptr<Log> log_;
};

}  // namespace daybook::bench
