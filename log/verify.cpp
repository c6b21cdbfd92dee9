// Blocks and postings hold the same facts in two orders. Each fact (kind, term, sequence, version) is hashed and the
// hashes are added up, per bucket of a million sequences: sums do not depend on the order, so one pass over each side
// compares them without a table of streams. What is off in a sum is then only known to its bucket, which is named. The
// two passes know nothing of each other until then, so they run side by side.
#include "log/verify.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <system_error>
#include <unordered_map>

#include "base/thread_name.h"
#include "log/block_scan.h"
#include "log/fact_sums.h"
#include "log/verify_postings.h"
#include "schema/block_builder.h"

namespace daybook {
namespace {

constexpr std::uint64_t kProgressSteps = 256;
constexpr std::chrono::milliseconds kProgressEvery{20};

class Verifier {
 public:
  Verifier(const VerifySubject& subject, VerifyScope scope, const VerifyProgress& progress)
      : subject_(subject), quick_(scope == VerifyScope::quick), progress_(progress) {}

  Result<VerifyReport> run() {
    if (!quick_ && fits()) postings_.emplace(subject_.store, indexed_);
    const auto whole = check_both();
    if (!whole) return std::unexpected(whole.error());
    if (quick_) return std::move(report_);
    if (!subject_.index) {
      damage(postings_unreadable(subject_.index.error()));
    } else if (!postings_) {
      postings_damage(Sequence(0),
                      "the postings' checkpoints do not fit the blocks; the next writer rebuilds the postings");
    } else {
      for (const Damage& found : postings_->damage()) damage(found);
      report_.postings = postings_->postings();
      // Without some of the events there is nothing to compare all of the postings with.
      if (*whole && !gap_) compare_sums();
    }
    return std::move(report_);
  }

 private:
  void damage(Damage found) {
    if (report_.damage.size() < kDamageListedMax) report_.damage.push_back(std::move(found));
  }
  void event_damage(Sequence sequence, std::string message) {
    damage({sequence, subject_.store.file_of(sequence), std::move(message), DamagedPart::events});
  }
  void postings_damage(Sequence sequence, std::string message) {
    damage({sequence, "log", std::move(message), DamagedPart::postings});
  }

  [[nodiscard]] bool fits() const {
    return subject_.index && *subject_.index && (*subject_.index)->through <= subject_.head;
  }

  /// Blocks and postings, at the same time where that is wanted and there are threads. False: the postings could not be
  /// read to their end.
  Result<bool> check_both() {
    std::future<Result<bool>> postings;
    if (postings_ && subject_.side_by_side) {
      try {
        postings = std::async(std::launch::async, [this] {
          name_this_thread("daybook-verify");
          return postings_->run([this] { return !stopped_.load(std::memory_order_relaxed); });
        });
      } catch (const std::system_error&) {  // then one after the other
      }
    }
    auto blocks = check_blocks();
    if (!blocks) stopped_.store(true, std::memory_order_relaxed);
    if (!postings.valid()) {
      if (!blocks) return std::unexpected(std::move(blocks.error()));
      return postings_ ? stopped_or(postings_->run([this] { return goes_on(); })) : Result<bool>(true);
    }
    while (postings.wait_for(kProgressEvery) != std::future_status::ready) {
      if (!goes_on()) stopped_.store(true, std::memory_order_relaxed);
    }
    auto whole = postings.get();
    if (!blocks) return std::unexpected(std::move(blocks.error()));
    return stopped_or(std::move(whole));
  }

  /// What a check of the postings came to; where it was stopped, with the sequence.
  [[nodiscard]] Result<bool> stopped_or(Result<bool> whole) const {
    if (!whole) return std::unexpected(stopped());
    return whole;
  }

  [[nodiscard]] Error stopped() const {
    return {.code = Code::closed, .message = "the check was stopped at sequence " + std::to_string(expected_.value())};
  }

  [[nodiscard]] bool goes_on() const { return !progress_ || progress_(expected_.value() - 1, subject_.head.value()); }

  /// Asked once a block.
  [[nodiscard]] Result<void> tell_progress() {
    if (++steps_ % kProgressSteps != 0 || goes_on()) return {};
    return std::unexpected(stopped());
  }

  /// Every block of the log: its link, its place, its numbers.
  Result<void> check_blocks() {
    BlockScan scan(subject_.store);
    std::optional<BlockScan::Found> unreadable;
    while (expected_ <= subject_.head) {
      auto found = scan.next();
      if (!found || found->key > subject_.head) break;
      if (!found->block) {
        tell_unreadable(unreadable, found->key);
        unreadable = std::move(found);
        chain_known_ = false;
        continue;
      }
      const Block& block = *found->block;
      if (unreadable) {
        tell_unreadable(unreadable, block.first_sequence());
      } else {
        check_place(block);
      }
      unreadable.reset();
      check_time(block);
      add_block(block);
      expected_ = block.last_sequence().next();
      chain_ = block.link();
      chain_known_ = true;
      if (auto ok = tell_progress(); !ok) return ok;
    }
    if (unreadable) {
      tell_unreadable(unreadable, subject_.head.next());
    } else if (expected_ <= subject_.head) {
      event_damage(expected_, "events through " + std::to_string(subject_.head.value()) + " are missing");
    }
    return {};
  }

  /// What could not be read ends before the block that could, or that has another reason.
  void tell_unreadable(std::optional<BlockScan::Found>& unreadable, Sequence until) {
    if (!unreadable) return;
    const Sequence first = std::min(expected_, unreadable->key);
    const Sequence last = std::max(first, until.previous());
    damage({first, unreadable->file,
            "events " + std::to_string(first.value()) + " through " + std::to_string(last.value()) +
                " cannot be read: " + unreadable->reason,
            DamagedPart::events});
    expected_ = until;
    gap_ = true;
    unindexed_.clear();
    unreadable.reset();
  }

  void check_place(const Block& block) {
    const Sequence first = block.first_sequence();
    if (first != expected_) {
      event_damage(expected_, "the next block begins at " + std::to_string(first.value()));
    } else if (chain_known_ && block.chain() != chain_) {
      event_damage(first, "the block's chain is not the link of the block before it");
    }
  }

  void check_time(const Block& block) {
    if (block.recorded_at() < recorded_at_) event_damage(block.first_sequence(), "recorded time goes backwards");
    recorded_at_ = block.recorded_at();
  }

  void add_block(const Block& block) {
    ++report_.blocks;
    report_.commits += block.commit_count();
    report_.events += block.event_count();
    if (quick_) return;
    if (block.last_sequence() <= indexed_) {
      counts_.blocks += 1;
      counts_.commits += block.commit_count();
    }
    for (std::uint32_t i = 0; i < block.event_count(); ++i) {
      const EventView event = block.event(i);
      if (event.sequence() > indexed_) {
        check_unindexed(event);
        continue;
      }
      counts_.streams += event.version() == Version(1) ? 1 : 0;
      add_event(event);
    }
    for (const CommitInfo& commit : block.commits()) {
      if (commit.key && commit.first <= indexed_) {
        blocks_.add(key_fact(*commit.key, commit.fingerprint), commit.first, commit.event_count);
      }
    }
  }

  /// Behind the index there are no postings to compare with; versions must be dense all the same.
  void check_unindexed(const EventView& event) {
    auto at = unindexed_.find(std::string(event.stream()));
    if (at == unindexed_.end()) {
      if (unindexed_.size() == kUnindexedStreamsMax) return;
      at = unindexed_.emplace(std::string(event.stream()), version_before(event)).first;
    }
    if (event.version() != at->second.next()) {
      event_damage(event.sequence(), "the stream " + at->first + " goes on with version " +
                                         std::to_string(event.version().value()) + " after " +
                                         std::to_string(at->second.value()));
    }
    at->second = event.version();
  }

  /// By the index; behind what could not be read, and where the index went on since, it is taken as right.
  Version version_before(const EventView& event) const {
    const Version unknown(event.version().value() - 1);
    if (gap_) return unknown;
    if (!fits()) return Version(0);
    const auto head = subject_.store.stream_head(event.stream());
    if (!head || (*head && (*head)->last_sequence > indexed_)) return unknown;
    return *head ? (*head)->version : Version(0);
  }

  void add_event(const EventView& event) {
    const Sequence sequence = event.sequence();
    blocks_.add(fact_term(TermKind::stream, event.stream()), sequence, event.version().value());
    blocks_.add(fact_term(TermKind::type, event.type()), sequence, 0);
    tags_.clear();
    for (std::size_t i = 0; i < event.tag_count(); ++i) tags_.push_back(event.tag(i));
    std::ranges::sort(tags_);
    tags_.erase(std::ranges::unique(tags_).begin(), tags_.end());
    for (const std::string_view tag : tags_) blocks_.add(fact_term(TermKind::tag, tag), sequence, 0);
    if (const auto id = event.correlation_id()) {
      blocks_.add(fact_term(TermKind::correlation, text_of(*id)), sequence, 0);
    }
  }

  void compare_sums() {
    if (counts_ != (*subject_.index)->counts)
      postings_damage(indexed_, "the index's counts are not those of the blocks");
    for (std::uint64_t bucket = 0; bucket <= subject_.head.value() / kBucketSequences; ++bucket) {
      const FactSum of_blocks = blocks_.of(bucket);
      const FactSum of_postings = postings_->sums().of(bucket);
      if (of_blocks == of_postings) continue;
      postings_damage(Sequence(std::max<std::uint64_t>(bucket * kBucketSequences, 1)),
                      "the postings of sequences " + std::to_string(bucket * kBucketSequences) + " to " +
                          std::to_string((bucket + 1) * kBucketSequences - 1) + " do not say what the blocks say (" +
                          std::to_string(of_postings.count) + " entries for " + std::to_string(of_blocks.count) + ")");
    }
  }

  const VerifySubject& subject_;
  const bool quick_;
  const VerifyProgress& progress_;
  VerifyReport report_;
  std::uint64_t steps_ = 0;
  Sequence expected_{1};                        ///< Where the next block must begin,
  Link chain_ = genesis_link(subject_.log_id);  ///< and its chain,
  bool chain_known_ = true;                     ///< which is unknown behind what could not be read.
  bool gap_ = false;                            ///< There was such a stretch: versions may have passed in it.
  Timestamp recorded_at_{};
  const Sequence indexed_ = fits() ? (*subject_.index)->through : Sequence(0);
  LogCounts counts_;                    ///< Of the blocks through indexed_.
  std::vector<std::string_view> tags_;  ///< Of the event at hand: one given twice is one posting.
  FactSums blocks_;
  std::optional<PostingsCheck> postings_;               ///< Where they are to be checked.
  std::atomic<bool> stopped_{false};                    ///< The postings' check is to end.
  std::unordered_map<std::string, Version> unindexed_;  ///< Versions of the streams behind the index, which is bounded.
};

}  // namespace

Result<VerifyReport> verify_log(const VerifySubject& subject, VerifyScope scope, const VerifyProgress& progress) {
  return Verifier(subject, scope, progress).run();
}

}  // namespace daybook
