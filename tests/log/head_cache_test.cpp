// The cache of stream heads: it may forget, it may not be wrong.
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "log/head_cache.h"

using namespace daybook;

namespace {

Term stream(std::string_view name) {
  return make_term(TermKind::stream, name);
}

HeadEntry head(std::uint64_t version) {
  return {Version(version), Sequence(10 * version)};
}

}  // namespace

TEST_CASE("head cache: what was put is found, and the newest wins") {
  HeadCache cache;
  CHECK(!cache.find(stream("a")));
  cache.put(stream("a"), head(1));
  cache.put(stream("a"), head(2));
  REQUIRE(cache.find(stream("a")));
  CHECK(cache.find(stream("a"))->version == Version(2));
  CHECK(cache.find(stream("a"))->last_sequence == Sequence(20));
  CHECK(!cache.find(stream("b")));
}

TEST_CASE("head cache: what was read before the postings changed, or while they did, is not stored") {
  HeadCache cache;
  const auto before = cache.epoch();
  cache.begin_epoch();
  const auto while_changing = cache.epoch();
  cache.put_if_current(stream("a"), head(1), before);
  CHECK(!cache.find(stream("a")));
  cache.begin_epoch();
  cache.put_if_current(stream("a"), head(1), while_changing);
  CHECK(!cache.find(stream("a")));
  cache.put_if_current(stream("a"), head(2), cache.epoch());
  CHECK(cache.find(stream("a"))->version == Version(2));
}

TEST_CASE("head cache: more streams of one place than fit push each other out and are never mistaken for one another") {
  HeadCache cache;
  constexpr std::uint64_t kStreams = 9;
  const auto same_place = [](const std::string& name) { return Term{TermKind::stream, name, 4711}; };
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < kStreams; ++i) {
    names.push_back("stream" + std::to_string(i));
    CHECK(!cache.find(same_place(names.back())));
    cache.put(same_place(names.back()), head(100));
    cache.put(same_place(names.back()), head(i + 1));  // in its place, not beside it
    CHECK(cache.find(same_place(names.back()))->version == Version(i + 1));
  }
  std::uint64_t held = 0;
  for (std::uint64_t i = 0; i < kStreams; ++i) {
    const auto found = cache.find(same_place(names[i]));
    if (found) CHECK(found->version == Version(i + 1));
    held += found ? 1 : 0;
  }
  CHECK(held == 4);
}

TEST_CASE("head cache: names of up to 39 bytes are held, longer ones never") {
  HeadCache cache;
  const std::string fits(39, 'x');
  const std::string longer(40, 'x');
  cache.put(stream(fits), head(1));
  cache.put(stream(longer), head(2));
  CHECK(cache.find(stream(fits))->version == Version(1));
  CHECK(!cache.find(stream(longer)));
}
