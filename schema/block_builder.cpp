// One pass at the exact size: the message is laid out by Cap'n Proto, each event is a memcpy into its Data, and the
// version goes to its fixed word there.
#include "schema/block_builder.h"

#include <cstring>

#include <capnp/message.h>
#include <event.capnp.h>

#include "base/bytes.h"
#include "base/check.h"

namespace daybook {
namespace {

constexpr std::size_t kFrameWords = 1;      // segment count - 1 and the segment's size, 4 bytes each
constexpr std::size_t kBlockWords = 1 + 6;  // root pointer; four data words and two pointers
constexpr std::size_t kCommitWords = 5;
constexpr std::size_t kListTagWords = 1;

std::size_t block_words(std::size_t commits, std::size_t events, std::size_t event_words) {
  return kFrameWords + kBlockWords + kListTagWords + commits * kCommitWords + events + event_words;
}

void fill_commit(schema::Commit::Builder builder, const NumberedCommit& commit) {
  if (commit.key) {
    builder.setHasKey(true);
    builder.setKeyHigh(load_be64(commit.key->bytes.data()));
    builder.setKeyLow(load_be64(commit.key->bytes.data() + 8));
  }
  builder.setFingerprintHigh(load_be64(commit.fingerprint.data()));
  builder.setFingerprintLow(load_be64(commit.fingerprint.data() + 8));
  builder.setEventCount(static_cast<std::uint32_t>(commit.events->event_count()));
}

}  // namespace

std::size_t block_bytes(std::size_t commits, std::size_t events, std::size_t event_words) {
  return 8 * block_words(commits, events, event_words);
}

std::shared_ptr<const Block> seal_block(Sequence first, Timestamp recorded_at, const Link& chain,
                                        std::span<const NumberedCommit> commits) {
  std::size_t events = 0;
  std::size_t event_words = 0;
  for (const NumberedCommit& commit : commits) {
    events += commit.events->event_count();
    event_words += commit.events->word_count();
  }
  const std::size_t word_count = block_words(commits.size(), events, event_words);
  auto words = std::make_unique<std::uint64_t[]>(word_count);
  const auto segment_words = static_cast<std::uint32_t>(word_count - kFrameWords);
  words[0] = static_cast<std::uint64_t>(segment_words) << 32;  // little-endian, as all of Cap'n Proto

  capnp::FlatMessageBuilder message(
      kj::arrayPtr(reinterpret_cast<capnp::word*>(words.get() + kFrameWords), segment_words));
  auto block = message.initRoot<schema::Block>();
  block.setFirstSequence(first.value());
  block.setRecordedAt(recorded_at.time_since_epoch().count());
  block.setChainHigh(load_be64(chain.bytes.data()));
  block.setChainLow(load_be64(chain.bytes.data() + 8));
  auto commit_list = block.initCommits(static_cast<unsigned>(commits.size()));
  auto event_list = block.initEvents(static_cast<unsigned>(events));
  unsigned commit_at = 0;
  unsigned event_at = 0;
  for (const NumberedCommit& commit : commits) {
    DAYBOOK_CHECK(commit.versions.size() == commit.events->event_count(), "a version an event");
    fill_commit(commit_list[commit_at++], commit);
    for (std::size_t i = 0; i < commit.events->event_count(); ++i) {
      const auto source = commit.events->event_words(i);
      auto target = event_list.init(event_at++, static_cast<unsigned>(8 * source.size()));
      std::memcpy(target.begin(), source.data(), 8 * source.size());
      const std::uint64_t version = commit.versions[i].value();
      std::memcpy(target.begin() + 8 * kEventVersionWord, &version, sizeof version);
    }
  }
  message.requireFilled();
  const Link link{hash128(std::as_bytes(std::span(words.get(), word_count)))};
  return Block::adopt(std::move(words), word_count, link);
}

Link genesis_link(const LogId& log_id) {
  return {hash128(std::as_bytes(std::span(log_id.bytes)))};
}

}  // namespace daybook
