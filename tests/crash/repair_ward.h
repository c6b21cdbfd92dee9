// A damaged log under repair: what it says of itself, what a repair says, and what must hold afterwards.
//
// Threads: one at a time. Owns: a Ward its directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "daybook/repair.h"
#include "tests/crash/damage_probe.h"
#include "tests/crash/directory_state.h"

namespace daybook::test {

/// Takes a log's contents and plants damage in them.
using Harm = std::function<void(Contents& contents)>;

/// Flips a bit of the byte at `at`.
void flip(std::string& bytes, std::size_t at);
/// The names of the table files in use of events, or of postings, in the order of their numbers.
[[nodiscard]] std::vector<std::string> tables_of(const Contents& contents, bool postings);
/// The last name with `part` in it whose file is not empty.
[[nodiscard]] std::string name_of(const Contents& contents, const std::string& part);
[[nodiscard]] Contents without_lock(Contents contents);

/// What a repair said, over a pipe: its fields, a line each.
struct Said {
  std::string error;
  std::string loss;
  std::uint64_t keeps_most = UINT64_MAX;  ///< UINT64_MAX: nothing is lost.
  std::size_t damage = 0;
  std::size_t steps = 0;
};

/// Repairs in a child, or only looks.
Said repair(const std::filesystem::path& directory, const RepairOptions& options);
/// What verify says: `clean`, and then the events go to `lines`; or what is wrong.
std::string look(const std::filesystem::path& directory, std::vector<std::string>& lines);
/// The log holds the first `kept` events of `truth`, is sound, needs no repair, and takes more.
void check_mended(const std::filesystem::path& directory, const std::vector<std::string>& truth, std::size_t kept);

/// A log of many commits in several table files, with postings; made once.
const DamageSubject& subject(Ending ending);

/// A damaged log, and what becomes of it.
class Ward {
 public:
  /// The log of subject() with `harm` done to it.
  Ward(Ending ending, const Harm& harm);
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "log"; }

  /// verify names damage, and looking for a repair changes nothing.
  Said examine();
  /// Everything comes back.
  void check_whole();
  /// Events are lost: nothing is done until it is said that they may be. Returns how many are kept.
  std::size_t check_loss();
  /// Every file that the damaged log had is still there, or kept in lost/.
  void check_kept() const;

 private:
  QuickDirectory directory_;
  const std::vector<std::string>& truth_;
  Contents contents_;
};

}  // namespace daybook::test
