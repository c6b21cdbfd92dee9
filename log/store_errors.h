// What RocksDB tells of itself: that something failed. It is told not to mend itself: its database stays as it is until
// it is opened again.
//
// Threads: any. Owns: nothing.
#pragma once

#include <atomic>

#include <rocksdb/listener.h>

namespace daybook {

class StoreErrors final : public rocksdb::EventListener {
 public:
  /// Whether a write, a sync, a flush or a compaction has failed.
  [[nodiscard]] bool any() const { return any_.load(std::memory_order_acquire); }

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status*) override {
    any_.store(true, std::memory_order_release);
  }
  /// Without this RocksDB begins to write again, on a thread of its own, as soon as a full disk has room:
  /// `max_bgerror_resume_count` does not stop that (docs/bugs/resumed-by-itself.md).
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  std::atomic<bool> any_{false};
};

}  // namespace daybook
