// Reading over the wire: pages in both directions are together what an embedded cursor gives; the smaller questions.
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/wire_batch.h"
#include "net/wire_query.h"
#include "net/wire_status.h"
#include "tests/log/block_fixture.h"
#include "tests/server/raw_client.h"
#include "tests/server/served_log.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

struct ReadPage {
  std::vector<std::uint64_t> sequences;
  std::uint64_t through = 0;
  std::uint64_t next = 0;
  bool done = false;
  std::optional<net::Gap> gap;
  std::optional<Error> error;
};

ReadPage read_page(RawClient& client, const ReadOptions& options, std::uint32_t bytes_max) {
  return client.call<ReadPage>([&] {
    auto request = client.log().readRequest();
    request.setFrom(options.from.value());
    request.setThrough(options.through.value());
    request.setBackward(options.direction == Direction::backward);
    request.setLimit(options.limit);
    request.setBytesMax(bytes_max);
    net::to_wire(options.query, request.initQuery());
    return request.send().then([](capnp::Response<rpc::Log::ReadResults> results) {
      ReadPage page;
      page.through = results.getThrough();
      page.next = results.getNext();
      page.done = results.getDone();
      page.error = error_in(results);
      if (results.hasGap()) page.gap = *net::from_wire(results.getGap());
      for (const rpc::Batch::Reader read : results.getBatches()) {
        const auto batch = net::from_wire(read);
        REQUIRE(batch);
        for (const EventView event : *batch) page.sequences.push_back(event.sequence().value());
      }
      return page;
    });
  });
}

/// All pages.
std::vector<std::uint64_t> read_all(RawClient& client, ReadOptions options, std::uint32_t bytes_max) {
  std::vector<std::uint64_t> sequences;
  while (true) {
    const ReadPage page = read_page(client, options, bytes_max);
    if (page.error) FAIL(to_string(*page.error));
    sequences.insert(sequences.end(), page.sequences.begin(), page.sequences.end());
    if (page.done) return sequences;
    REQUIRE(!page.sequences.empty());
    options.limit -= page.sequences.size();
    if (options.direction == Direction::forward) {
      options.from = Sequence(page.next);
      options.through = Sequence(page.through);
    } else {
      options.through = Sequence(page.next);
    }
  }
}

std::vector<std::uint64_t> embedded(Log& log, const ReadOptions& options) {
  std::vector<std::uint64_t> sequences;
  auto cursor = log.read(options);
  REQUIRE(cursor);
  while (true) {
    const auto batch = cursor->next();
    REQUIRE(batch);
    if (!*batch) return sequences;
    for (const EventView event : **batch) sequences.push_back(event.sequence().value());
  }
}

}  // namespace

TEST_CASE("server read: pages of any size, in both directions, are together what a cursor gives") {
  ServedLog served({}, [](Options& options) {
    options.index_batch_events = 500;
    options.block_bytes_max = 2048;
  });
  std::mt19937_64 random(test_seed());
  for (int i = 0; i < 800; ++i) REQUIRE(served->append(random_commit(random)));
  RawClient client(served.unix_address());
  client.enter();
  const std::uint64_t head = served->head().value();
  for (int i = 0; i < 60; ++i) {
    ReadOptions options{.from = Sequence(random() % (head + 2)), .query = random_query(random)};
    if (random() % 2 == 0) options.direction = Direction::backward;
    if (random() % 3 == 0) options.limit = random() % 90;
    if (random() % 3 == 0) options.through = Sequence(random() % (head + 2));
    CHECK(read_all(client, options, static_cast<std::uint32_t>(1 + random() % 20'000)) ==
          embedded(served.log(), options));
  }
}

TEST_CASE("server read: a page holds many small blocks, and of large ones as many as a message has segments for") {
  ServedLog served;
  served.fill(1100);  // a block each
  served.fill(100, "T", 4000);
  RawClient client(served.unix_address());
  client.enter();
  constexpr std::uint32_t kMiB = 1 << 20;
  CHECK(read_page(client, {}, kMiB).sequences.size() == 1024);
  const ReadPage large = read_page(client, {.from = Sequence(1101)}, kMiB);
  CHECK(large.sequences.size() == 48);
  const ReadPage mixed = read_page(client, {.from = Sequence(1001)}, kMiB);
  CHECK(mixed.sequences.size() == 148);
  CHECK(mixed.next == 1149);
}

TEST_CASE("server read: what no index finds is searched in pieces, and still found") {
  ServedLog served;
  Commit others;
  others.events.assign(10'000, {.stream = "x", .type = "T"});
  for (int i = 0; i < 4; ++i) REQUIRE(served->append(others));
  for (int i = 0; i < 5; ++i) {  // so many streams that their prefix is no longer answered by the index
    Commit commit;
    for (int j = 0; j < 1000; ++j)
      commit.events.push_back({.stream = "s-" + std::to_string(1000 * i + j), .type = "T"});
    REQUIRE(served->append(commit));
  }
  for (int i = 0; i < 4; ++i) REQUIRE(served->append(others));
  RawClient client(served.unix_address());
  client.enter();
  for (const Direction direction : {Direction::forward, Direction::backward}) {
    const ReadOptions options{.query = {.items = {{.stream_prefix = "s-"}}}, .direction = direction};
    CHECK(read_all(client, options, 100'000) == embedded(served.log(), options));
    const ReadOptions first{.query = options.query, .direction = direction, .limit = 1};
    CHECK(read_all(client, first, 1).front() == (direction == Direction::forward ? 40'001 : 45'000));
  }
}

TEST_CASE("server read: a query over its limits is refused") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  ReadOptions options;
  options.query.items.resize(65);
  const ReadPage page = read_page(client, options, 1000);
  REQUIRE(page.error);
  CHECK(page.error->code == Code::too_large);
}

TEST_CASE("server read: one event, places, streams and counts are as the log has them") {
  ServedLog served;
  served.fill(20);
  RawClient client(served.unix_address());
  client.enter();
  const auto data = client.call<std::string>([&] {
    auto request = client.log().getRequest();
    request.setSequence(9);
    return request.send().then([](capnp::Response<rpc::Log::GetResults> results) {
      const auto batch = net::from_wire(results.getBatch());
      REQUIRE(batch);
      REQUIRE(batch->size() == 1);
      return std::string((*batch)[0].stream()) + "@" + std::to_string((*batch)[0].sequence().value());
    });
  });
  CHECK(data == "s-1@9");
  const auto missing = client.call<std::optional<Error>>([&] {
    auto request = client.log().getRequest();
    request.setSequence(21);
    return request.send().then([](capnp::Response<rpc::Log::GetResults> results) { return error_in(results); });
  });
  REQUIRE(missing);
  CHECK(missing->code == Code::not_found);
  const auto streams = client.call<std::vector<std::string>>([&] {
    auto request = client.log().streamsRequest();
    request.setPrefix("s-");
    request.setAfter("s-3");
    request.setLimit(2);
    return request.send().then([](capnp::Response<rpc::Log::StreamsResults> results) {
      std::vector<std::string> names;
      for (const rpc::StreamHead::Reader head : results.getStreams()) names.emplace_back(head.getStream().cStr());
      return names;
    });
  });
  CHECK(streams == std::vector<std::string>{"s-4", "s-5"});
  const auto statistics = client.call<std::uint64_t>([&] {
    return client.log().statisticsRequest().send().then(
        [](capnp::Response<rpc::Log::StatisticsResults> results) { return results.getStatistics().getStreams(); });
  });
  CHECK(statistics == 7);
  const auto sequence = client.call<std::uint64_t>([&] {
    auto request = client.log().sequenceOfRequest();
    request.setStream("s-2");
    request.setVersion(2);
    return request.send().then(
        [](capnp::Response<rpc::Log::SequenceOfResults> results) { return results.getSequence(); });
  });
  CHECK(sequence == 10);
}

TEST_CASE("server read: a thousand pages that nobody takes are not read ahead, and others are served") {
  ServedLog served([](ServerOptions& options) { options.outbox_bytes_max = std::size_t{64} << 10; });
  served.fill(60, "T", 100'000);
  RawClient greedy(served.unix_address());
  greedy.enter();
  const auto pages = greedy.call<std::size_t>([&] {
    kj::Vector<kj::Promise<std::size_t>> asked;
    for (int i = 0; i < 1000; ++i) {
      auto request = greedy.log().readRequest();
      request.setFrom(1);
      request.setThrough(5);
      request.setLimit(5);
      asked.add(request.send().then(
          [](capnp::Response<rpc::Log::ReadResults> results) -> std::size_t { return results.getBatches().size(); }));
    }
    return kj::joinPromises(asked.releaseAsArray()).then([](const kj::Array<std::size_t>& sizes) {
      return sizes.size();
    });
  });
  CHECK(pages == 1000);
}
