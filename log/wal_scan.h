// A reader of RocksDB's write-ahead log that is not RocksDB's: it finds what is damaged there and, which RocksDB does
// not say, whether anything intact lies behind it. Recovery decides by it between a torn write and lost events.
//
// Threads: any. Owns: nothing; memory is bounded whatever the files hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/result.h"
#include "log/file_layer.h"
#include "log/wal_batch.h"

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

/// Reads every WAL file in `directory`/log from the number `oldest` on, in the order of their numbers.
/// `events_family_id` is RocksDB's id of the events family. Damage is a finding, not an error; errors are `io`,
/// `denied`, and `not_found` (no such directory). A file that was cut between two records shows no damage. Do not run
/// it on files that are being written: an unfinished write looks torn.
[[nodiscard]] Result<WalScan> scan_wal(FileLayer& files, const std::string& directory, std::uint32_t events_family_id,
                                       std::uint64_t oldest = 0);

}  // namespace daybook
