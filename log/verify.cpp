// Blocks and postings hold the same facts in two orders. Each fact (kind, term, sequence, version) is hashed and the
// hashes are added up, per bucket of a million sequences: sums do not depend on the order, so one pass over each side
// compares them without a table of streams. What is off in a sum is then only known to its bucket, which is named.
#include "log/verify.h"

#include <algorithm>
#include <unordered_map>

#include "log/block_scan.h"
#include "log/fact_sums.h"
#include "schema/block_builder.h"

namespace daybook {
namespace {

constexpr std::size_t kDamageListedMax = 1000;
constexpr std::uint64_t kProgressSteps = 256;

class Verifier {
 public:
  Verifier(const VerifySubject& subject, VerifyScope scope, const VerifyProgress& progress)
      : subject_(subject), quick_(scope == VerifyScope::quick), progress_(progress) {}

  Result<VerifyReport> run() {
    if (auto ok = check_blocks(); !ok) return std::unexpected(std::move(ok.error()));
    if (quick_) return std::move(report_);
    if (!subject_.index) {
      unreadable_postings(subject_.index.error());
    } else if (!fits()) {
      postings_damage(Sequence(0),
                      "the postings' checkpoints do not fit the blocks; the next writer rebuilds the postings");
    } else {
      const auto whole = check_postings();
      if (!whole) return std::unexpected(whole.error());
      // Without some of the events there is nothing to compare all of the postings with.
      if (*whole && !gap_) compare_sums();
    }
    return std::move(report_);
  }

 private:
  void damage(Sequence sequence, DamagedPart part, std::string file, std::string message) {
    if (report_.damage.size() < kDamageListedMax) {
      report_.damage.push_back({sequence, std::move(file), std::move(message), part});
    }
  }
  void event_damage(Sequence sequence, std::string message) {
    damage(sequence, DamagedPart::events, subject_.store.file_of(sequence), std::move(message));
  }
  void postings_damage(Sequence sequence, std::string message) {
    damage(sequence, DamagedPart::postings, "log", std::move(message));
  }

  [[nodiscard]] bool fits() const {
    return subject_.index && *subject_.index && (*subject_.index)->through <= subject_.head;
  }

  /// Asked once a block, and once for so many postings.
  [[nodiscard]] Result<void> tell_progress() {
    if (++steps_ % kProgressSteps != 0 || !progress_) return {};
    if (progress_(expected_.value() - 1, subject_.head.value())) return {};
    return fail(Code::closed, "the check was stopped at sequence " + std::to_string(expected_.value()));
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
    damage(first, DamagedPart::events, unreadable->file,
           "events " + std::to_string(first.value()) + " through " + std::to_string(last.value()) +
               " cannot be read: " + unreadable->reason);
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
        blocks_.add(TermKind::key, key_text(*commit.key, commit.fingerprint), commit.first, commit.event_count);
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
    blocks_.add(TermKind::stream, event.stream(), sequence, event.version().value());
    blocks_.add(TermKind::type, event.type(), sequence, 0);
    tags_.clear();
    for (std::size_t i = 0; i < event.tag_count(); ++i) tags_.push_back(event.tag(i));
    std::ranges::sort(tags_);
    tags_.erase(std::ranges::unique(tags_).begin(), tags_.end());
    for (const std::string_view tag : tags_) blocks_.add(TermKind::tag, tag, sequence, 0);
    if (const auto id = event.correlation_id()) blocks_.add(TermKind::correlation, text_of(*id), sequence, 0);
  }

  static std::string key_text(const IdempotencyKey& key, const Hash128& fingerprint) {
    std::string text(text_of(key));
    text.append(reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size());
    return text;
  }

  /// Every entry of the postings: its form, its sums, and that each stream's versions are dense up to its head.
  /// False: they could not be read to their end.
  Result<bool> check_postings() {
    StoreIterator at = subject_.store.iterate(Family::postings, false, false);
    StoreIterator heads = subject_.store.iterate(Family::postings, false, false);
    heads.seek(head_key(""));
    for (at.seek(""); at.valid(); at.next()) {
      switch (static_cast<TermKind>(at.key().empty() ? '\0' : at.key().front())) {
        case TermKind::head:
        case TermKind::checkpoint:
          break;  // heads are walked beside the streams; checkpoints were compared when the index was opened
        case TermKind::key:
          check_key(at.key().substr(1), at.value());
          break;
        default:
          check_chunk(at.key(), at.value(), heads);
      }
      if (auto ok = tell_progress(); !ok) return std::unexpected(std::move(ok.error()));
    }
    if (auto ok = at.status(); !ok) {
      // What else is missing follows from it, and would only be repeated for every stream.
      unreadable_postings(ok.error());
      return false;
    }
    finish_stream(heads);
    while (is_head(heads)) pass_head(heads, false);
    return true;
  }

  void unreadable_postings(const Error& error) {
    damage(Sequence(0), DamagedPart::postings, table_file_in(error.message).value_or("log"),
           "the postings cannot be read: " + error.message);
  }

  void check_chunk(std::string_view key, std::string_view value, StoreIterator& heads) {
    const auto parsed = parse_chunk_key(key);
    Chunk& chunk = chunk_;
    if (!parsed || !decode_chunk(parsed->kind, key, value, chunk)) {
      postings_damage(Sequence(0), "an entry of the postings is malformed");
      return;
    }
    const bool is_stream = parsed->kind == TermKind::stream;
    if (is_stream) begin_chunk(*parsed, chunk.first_version, heads);
    Version version = chunk.first_version;
    for (const std::uint64_t sequence : chunk.sequences) {
      if (sequence > indexed_.value()) return;  // written since: the tail has it too
      ++report_.postings;
      postings_.add(parsed->kind, parsed->text, Sequence(sequence), is_stream ? version.value() : 0);
      if (is_stream) last_ = {version, Sequence(sequence)};
      version = version.next();
    }
  }

  /// A stream's chunks come in the order of its versions, and streams in the order of their heads.
  void begin_chunk(const ChunkKey& key, Version first_version, StoreIterator& heads) {
    if (key.text != stream_) {
      finish_stream(heads);
      stream_ = key.text;
    }
    if (key.first <= indexed_ && first_version != last_.version.next()) {
      postings_damage(key.first, "the stream " + stream_ + " goes on with version " +
                                     std::to_string(first_version.value()) + " after " +
                                     std::to_string(last_.version.value()));
    }
  }

  static bool is_head(const StoreIterator& heads) {
    return heads.valid() && heads.key().starts_with(static_cast<char>(TermKind::head));
  }

  /// Compares the stream that ended with its head.
  void finish_stream(StoreIterator& heads) {
    if (last_.version == Version(0)) return;
    while (is_head(heads) && heads.key().substr(1) < stream_) pass_head(heads, false);
    if (is_head(heads) && heads.key().substr(1) == stream_) {
      pass_head(heads, true);
    } else {
      postings_damage(last_.last_sequence, "the stream " + stream_ + " has no head");
    }
    last_ = {};
  }

  void pass_head(StoreIterator& heads, bool of_stream) {
    const auto head = decode_head(heads.value());
    const std::string name(heads.key().substr(1));
    // A head that was written since the check began is ahead of what is compared.
    const bool since = head && head->last_sequence > indexed_;
    const bool right =
        head && (since ? !of_stream || head->version > last_.version
                       : of_stream && head->version == last_.version && head->last_sequence == last_.last_sequence);
    if (!right)
      postings_damage(head ? head->last_sequence : Sequence(0),
                      "the head of the stream " + name + " is not its last event");
    heads.next();
  }

  void check_key(std::string_view text, std::string_view value) {
    const auto entry = decode_key(value);
    if (!entry || text.size() != 16) {
      postings_damage(Sequence(0), "the entry of an idempotency key is malformed");
      return;
    }
    if (entry->first > indexed_) return;
    IdempotencyKey key;
    std::memcpy(key.bytes.data(), text.data(), text.size());
    postings_.add(TermKind::key, key_text(key, entry->fingerprint), entry->first, entry->event_count);
  }

  void compare_sums() {
    if (counts_ != (*subject_.index)->counts)
      postings_damage(indexed_, "the index's counts are not those of the blocks");
    for (std::uint64_t bucket = 0; bucket <= subject_.head.value() / kBucketSequences; ++bucket) {
      const FactSum of_blocks = blocks_.of(bucket);
      const FactSum of_postings = postings_.of(bucket);
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
  Chunk chunk_;                         ///< At hand.
  FactSums blocks_;
  FactSums postings_;
  std::string stream_;                                  ///< Whose chunks are being read.
  HeadEntry last_;                                      ///< Its last event so far.
  std::unordered_map<std::string, Version> unindexed_;  ///< Versions of the streams behind the index, which is bounded.
};

}  // namespace

Result<VerifyReport> verify_log(const VerifySubject& subject, VerifyScope scope, const VerifyProgress& progress) {
  return Verifier(subject, scope, progress).run();
}

}  // namespace daybook
