// The counterpart of schema/block_builder.cpp, from a block instead of commits: sizes are known before anything is
// allocated, and each event is one memcpy.
#include "schema/excerpt.h"

#include <cstring>

#include <capnp/message.h>
#include <event.capnp.h>

#include "base/check.h"
#include "schema/block_builder.h"

namespace daybook {
namespace {

/// A stored block's message, read once more; it was checked when the Block was made, so nothing throws.
class Source {
 public:
  explicit Source(const Block& block)
      : segment_{{reinterpret_cast<const capnp::word*>(block.bytes().data()) + 1, block.bytes().size() / 8 - 1}},
        message_(segment_, {.traversalLimitInWords = 8 * (block.bytes().size() / 8) + 1024}) {}

  [[nodiscard]] schema::Block::Reader block() { return message_.getRoot<schema::Block>(); }

 private:
  kj::ArrayPtr<const capnp::word> segment_[1];
  capnp::SegmentArrayMessageReader message_;
};

/// How many of `picks` each commit has that has any, by the commit's place.
std::vector<std::pair<unsigned, std::uint32_t>> picked_commits(capnp::List<schema::Commit>::Reader commits,
                                                               std::span<const std::uint32_t> picks) {
  std::vector<std::pair<unsigned, std::uint32_t>> picked;
  std::size_t at = 0;
  std::uint64_t end = 0;
  for (unsigned commit = 0; commit < commits.size() && at < picks.size(); ++commit) {
    end += commits[commit].getEventCount();
    const std::size_t begin = at;
    while (at < picks.size() && picks[at] < end) ++at;
    if (at > begin) picked.emplace_back(commit, static_cast<std::uint32_t>(at - begin));
  }
  return picked;
}

}  // namespace

std::size_t event_words_of(const Block& block, std::span<const std::uint32_t> picks) {
  Source source(block);
  const auto events = source.block().getEvents();
  std::size_t words = 0;
  for (const std::uint32_t pick : picks) words += events[pick].size() / 8;
  return words;
}

Excerpt make_excerpt(const Block& block, std::span<const std::uint32_t> picks) {
  DAYBOOK_CHECK(!picks.empty(), "an excerpt has an event");
  Source source(block);
  const auto from = source.block();
  const auto events = from.getEvents();
  const auto commits = from.getCommits();
  const auto picked = picked_commits(commits, picks);
  std::size_t event_words = 0;
  for (const std::uint32_t pick : picks) event_words += events[pick].size() / 8;

  Excerpt excerpt;
  excerpt.word_count = block_bytes(picked.size(), picks.size(), event_words) / 8;
  excerpt.words = std::make_unique<std::uint64_t[]>(excerpt.word_count);  // zeroed, as Cap'n Proto wants its memory
  excerpt.words[0] = static_cast<std::uint64_t>(excerpt.word_count - 1) << 32;
  capnp::FlatMessageBuilder message(
      kj::arrayPtr(reinterpret_cast<capnp::word*>(excerpt.words.get()) + 1, excerpt.word_count - 1));
  auto to = message.initRoot<schema::Block>();
  to.setFirstSequence(block.sequence_of(picks.front()).value());
  to.setRecordedAt(from.getRecordedAt());
  to.setChainHigh(from.getChainHigh());
  to.setChainLow(from.getChainLow());
  auto commit_list = to.initCommits(static_cast<unsigned>(picked.size()));
  for (unsigned i = 0; i < picked.size(); ++i) {
    commit_list.setWithCaveats(i, commits[picked[i].first]);
    commit_list[i].setEventCount(picked[i].second);
  }
  auto event_list = to.initEvents(static_cast<unsigned>(picks.size()));
  excerpt.sequences.reserve(picks.size());
  for (unsigned i = 0; i < picks.size(); ++i) {
    const auto event = events[picks[i]];
    std::memcpy(event_list.init(i, static_cast<unsigned>(event.size())).begin(), event.begin(), event.size());
    excerpt.sequences.push_back(block.sequence_of(picks[i]).value());
  }
  message.requireFilled();
  excerpt.hash = hash128(excerpt.bytes());
  return excerpt;
}

}  // namespace daybook
