#include "tests/log/block_fixture.h"

#include <algorithm>

#include "schema/block_builder.h"
#include "tests/log/seed.h"

namespace daybook::test {
namespace {

std::string numbered(const char* name, std::mt19937_64& random, std::uint64_t count) {
  return name + std::to_string(random() % count);
}

Uuid random_uuid(std::mt19937_64& random) {
  Uuid uuid;
  for (auto& byte : uuid.bytes) byte = static_cast<std::uint8_t>(random());
  return uuid;
}

/// One of a few, so that several events share it.
Uuid random_correlation(std::mt19937_64& random) {
  Uuid uuid;
  uuid.bytes[15] = static_cast<std::uint8_t>(random() % 8);
  return uuid;
}

/// Up to `most` names out of `count`, each once.
std::vector<std::string> some_of(const char* name, std::mt19937_64& random, std::uint64_t count, std::uint64_t most) {
  std::vector<std::string> names;
  for (auto left = random() % (most + 1); left > 0; --left) {
    auto next = numbered(name, random, count);
    if (std::ranges::find(names, next) == names.end()) names.push_back(std::move(next));
  }
  return names;
}

QueryItem random_item(std::mt19937_64& random) {
  QueryItem item{.types = some_of("Type", random, 5, 2), .tags = some_of("tag:", random, 6, 2)};
  const auto streams = random() % 3;
  if (streams == 1) item.stream_prefix = random() % 2 != 0 ? "stream-1" : "stream-";
  if (streams == 2) item.streams = some_of("stream-", random, 40, 3);
  if (random() % 6 == 0) item.correlation_id = random_correlation(random);
  return item;
}

}  // namespace

BlockChain::BlockChain(const LogId& log_id) : chain_(genesis_link(log_id)) {}

std::shared_ptr<const Block> BlockChain::seal(const std::vector<Commit>& commits, Timestamp recorded_at) {
  std::vector<std::unique_ptr<EncodedCommit>> encoded;
  std::vector<std::vector<Version>> versions;
  std::vector<NumberedCommit> numbered;
  versions.reserve(commits.size());
  for (const Commit& commit : commits) {
    const std::vector<EventId> ids(commit.events.size());
    encoded.push_back(std::make_unique<EncodedCommit>(commit.events, ids));
    auto& own = versions.emplace_back();
    for (const Event& event : commit.events) own.push_back(versions_[event.stream] = versions_[event.stream].next());
    numbered.push_back({.events = encoded.back().get(),
                        .key = commit.key,
                        .fingerprint = fingerprint_of(commit.events),
                        .versions = own});
  }
  auto block = seal_block(next_, recorded_at, chain_, numbered);
  next_ = block->last_sequence().next();
  chain_ = block->link();
  return block;
}

Event random_event(std::mt19937_64& random) {
  Event event{.stream = numbered("stream-", random, 40), .type = numbered("Type", random, 5)};
  for (auto bytes = random() % 200; bytes > 0; --bytes) event.data.push_back(static_cast<char>(random()));
  for (auto tags = random() % 4; tags > 0; --tags) event.tags.push_back(numbered("tag:", random, 6));
  if (random() % 4 == 0) event.content_type = "text/plain";
  if (random() % 2 == 0) event.id = random_uuid(random);
  if (random() % 2 == 0) event.occurred_at = Timestamp(std::chrono::nanoseconds(static_cast<std::int64_t>(random())));
  if (random() % 3 == 0) event.correlation_id = random_correlation(random);
  if (random() % 3 == 0) event.causation_id = random_uuid(random);
  if (random() % 3 == 0) event.traceparent = random() % 2 == 0 ? "" : "00-0af7651916cd43dd-b7ad6b7169203331-01";
  for (auto headers = random() % 3; headers > 0; --headers) {
    event.headers.push_back({.name = numbered("header-", random, 9), .value = std::string(random() % 20, 'v')});
  }
  return event;
}

Commit random_commit(std::mt19937_64& random) {
  Commit commit;
  for (auto events = 1 + random() % 8; events > 0; --events) commit.events.push_back(random_event(random));
  if (random() % 3 == 0) commit.key = random_uuid(random);
  return commit;
}

Query random_query(std::mt19937_64& random) {
  Query query;
  for (auto items = random() % 4; items > 0; --items) query.items.push_back(random_item(random));
  return query;
}

}  // namespace daybook::test
