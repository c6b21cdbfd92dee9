// The names are the enumerators', in their order. One that is not among them ends the process with a code of its own,
// by which scripts/planted.sh tells it from a check that failed.
#include "base/planted_bug.h"

#ifdef DAYBOOK_PLANTED_BUGS

#include <cstdlib>
#include <iterator>
#include <string_view>

namespace daybook {
namespace {

constexpr std::string_view kNames[] = {
    "skip_expected_version",
    "versions_at_look_up_only",
    "skip_fail_if_match",
    "match_at_look_up_only",
    "trust_stale_look_up",
    "forget_fingerprint",
    "forget_key",
    "drop_keys_from_index",
    "repeat_before_durable",
    "publish_before_commit",
    "expired_is_appended",
    "ignore_sync_error",
    "go_on_after_failure",
    "failure_is_not_appended",
    "ignore_full_disk",
    "head_before_sync",
    "versions_not_dense",
    "time_goes_back",
    "lose_posting",
    "lose_chunk",
    "stop_at_chunk_border",
    "evict_tail_early",
    "keep_stale_heads",
    "trust_index_beyond_head",
    "replay_skips_index",
    "link_not_checked",
    "chain_not_checked",
    "clamp_missing_in_reader",
    "reader_hides_damage",
    "seam_twice",
    "caught_up_skips",
    "trust_diverged_checkpoint",
    "cut_acknowledged",
    "cut_intact_groups",
    "cut_without_copy",
    "projection_checkpoint_first",
    "keep_failed_apply",
    "keep_old_fold",
    "head_check_ignored",
};
static_assert(std::size(kNames) == static_cast<std::size_t>(Bug::head_check_ignored) + 1);
constexpr int kNone = -1;
constexpr int kNoSuchBug = 125;

int chosen() {
  const char* name = std::getenv("DAYBOOK_PLANTED_BUG");
  if (name == nullptr || *name == 0) return kNone;
  for (int i = 0; i < static_cast<int>(std::size(kNames)); ++i) {
    if (kNames[i] == name) return i;
  }
  std::_Exit(kNoSuchBug);
}

}  // namespace

bool planted(Bug bug) {
  static const int bug_chosen = chosen();
  return bug_chosen == static_cast<int>(bug);
}

}  // namespace daybook

#endif
