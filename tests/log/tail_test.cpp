// The tail while its generations come and go.
#include <array>
#include <atomic>
#include <span>
#include <thread>

#include <doctest/doctest.h>

#include "log/tail.h"

using namespace daybook;

TEST_CASE("tail: its size may be asked for while the indexer lets go of generations") {
  constexpr std::uint64_t kGenerations = 20'000;
  Tail tail(Sequence(0), LogCounts{});
  std::atomic<bool> done{false};
  std::thread indexer([&] {
    while (!done.load()) {
      if (tail.oldest_frozen() != nullptr) tail.drop_oldest();
    }
  });
  const std::array<Term, 1> terms{make_term(TermKind::stream, "a stream whose name is not short")};
  const std::array<std::uint32_t, 1> terms_end{1};
  for (std::uint64_t at = 1; at <= kGenerations; ++at) {
    const Version version(at);
    tail.active().add(
        {.first = Sequence(at), .versions = std::span(&version, 1), .terms = terms, .terms_end = terms_end});
    tail.freeze();
    // Of memory that was let go the sum would be anything, where it is not the end of the test.
    REQUIRE(tail.bytes() < kGenerations * 4096);
    REQUIRE(tail.event_count() <= at);
  }
  done.store(true);
  indexer.join();
}
