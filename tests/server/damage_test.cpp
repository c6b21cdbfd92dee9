// Damage over the wire: what cannot be read is named as a gap, and all else comes, once and in order.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/wire_batch.h"
#include "tests/server/raw_client.h"
#include "tests/server/served_log.h"

using namespace daybook;
using namespace daybook::test;

using Kind = Told::Step::Kind;

namespace {

constexpr std::uint64_t kEvents = 6'000;

/// Flips a bit in the middle of the largest table file of `log`.
void damage(const std::filesystem::path& log) {
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(log / "log")) {
    if (entry.path().extension() != ".sst") continue;
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) largest = entry.path();
  }
  REQUIRE(!largest.empty());
  std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(largest) / 2);
  file.seekg(middle);
  const char flipped = static_cast<char>(file.get() ^ 1);
  file.seekp(middle);
  file.put(flipped);
  REQUIRE(file.good());
}

/// A log whose middle cannot be read, and its server.
class DamagedLog : public ServedLog {
 public:
  DamagedLog() : ServedLog({}, [](Options& options) { options.compression = Compression::none; }) {
    fill(kEvents, "T", 200);
    close();
    damage(path());
    open();
  }
};

}  // namespace

TEST_CASE("server damage: a subscription tells the gap and goes on behind it, into what is appended next") {
  DamagedLog served;
  RawClient client(served.unix_address());
  client.enter();
  for (const bool filtered : {false, true}) {
    SubscribeOptions options{.from = Sequence(1)};
    if (filtered) options.query.items = {{.types = {"T"}}};
    const auto told = client.subscribe(options);
    REQUIRE(told);
    static_cast<void>((*told)->await_first(Kind::caught_up));
    const std::uint64_t head = served->append({.events = {{.stream = "s", .type = "T"}}})->last.value();
    static_cast<void>((*told)->await([&](const std::vector<Told::Step>& steps) {
      return !steps.back().batches.empty() && steps.back().batches.back()[0].sequence().value() == head;
    }));
    std::uint64_t next = 1;
    std::uint64_t lost = 0;
    for (const Told::Step& step : (*told)->await([](const auto&) { return true; })) {
      for (const Batch& batch : step.batches) {
        for (const EventView event : batch) CHECK(event.sequence().value() == next++);
      }
      if (!step.gap) continue;
      CHECK(step.gap->first.value() == next);
      CHECK(step.gap->reason == net::Gap::Reason::damaged);
      lost += step.gap->last.value() - step.gap->first.value() + 1;
      next = step.gap->last.value() + 1;
    }
    CHECK(next == head + 1);
    CHECK(lost > 0);
    CHECK(lost < kEvents / 2);
    client.unsubscribe();
  }
}

TEST_CASE("server damage: pages stop at the gap and go on behind it, in both directions") {
  DamagedLog served;
  RawClient client(served.unix_address());
  client.enter();
  for (const bool backward : {false, true}) {
    std::set<std::uint64_t> read;
    std::uint64_t from = 1;
    std::uint64_t through = served->head().value();
    std::uint64_t lost = 0;
    bool done = false;
    while (!done) {
      done = client.call<bool>([&] {
        auto request = client.log().readRequest();
        request.setFrom(from);
        request.setThrough(through);
        request.setBackward(backward);
        request.setLimit(UINT64_MAX);
        request.setBytesMax(50'000);
        return request.send().then([&](capnp::Response<rpc::Log::ReadResults> results) {
          if (results.hasError()) FAIL(to_string(*error_in(results)));
          for (const rpc::Batch::Reader batch : results.getBatches()) {
            const auto taken = net::from_wire(batch);
            REQUIRE(taken);
            for (const EventView event : *taken) CHECK(read.insert(event.sequence().value()).second);
          }
          if (results.hasGap()) lost += results.getGap().getLast() - results.getGap().getFirst() + 1;
          (backward ? through : from) = results.getNext();
          return results.getDone();
        });
      });
    }
    CHECK(lost > 0);
    CHECK(read.size() + lost == kEvents);
  }
}
