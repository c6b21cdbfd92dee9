// Blocks and postings hold the same facts in two orders. Each fact (kind, term, sequence, version) is hashed and the
// hashes are added up, per bucket of a million sequences: sums do not depend on the order, so one pass over each side
// compares them without a table of streams. What is off in a sum is then only known to its bucket, which is named.
#include "log/verify.h"

#include <algorithm>
#include <map>

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
      const Sequence key_sequence(load_be64(at.key().data()));
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
    for (std::uint32_t i = 0; i < block.event_count(); ++i) {
      if (block.event(i).sequence() <= view_.tail->indexed_through) add_event(block.event(i));
    }
    for (const CommitInfo& commit : block.commits()) {
      if (commit.key && commit.first <= view_.tail->indexed_through) {
        blocks_.add(TermKind::key, key_text(*commit.key, commit.fingerprint), commit.first, commit.event_count);
      }
    }
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
    for (at.seek(""); at.valid(); at.next()) {
      switch (static_cast<TermKind>(at.key().empty() ? '\0' : at.key().front())) {
        case TermKind::head:
          check_head(at.key().substr(1), at.value());
          break;
        case TermKind::key:
          check_key(at.key().substr(1), at.value());
          break;
        case TermKind::checkpoint:
          break;  // compared when the index was opened
        default:
          check_chunk(at.key(), at.value());
      }
    }
    if (auto ok = at.status(); !ok) damage(Sequence(0), "log", ok.error().message);
  }

  void check_chunk(std::string_view key, std::string_view value) {
    const auto parsed = parse_chunk_key(key);
    Chunk chunk;
    if (!parsed || !decode_chunk(parsed->kind, key, value, chunk)) {
      damage(Sequence(0), "log", "an entry of the postings is malformed");
      return;
    }
    Version version = chunk.first_version;
    for (const std::uint64_t sequence : chunk.sequences) {
      if (sequence > view_.tail->indexed_through.value()) return;  // written since: the tail has it too
      ++report_.postings;
      const bool is_stream = parsed->kind == TermKind::stream;
      postings_.add(parsed->kind, parsed->text, Sequence(sequence), is_stream ? version.value() : 0);
      version = version.next();
    }
    if (parsed->kind == TermKind::stream) check_versions(*parsed, chunk, version);
  }

  /// Chunks of a stream come in the order of its versions.
  void check_versions(const ChunkKey& key, const Chunk& chunk, Version end) {
    if (key.text != stream_) {
      stream_ = key.text;
      next_version_ = Version(1);
    }
    if (chunk.first_version != next_version_) {
      damage(key.first, "log",
             "the stream " + stream_ + " goes on with version " + std::to_string(chunk.first_version.value()) +
                 " instead of " + std::to_string(next_version_.value()));
    }
    next_version_ = end;
  }

  void check_head(std::string_view stream, std::string_view value) {
    const auto head = decode_head(value);
    if (!head) {
      damage(Sequence(0), "log", "the head of the stream " + std::string(stream) + " is malformed");
      return;
    }
    // Compared with the stream's last chunk at once: the table of heads would not be bounded.
    const auto last = indexed_sequence_of(*view_.store, stream, head->version, kSequenceMax);
    const auto beyond = indexed_sequence_of(*view_.store, stream, head->version.next(), kSequenceMax);
    if (!last || !beyond || *last != head->last_sequence || *beyond) {
      damage(head->last_sequence, "log", "the head of the stream " + std::string(stream) + " is not its last event");
    }
  }

  void check_key(std::string_view text, std::string_view value) {
    const auto entry = decode_key(value);
    if (!entry || text.size() != 16) {
      damage(Sequence(0), "log", "the entry of an idempotency key is malformed");
      return;
    }
    if (entry->first > view_.tail->indexed_through) return;
    IdempotencyKey key;
    std::memcpy(key.bytes.data(), text.data(), text.size());
    postings_.add(TermKind::key, key_text(key, entry->fingerprint), entry->first, entry->event_count);
  }

  void compare_sums() {
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
  std::string stream_;
  Version next_version_;
};

}  // namespace

Result<VerifyReport> verify_log(Core& core, const View& view,
                                const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
  return Verifier(core, view, progress).run();
}

}  // namespace daybook
