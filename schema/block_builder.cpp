// One pass at the exact size: the words of the message are written where Cap'n Proto's own builder would put them (a
// test compares the two), each event is a memcpy into its Data, and the version goes to its fixed word there.
#include "schema/block_builder.h"

#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "schema/wire.h"

namespace daybook {
namespace {

constexpr std::size_t kFrameWords = 1;  // segment count - 1 and the segment's size, 4 bytes each
constexpr std::size_t kRootWords = 1;
constexpr std::size_t kBlockDataWords = 4;
constexpr std::size_t kBlockPointers = 2;
constexpr std::size_t kCommitWords = 5;
constexpr std::size_t kListTagWords = 1;

constexpr std::size_t kCommitsPointerAt = kFrameWords + kRootWords + kBlockDataWords;
constexpr std::size_t kEventsPointerAt = kCommitsPointerAt + 1;
constexpr std::size_t kCommitsAt = kEventsPointerAt + 1;  // the tag

std::size_t block_words(std::size_t commits, std::size_t events, std::size_t event_words) {
  return kCommitsAt + kListTagWords + commits * kCommitWords + events + event_words;
}

void fill_commit(std::uint64_t* words, const NumberedCommit& commit) {
  words[0] = commit.key ? load_be64(commit.key->bytes.data()) : 0;
  words[1] = commit.key ? load_be64(commit.key->bytes.data() + 8) : 0;
  words[2] = load_be64(commit.fingerprint.data());
  words[3] = load_be64(commit.fingerprint.data() + 8);
  words[4] = commit.events->event_count() | (commit.key ? std::uint64_t{1} << 32 : 0);
}

/// Copies the commit's events to `words` + `at` and on, and points at each from `words` + `pointer_at` and on.
void fill_events(std::uint64_t* words, std::size_t& pointer_at, std::size_t& at, const NumberedCommit& commit) {
  DAYBOOK_CHECK(commit.versions.size() == commit.events->event_count(), "a version an event");
  for (std::size_t i = 0; i < commit.events->event_count(); ++i) {
    const auto source = commit.events->event_words(i);
    words[pointer_at] = wire::list_pointer(at - pointer_at - 1, wire::Element::byte, 8 * source.size());
    ++pointer_at;
    std::memcpy(words + at, source.data(), 8 * source.size());
    words[at + kEventVersionWord] = commit.versions[i].value();
    at += source.size();
  }
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
  auto owned = std::make_unique_for_overwrite<std::uint64_t[]>(word_count);
  std::uint64_t* const words = owned.get();
  words[0] = static_cast<std::uint64_t>(word_count - kFrameWords) << 32;
  words[1] = wire::struct_pointer(0, kBlockDataWords, kBlockPointers);
  words[2] = first.value();
  words[3] = static_cast<std::uint64_t>(recorded_at.time_since_epoch().count());
  words[4] = load_be64(chain.bytes.data());
  words[5] = load_be64(chain.bytes.data() + 8);
  const std::size_t commit_list_words = commits.size() * kCommitWords;
  words[kCommitsPointerAt] =
      wire::list_pointer(kCommitsAt - kCommitsPointerAt - 1, wire::Element::structure, commit_list_words);
  words[kCommitsAt] = wire::list_tag(commits.size(), kCommitWords, 0);
  std::size_t commit_at = kCommitsAt + kListTagWords;
  std::size_t pointer_at = commit_at + commit_list_words;
  words[kEventsPointerAt] = wire::list_pointer(pointer_at - kEventsPointerAt - 1, wire::Element::pointer, events);
  std::size_t event_at = pointer_at + events;
  for (const NumberedCommit& commit : commits) {
    fill_commit(words + commit_at, commit);
    commit_at += kCommitWords;
    fill_events(words, pointer_at, event_at, commit);
  }
  DAYBOOK_CHECK(event_at == word_count, "a block takes the words that were foretold");
  const Link link{hash128(std::as_bytes(std::span(words, word_count)))};
  return Block::adopt(std::move(owned), word_count, link);
}

Link genesis_link(const LogId& log_id) {
  return {hash128(std::as_bytes(std::span(log_id.bytes)))};
}

}  // namespace daybook
