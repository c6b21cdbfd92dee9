// A walk over everything that can still be read of a log, behind its damage too: blocks, and the gaps between them,
// also beside a writer. For `export --skip-damaged`; repair asks Salvage, and whoever just reads a log uses a Cursor,
// which stops at damage.
//
// Threads: one at a time. Owns: the files that it reads. Changes no byte of DIR.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daybook/block.h"
#include "daybook/result.h"
#include "daybook/statistics.h"
#include "log/block_source.h"
#include "log/file_layer.h"
#include "log/format_file.h"
#include "log/head_file.h"

namespace daybook {

/// Events that no intact block holds.
struct Gap {
  Sequence from;
  Sequence through;
  std::string reason;  ///< What is wrong, and in which file, as far as that can be told.
};

class SalvageWalk {
 public:
  /// No more blocks.
  struct End {};
  using Step = std::variant<End, Gap, std::shared_ptr<const Block>>;

  /// Finds out what is there; beside a running writer, as of now. Errors: `not_found` (no log, nor anything of one),
  /// `unsupported` (a newer format), `denied`, `io`; beside a writer also `corruption` of HEAD.
  [[nodiscard]] static Result<std::unique_ptr<SalvageWalk>> open(rocksdb::Env& env,
                                                                 const std::filesystem::path& directory);
  /// The same for a log on disk.
  [[nodiscard]] static Result<std::unique_ptr<SalvageWalk>> open(const std::filesystem::path& directory);

  /// The next one, in the order of sequences. A block is intact, and follows the one before it, or a gap. A block that
  /// is intact but of another history (its chain does not fit) is a gap, with all that chains to it. At the end there
  /// is a gap for what HEAD promises and nothing holds. Errors: `io`, `denied`.
  [[nodiscard]] Result<Step> next();

  /// Damage that is no gap: in HEAD, FORMAT, the WAL's end, a file that cannot be opened. Whole once next() gave End.
  [[nodiscard]] const std::vector<Damage>& findings() const { return findings_; }
  /// What FORMAT says, or else its copy; nullopt where neither can be read.
  [[nodiscard]] const std::optional<Format>& format() const { return format_; }
  /// What HEAD says; nullopt where it is missing or damaged.
  [[nodiscard]] const std::optional<Head>& head() const { return head_; }

 private:
  using Sources = std::multimap<Sequence, std::unique_ptr<BlockSource>>;

  SalvageWalk(rocksdb::Env& env, std::string directory) : files_(env), directory_(std::move(directory)) {}
  [[nodiscard]] Result<void> look_at_head();
  [[nodiscard]] Result<bool> open_sources();
  [[nodiscard]] Result<bool> open_tables();
  [[nodiscard]] Result<void> look_at_format();
  void add_source(std::unique_ptr<BlockSource> source);
  void add_finding(std::string file, std::string message);
  [[nodiscard]] Result<void> move_on(std::unique_ptr<BlockSource> source, Sequence wanted);
  [[nodiscard]] Result<std::shared_ptr<const Block>> take(BlockSource& source, Sequence first);
  [[nodiscard]] bool fits(const Block& block) const;
  [[nodiscard]] Step accept(std::shared_ptr<const Block> block, const BlockSource& source);
  [[nodiscard]] Step finish();
  [[nodiscard]] Gap gap_through(Sequence through, const std::string& trouble) const;

  FileLayer files_;
  const std::string directory_;
  std::optional<Head> head_;
  std::optional<Sequence> limit_;  ///< Beside a writer: no further.
  std::optional<Format> format_;
  std::string format_text_;            ///< The copy of FORMAT.
  std::optional<Format> format_copy_;  ///< What it says.
  Sources sources_;                    ///< By the block that each stands on.
  std::string unopened_;               ///< A table file that nothing can be read of.

  Sequence next_{1};                         ///< Of the block wanted.
  std::shared_ptr<const Block> previous_;    ///< The last good one.
  std::optional<Link> refused_;              ///< Of the last block of another history.
  Sequence seen_;                            ///< The highest sequence that a damaged value claims.
  std::string reason_;                       ///< The damage met since the last good block.
  std::shared_ptr<const Block> behind_gap_;  ///< To be given next.
  bool ended_ = false;
  std::vector<Damage> findings_;
};

}  // namespace daybook
