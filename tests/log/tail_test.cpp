// The tail while its generations come and go.
#include <malloc.h>

#include <array>
#include <atomic>
#include <span>
#include <thread>

#include <doctest/doctest.h>

#include "log/tail.h"

using namespace daybook;

TEST_CASE("tail: its size may be asked for while the indexer lets go of generations") {
  // Memory that was let go no longer looks like what it was. AddressSanitizer's own allocator takes no such setting,
  // and watches that memory anyway; so whether it was taken is not asked.
  ::mallopt(M_PERTURB, 0xA5);
  constexpr int kRounds = 100;
  constexpr std::uint64_t kGenerations = 200;
  Tail tail(Sequence(0), LogCounts{});
  std::atomic<int> round{0};
  std::thread indexer([&] {
    for (int at = 1; at <= kRounds; ++at) {
      round.wait(at - 1);
      while (tail.oldest_frozen() != nullptr) tail.drop_oldest();
    }
  });
  const std::array<Term, 1> terms{make_term(TermKind::stream, "a stream whose name is not short")};
  const std::array<std::uint32_t, 1> terms_end{1};
  std::uint64_t sequence = 0;
  for (int at = 1; at <= kRounds; ++at) {
    for (std::uint64_t generation = 0; generation < kGenerations; ++generation) {
      const Version version(++sequence);
      tail.active().add(
          {.first = Sequence(sequence), .versions = std::span(&version, 1), .terms = terms, .terms_end = terms_end});
      tail.freeze();
    }
    const std::size_t all = tail.bytes();
    round.store(at);
    round.notify_one();
    // Of memory that was let go the sum would be anything, where it is not the end of the test.
    while (tail.oldest_frozen() != nullptr) REQUIRE(tail.bytes() <= all);
  }
  indexer.join();
  ::mallopt(M_PERTURB, 0);
}
