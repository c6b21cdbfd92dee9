// Projections over the wire: who appended reads his own writes, and who waits in vain is told so.
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "net/wire_ids.h"
#include "net/wire_status.h"
#include "tests/server/raw_client.h"
#include "tests/server/served_log.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// Counts the events of each stream, and cannot take one of type `Bad`.
Projection counting() {
  return {.name = "counts", .fold_version = 1, .apply = [](const EventView& event, State& state) -> Result<void> {
            if (event.type() == "Bad") return fail(Code::invalid, "not this one");
            const auto before = state.get(event.stream());
            if (!before) return std::unexpected(before.error());
            const std::uint64_t count = *before ? std::stoull(std::string(**before)) : 0;
            return state.put(event.stream(), std::to_string(count + 1));
          }};
}

void with_counting(ServerOptions& options) {
  options.projections = {counting()};
}

kj::Promise<rpc::Projection::Client> projection(RawClient& client, const std::string& name) {
  auto request = client.session().projectionRequest();
  request.setName(name.c_str());
  return request.send().then(
      [](capnp::Response<rpc::Session::ProjectionResults> results) { return results.getProjection(); });
}

Result<std::optional<std::string>> query(RawClient& client, const std::string& key, std::uint64_t at_least,
                                         std::chrono::nanoseconds timeout = kSoon) {
  return client.call<Result<std::optional<std::string>>>([&] {
    return projection(client, "counts").then([&](rpc::Projection::Client counts) {
      auto request = counts.queryRequest();
      request.setKey({reinterpret_cast<const kj::byte*>(key.data()), key.size()});
      request.setAtLeast(at_least);
      request.setTimeout(timeout.count());
      return request.send().then(
          [at_least](capnp::Response<rpc::Projection::QueryResults> results) -> Result<std::optional<std::string>> {
            if (auto error = error_in(results)) return std::unexpected(std::move(*error));
            CHECK(results.getPosition().getSequence() >= at_least);
            if (!results.getFound()) return std::nullopt;
            return std::string(results.getValue().asChars().begin(), results.getValue().size());
          });
    });
  });
}

struct ScannedRows {
  std::vector<std::pair<std::string, std::string>> rows;
  bool done = false;
};

ScannedRows scan(RawClient& client, const std::string& prefix, const std::optional<std::string>& after,
                 std::uint32_t limit) {
  return client.call<ScannedRows>([&] {
    return projection(client, "counts").then([&](rpc::Projection::Client counts) {
      auto request = counts.scanRequest();
      request.setPrefix({reinterpret_cast<const kj::byte*>(prefix.data()), prefix.size()});
      if (after) request.setAfter({reinterpret_cast<const kj::byte*>(after->data()), after->size()});
      request.setLimit(limit);
      return request.send().then([](capnp::Response<rpc::Projection::ScanResults> results) {
        ScannedRows page;
        page.done = results.getDone();
        for (const rpc::Row::Reader row : results.getRows()) {
          page.rows.emplace_back(std::string(row.getKey().asChars().begin(), row.getKey().size()),
                                 std::string(row.getValue().asChars().begin(), row.getValue().size()));
        }
        return page;
      });
    });
  });
}

}  // namespace

TEST_CASE("server projection: who asks for at least his own append finds it there") {
  ServedLog served(with_counting);
  RawClient client(served.unix_address());
  client.enter();
  for (std::uint64_t i = 1; i <= 50; ++i) {
    const auto appended = client.append({.events = {{.stream = "s", .type = "T"}}});
    REQUIRE(appended);
    const auto found = query(client, "s", appended->last.value());
    REQUIRE(found);
    CHECK(*found == std::to_string(i));
  }
  CHECK(*query(client, "none", 0) == std::nullopt);
}

TEST_CASE("server projection: who waits for what does not come is told so in time") {
  ServedLog served(with_counting);
  served.fill(3);
  RawClient client(served.unix_address());
  client.enter();
  CHECK(query(client, "s-0", 4, std::chrono::milliseconds(20)).error().code == Code::timeout);
  CHECK(query(client, "s-0", 4, std::chrono::nanoseconds(-1)).error().code == Code::invalid);
  CHECK(query(client, "s-0", 3).value() == "1");
}

TEST_CASE("server projection: rows come in pages, in the order of their keys") {
  ServedLog served(with_counting);
  served.fill(70);
  RawClient client(served.unix_address());
  client.enter();
  REQUIRE(query(client, "s-0", 70));
  const ScannedRows first = scan(client, "s-", std::nullopt, 3);
  CHECK(first.rows == std::vector<std::pair<std::string, std::string>>{{"s-0", "10"}, {"s-1", "10"}, {"s-2", "10"}});
  CHECK(!first.done);
  const ScannedRows rest = scan(client, "s-", "s-2", 10);
  CHECK(rest.rows.size() == 4);
  CHECK(rest.rows.front().first == "s-3");
  CHECK(rest.done);
  CHECK(scan(client, "t-", std::nullopt, 10).done);
}

TEST_CASE("server projection: one that stopped at an event says where and why, and nobody waits for it") {
  ServedLog served(with_counting);
  served.fill(3);
  REQUIRE(served->append({.events = {{.stream = "s-0", .type = "Bad"}}}));
  served.fill(3);
  RawClient client(served.unix_address());
  client.enter();
  const auto stopped = query(client, "s-0", 7);
  REQUIRE(!stopped);
  CHECK(stopped.error().code == Code::closed);
  CHECK(query(client, "s-0", 3).value() == "1");
  const auto status = client.call<ProjectionStatus>([&] {
    return client.session().projectionsRequest().send().then(
        [](capnp::Response<rpc::Session::ProjectionsResults> results) {
          REQUIRE(results.getList().size() == 1);
          return *net::from_wire(results.getList()[0]);
        });
  });
  CHECK(status.name == "counts");
  CHECK(status.checkpoint.sequence == Sequence(3));
  REQUIRE(status.failure);
  CHECK(status.failure->sequence == Sequence(4));
}

TEST_CASE("server projection: a name that the server does not run is not found") {
  ServedLog served(with_counting);
  RawClient client(served.unix_address());
  client.enter();
  const auto error = client.call<std::optional<Error>>([&] {
    auto request = client.session().projectionRequest();
    request.setName("other");
    return request.send().then(
        [](capnp::Response<rpc::Session::ProjectionResults> results) { return error_in(results); });
  });
  REQUIRE(error);
  CHECK(error->code == Code::not_found);
}
