// Bugs of ours, planted on purpose: a build with DAYBOOK_PLANTED_BUGS has each of them behind an environment variable,
// so that scripts/planted.sh can show which check catches it. In every other build planted() is false when it is
// compiled, and nothing of them is left.
//
// Threads: any.
#pragma once

#include <cstdint>

namespace daybook {

/// One wrong turn each; docs/testing.md says what it does and which check catches it.
enum class Bug : std::uint8_t {
  skip_expected_version,
  versions_at_look_up_only,
  skip_fail_if_match,
  match_at_look_up_only,
  trust_stale_look_up,
  forget_fingerprint,
  forget_key,
  drop_keys_from_index,
  repeat_before_durable,
  publish_before_commit,
  expired_is_appended,
  ignore_sync_error,
  go_on_after_failure,
  failure_is_not_appended,
  ignore_full_disk,
  head_before_sync,
  versions_not_dense,
  time_goes_back,
  lose_posting,
  lose_chunk,
  stop_at_chunk_border,
  evict_tail_early,
  keep_stale_heads,
  trust_index_beyond_head,
  replay_skips_index,
  link_not_checked,
  chain_not_checked,
  clamp_missing_in_reader,
  reader_hides_damage,
  seam_twice,
  caught_up_skips,
  trust_diverged_checkpoint,
  cut_acknowledged,
  cut_intact_groups,
  cut_without_copy,
  projection_checkpoint_first,
  keep_failed_apply,
  keep_old_fold,
  head_check_ignored,
};

#ifdef DAYBOOK_PLANTED_BUGS
/// Whether DAYBOOK_PLANTED_BUG names `bug`.
[[nodiscard]] bool planted(Bug bug);
#else
[[nodiscard]] consteval bool planted(Bug) {
  return false;
}
#endif

}  // namespace daybook
