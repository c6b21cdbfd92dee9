// Why each block may be as old as it likes: a kernel writes dirty pages back in any order and at any moment, and a page
// that was changed twice may have gone out in between. Within a disk's sector of 512 bytes nothing is torn, but for the
// end of a file that grew: there only the length says how much of the last sector counts.
#include "tests/simulation/file_content.h"

#include <algorithm>
#include <map>

namespace daybook::simulation {
namespace {

constexpr std::uint64_t kSectorBytes = 512;
constexpr std::uint64_t kPageBytes = 4096;

}  // namespace

void FileContent::apply(const Change& change, std::string& to) {
  if (change.truncates) {
    to.resize(change.offset);
    return;
  }
  if (to.size() < change.offset + change.bytes.size()) to.resize(change.offset + change.bytes.size());
  std::ranges::copy(change.bytes, to.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

void FileContent::write(std::uint64_t offset, std::string_view bytes) {
  pending_.push_back({offset, std::string(bytes), false});
  apply(pending_.back(), bytes_);
}

void FileContent::truncate(std::uint64_t length) {
  pending_.push_back({length, {}, true});
  apply(pending_.back(), bytes_);
}

void FileContent::sync() {
  for (const Change& change : pending_) apply(change, durable_);
  pending_.clear();
}

void FileContent::fail_sync() {
  pending_.clear();
}

void FileContent::cut_power(Random& random) {
  switch (random.below(5)) {
    case 0:
      break;  // all of it is lost
    case 1:
      for (const Change& change : pending_) apply(change, durable_);
      break;
    case 2:
    case 3:
      keep_first(random.below(pending_.size() + 1), random);
      break;
    default:
      keep_blocks(random);
  }
  bytes_ = durable_;
  pending_.clear();
}

/// The first `count` changes, and of the next one perhaps a beginning.
void FileContent::keep_first(std::size_t count, Random& random) {
  for (std::size_t i = 0; i < count; ++i) apply(pending_[i], durable_);
  if (count == pending_.size() || pending_[count].truncates || random.chance(30)) return;
  Change torn = pending_[count];
  std::uint64_t kept = random.below(torn.bytes.size() + 1);
  // What lies inside the file is written a sector at a time.
  if (torn.offset + kept < durable_.size()) {
    const std::uint64_t end = (torn.offset + kept) / kSectorBytes * kSectorBytes;
    kept = end > torn.offset ? end - torn.offset : 0;
  }
  torn.bytes.resize(kept);
  apply(torn, durable_);
}

/// Each block as it was after any of the changes, whatever the others are; the length as it was after any of them.
void FileContent::keep_blocks(Random& random) {
  const std::uint64_t block_bytes = random.chance(50) ? kSectorBytes : kPageBytes;
  // Often nothing or all of it, which is what a kernel that went through half of its pages leaves.
  const auto moment = [&] {
    return random.chance(70) ? random.below(2) * pending_.size() : random.below(pending_.size() + 1);
  };
  const std::size_t length_at = moment();
  std::string result = durable_;
  std::string version = durable_;
  std::map<std::uint64_t, std::size_t> kept_at;  // how many changes each block has taken in
  const auto kept = [&](std::uint64_t block) {
    const auto known = kept_at.find(block);
    return known != kept_at.end() ? known->second : kept_at.emplace(block, moment()).first->second;
  };
  std::uint64_t length = durable_.size();
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    apply(pending_[i], version);
    if (i + 1 == length_at) length = version.size();
    if (result.size() < version.size()) result.resize(version.size());
    if (pending_[i].truncates || pending_[i].bytes.empty()) continue;
    const std::uint64_t end = pending_[i].offset + pending_[i].bytes.size();
    for (std::uint64_t block = pending_[i].offset / block_bytes; block * block_bytes < end; ++block) {
      if (i >= kept(block)) continue;
      const std::uint64_t begin = block * block_bytes;
      const std::uint64_t count = std::min(block_bytes, version.size() - begin);
      version.copy(result.data() + begin, count, begin);
    }
  }
  result.resize(length);
  durable_ = std::move(result);
}

}  // namespace daybook::simulation
