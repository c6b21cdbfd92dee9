// Blocks and postings hold the same facts in two orders. Each fact (kind, term, sequence, version) is hashed and the
// hashes are added up, per bucket of a million sequences: sums do not depend on the order, so one pass over each side
// compares them without a table of streams. What is off in a sum is then only known to its bucket, which is named.
#include "log/verify.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/bytes.h"
#include "log/posting_cursor.h"
#include "schema/block_builder.h"
#include "schema/hash.h"

namespace daybook {
namespace {

constexpr std::size_t kDamageListedMax = 1000;
constexpr std::uint64_t kBucketSequences = 1'000'000;
constexpr std::uint64_t kProgressBlocks = 256;

/// A sum of 128-bit hashes, modulo 2^64 in each half.
struct Sum {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint64_t count = 0;
  friend bool operator==(const Sum&, const Sum&) = default;
};

class Sums {
 public:
  void add(TermKind kind, std::string_view text, Sequence sequence, std::uint64_t number) {
    bytes_.assign(1, static_cast<char>(kind));
    append_be64(bytes_, sequence.value());
    append_be64(bytes_, number);
    bytes_.append(text);
    const Hash128 hash = hash128(bytes_);
    Sum& sum = by_bucket_[sequence.value() / kBucketSequences];
    sum.high += load_be64(hash.data());
    sum.low += load_be64(hash.data() + 8);
    ++sum.count;
  }
  [[nodiscard]] const std::map<std::uint64_t, Sum>& by_bucket() const { return by_bucket_; }

 private:
  std::map<std::uint64_t, Sum> by_bucket_;
  std::string bytes_;
};

class Verifier {
 public:
  Verifier(Core& core, const View& view, const std::function<bool(std::uint64_t, std::uint64_t)>& progress)
      : core_(core), view_(view), progress_(progress) {}

  Result<VerifyReport> run() {
    if (auto ok = check_blocks(); !ok) return std::unexpected(std::move(ok.error()));
    if (view_.scan_only) {
      damage(Sequence(0), "log",
             "the postings' checkpoints do not fit the blocks; the next writer rebuilds the postings");
    } else {
      check_postings();
      compare_sums();
    }
    return std::move(report_);
  }

 private:
  void damage(Sequence sequence, std::string file, std::string message) {
    if (report_.damage.size() < kDamageListedMax) {
      report_.damage.push_back({sequence, std::move(file), std::move(message)});
    }
  }

  /// Every block of the log: its link, its place, its numbers.
  Result<void> check_blocks() {
    StoreIterator at = view_.store->iterate(Family::events, false, false);
    Sequence expected(1);
    Link chain = genesis_link(core_.log_id);
    std::string key;
    append_be64(key, 1);
    for (at.seek(key); at.valid() && expected <= view_.head; at.next()) {
      const Sequence key_sequence(at.key().size() == 8 ? load_be64(at.key().data()) : 0);
      if (key_sequence > view_.head) break;
      const auto block = view_.store->block_of(at);
      if (!block) {
        damage(key_sequence, view_.store->file_of(key_sequence), block.error().message);
        chain_known_ = false;
        continue;
      }
      check_place(**block, expected, chain);
      add_block(**block);
      expected = (*block)->last_sequence().next();
      chain = (*block)->link();
      chain_known_ = true;
      if (report_.blocks % kProgressBlocks == 0 && progress_ && !progress_(expected.value() - 1, view_.head.value())) {
        return fail(Code::closed, "the check was stopped at sequence " + std::to_string(expected.value()));
      }
    }
    if (auto ok = at.status(); !ok) damage(expected, view_.store->file_of(expected), ok.error().message);
    if (expected <= view_.head) {
      damage(expected, view_.store->file_of(expected),
             "events through " + std::to_string(view_.head.value()) + " are missing");
    }
    return {};
  }

  void check_place(const Block& block, Sequence expected, const Link& chain) {
    const Sequence first = block.first_sequence();
    if (first != expected) {
      damage(expected, view_.store->file_of(expected), "the next block begins at " + std::to_string(first.value()));
    } else if (chain_known_ && block.chain() != chain) {
      damage(first, view_.store->file_of(first), "the block's chain is not the link of the block before it");
    }
    if (block.recorded_at() < recorded_at_) damage(first, view_.store->file_of(first), "recorded time goes backwards");
    recorded_at_ = block.recorded_at();
  }

  void add_block(const Block& block) {
    ++report_.blocks;
    report_.commits += block.commit_count();
    report_.events += block.event_count();
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
    const auto [at, first] = unindexed_.try_emplace(std::string(event.stream()), Version(0));
    if (first) {
      const auto head = view_.store->stream_head(event.stream());
      if (!head || (*head && (*head)->last_sequence > indexed_)) {
        at->second = Version(event.version().value() - 1);  // unreadable, or indexed since: nothing to compare with
      } else if (*head) {
        at->second = (*head)->version;
      }
    }
    if (event.version() != at->second.next()) {
      damage(event.sequence(), view_.store->file_of(event.sequence()),
             "the stream " + at->first + " goes on with version " + std::to_string(event.version().value()) +
                 " after " + std::to_string(at->second.value()));
    }
    at->second = event.version();
  }

  void add_event(const EventView& event) {
    const Sequence sequence = event.sequence();
    blocks_.add(TermKind::stream, event.stream(), sequence, event.version().value());
    blocks_.add(TermKind::type, event.type(), sequence, 0);
    std::vector<std::string_view> tags;  // a tag given twice is one posting
    for (std::size_t i = 0; i < event.tag_count(); ++i) tags.push_back(event.tag(i));
    std::ranges::sort(tags);
    tags.erase(std::ranges::unique(tags).begin(), tags.end());
    for (const std::string_view tag : tags) blocks_.add(TermKind::tag, tag, sequence, 0);
    if (const auto id = event.correlation_id()) blocks_.add(TermKind::correlation, text_of(*id), sequence, 0);
  }

  static std::string key_text(const IdempotencyKey& key, const Hash128& fingerprint) {
    std::string text(text_of(key));
    text.append(reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size());
    return text;
  }

  /// Every entry of the postings: its form, its sums, and that each stream's versions are dense up to its head.
  void check_postings() {
    StoreIterator at = view_.store->iterate(Family::postings, false, false);
    StoreIterator heads = view_.store->iterate(Family::postings, false, false);
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
    }
    if (auto ok = at.status(); !ok) damage(Sequence(0), "log", ok.error().message);
    finish_stream(heads);
    while (is_head(heads)) pass_head(heads, false);
    if (auto ok = heads.status(); !ok) damage(Sequence(0), "log", ok.error().message);
  }

  void check_chunk(std::string_view key, std::string_view value, StoreIterator& heads) {
    const auto parsed = parse_chunk_key(key);
    Chunk chunk;
    if (!parsed || !decode_chunk(parsed->kind, key, value, chunk)) {
      damage(Sequence(0), "log", "an entry of the postings is malformed");
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
      damage(key.first, "log",
             "the stream " + stream_ + " goes on with version " + std::to_string(first_version.value()) + " after " +
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
      damage(last_.last_sequence, "log", "the stream " + stream_ + " has no head");
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
      damage(head ? head->last_sequence : Sequence(0), "log",
             "the head of the stream " + name + " is not its last event");
    heads.next();
  }

  void check_key(std::string_view text, std::string_view value) {
    const auto entry = decode_key(value);
    if (!entry || text.size() != 16) {
      damage(Sequence(0), "log", "the entry of an idempotency key is malformed");
      return;
    }
    if (entry->first > indexed_) return;
    IdempotencyKey key;
    std::memcpy(key.bytes.data(), text.data(), text.size());
    postings_.add(TermKind::key, key_text(key, entry->fingerprint), entry->first, entry->event_count);
  }

  void compare_sums() {
    if (counts_ != view_.tail->indexed_counts)
      damage(indexed_, "log", "the index's counts are not those of the blocks");
    const auto& blocks = blocks_.by_bucket();
    const auto& postings = postings_.by_bucket();
    for (std::uint64_t bucket = 0; bucket <= view_.head.value() / kBucketSequences; ++bucket) {
      const Sum of_blocks = blocks.contains(bucket) ? blocks.at(bucket) : Sum{};
      const Sum of_postings = postings.contains(bucket) ? postings.at(bucket) : Sum{};
      if (of_blocks == of_postings) continue;
      damage(Sequence(std::max<std::uint64_t>(bucket * kBucketSequences, 1)), "log",
             "the postings of sequences " + std::to_string(bucket * kBucketSequences) + " to " +
                 std::to_string((bucket + 1) * kBucketSequences - 1) + " do not say what the blocks say (" +
                 std::to_string(of_postings.count) + " entries for " + std::to_string(of_blocks.count) + ")");
    }
  }

  Core& core_;
  const View& view_;
  const std::function<bool(std::uint64_t, std::uint64_t)>& progress_;
  VerifyReport report_;
  Sums blocks_;
  Sums postings_;
  Timestamp recorded_at_{};
  bool chain_known_ = true;
  const Sequence indexed_ = view_.tail->indexed_through;
  LogCounts counts_;                                    ///< Of the blocks through indexed_.
  std::string stream_;                                  ///< Whose chunks are being read.
  HeadEntry last_;                                      ///< Its last event so far.
  std::unordered_map<std::string, Version> unindexed_;  ///< Versions of the streams behind the index, which is bounded.
};

}  // namespace

Result<VerifyReport> verify_log(Core& core, const View& view,
                                const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
  return Verifier(core, view, progress).run();
}

}  // namespace daybook
