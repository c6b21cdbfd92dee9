// A reader of RocksDB's write-ahead log that is not RocksDB's: it finds what is damaged there and, which RocksDB does
// not say, whether anything intact lies behind it. Recovery decides by it between a torn write and lost events.
//
// Threads: any. Owns: nothing; memory is bounded whatever the files hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daybook/ids.h"
#include "daybook/result.h"
#include "log/file_layer.h"
#include "log/wal_batch.h"
#include "log/wal_block.h"

namespace daybook {

/// How much of what it found a scan lists.
inline constexpr std::size_t kWalDamageListedMax = 1'000;
inline constexpr std::size_t kWalBehindListedMax = 256;

/// An intact logical record: one WriteBatch, so one group or smaller.
struct WalRecord {
  std::string file;          ///< Relative to DIR, such as `log/000012.log`.
  std::uint64_t offset = 0;  ///< Of its first header.
  std::uint64_t bytes = 0;   ///< On disk, headers and padding inside it included.
  std::uint64_t rocksdb_sequence = 0;
  std::vector<std::uint64_t> event_keys;  ///< First sequences of its blocks in the events family, as put; never 0.
};

/// A stretch of a file that holds no intact record.
struct WalDamage {
  std::string file;          ///< Relative to DIR.
  std::uint64_t offset = 0;  ///< Where the first damaged logical record begins: cut here.
  std::uint64_t bytes = 0;   ///< Through the next intact record or the end of the file.
  bool torn_tail = true;     ///< No intact record lies behind it, in this file or a later one.
  std::string reason;        ///< Such as `checksum mismatch at byte 65536`.
};

/// What a scan found.
struct WalScan {
  std::size_t files = 0;
  std::uint64_t oldest_wal_number = 0;  ///< 0: no file.
  std::uint64_t newest_wal_number = 0;
  std::uint64_t records = 0;  ///< Intact ones.
  std::uint64_t damage_count = 0;
  std::vector<WalDamage> damage;         ///< In order; of more than kWalDamageListedMax the first ones and the last.
  std::optional<WalRecord> last_intact;  ///< The last before the first damage, or of all.
  std::uint64_t behind_count = 0;        ///< Intact records behind the first damage.
  std::vector<WalRecord> behind;         ///< The first kWalBehindListedMax of them.
  std::optional<std::uint64_t> behind_event_key_max;  ///< Over all of them, listed or not.
  [[nodiscard]] bool clean() const { return damage_count == 0; }
};

/// The number of `log/000012.log` or `000012.log`; nullopt for any other name, RocksDB's own text log `LOG` included.
[[nodiscard]] std::optional<std::uint64_t> wal_number_of(std::string_view name);

/// A WAL file in DIR/log.
struct WalFile {
  std::uint64_t number;
  std::string name;  ///< Such as `000012.log`.
};

/// The WAL files among `names`, by number, from `oldest` on.
[[nodiscard]] std::vector<WalFile> wal_files_of(const std::vector<std::string>& names, std::uint64_t oldest = 0);

/// The scan as a walk: files in the order of their numbers, block by block, keeping account.
class WalScanner {
 public:
  /// `on_record` gets the bytes of each intact record (a RocksDB WriteBatch), for as long as the call takes.
  using OnRecord = std::function<void(std::string_view bytes)>;
  /// `behind_gap`: as in scan_wal.
  explicit WalScanner(std::uint32_t events_family_id, OnRecord on_record = {},
                      std::optional<Sequence> behind_gap = std::nullopt)
      : batch_(events_family_id), on_record_(std::move(on_record)), behind_gap_(behind_gap), block_(kWalBlockBytes) {}

  [[nodiscard]] Result<void> scan_file(FileLayer& files, const std::string& directory,
                                       const std::string& relative_name);
  /// The same in steps: begin_file, then scan_next until it says false, the file's end.
  void begin_file(const std::string& relative_name);
  [[nodiscard]] Result<bool> scan_next(FileReader& reader);
  /// What was found so far.
  [[nodiscard]] const WalScan& scan() const { return scan_; }
  [[nodiscard]] WalScan take() { return std::move(scan_); }

 private:
  void scan_block(std::span<const std::byte> block);
  void take_fragment(const WalFragment& fragment, std::uint64_t offset);
  void end_record(std::uint64_t end);
  void keep_record(std::uint64_t end);
  void open_damage(std::uint64_t offset, std::string reason);
  void close_damage(std::uint64_t end);

  WalScan scan_;
  WalBatchReader batch_;
  OnRecord on_record_;
  const std::optional<Sequence> behind_gap_;
  std::string record_bytes_;  ///< Of the record at hand, where somebody wants it.
  std::vector<std::byte> block_;
  std::string file_;
  std::uint64_t block_offset_ = 0;
  bool in_record_ = false;  ///< A first fragment came by, its last has not.
  std::uint64_t record_offset_ = 0;
  std::uint64_t sequence_end_ = 0;        ///< RocksDB's, behind the last intact record.
  std::uint64_t clean_sequence_end_ = 0;  ///< The same, as of the first damage.
  std::optional<WalDamage> damage_;       ///< The stretch that is still growing.
};

/// Reads every WAL file in `directory`/log from the number `oldest` on, in the order of their numbers.
/// `events_family_id` is RocksDB's id of the events family. Damage is a finding, not an error; errors are `io`,
/// `denied`, and `not_found` (no such directory). A file that was cut between two records shows no damage, unless
/// `behind_gap` tells which block, by its first sequence, does not follow the one before: then there is damage of no
/// bytes before its record. Do not run it on files that are being written: an unfinished write looks torn.
[[nodiscard]] Result<WalScan> scan_wal(FileLayer& files, const std::string& directory, std::uint32_t events_family_id,
                                       std::uint64_t oldest = 0, std::optional<Sequence> behind_gap = std::nullopt);

}  // namespace daybook
