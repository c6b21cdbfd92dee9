// Which silence means that a peer is dead, and which that it is slow or has nothing to say.
#include <doctest/doctest.h>

#include "net/silence.h"

using namespace daybook::net;
using namespace std::chrono_literals;

namespace {

const std::chrono::steady_clock::time_point kBegin{};

}  // namespace

TEST_CASE("silence: bytes unanswered for the whole time are a dead peer") {
  SilenceWatch watch(-1, 120s);
  for (auto passed = 0s; passed < 120s; passed += 30s) {
    CHECK(!watch.dead(kBegin + passed, {.awaits_answer = true, .since_last_answer = 1h}));
  }
  CHECK(watch.dead(kBegin + 120s, {.awaits_answer = true, .since_last_answer = 1h}));
}

TEST_CASE("silence: a quiet connection on which something is sent is not dead at once") {
  SilenceWatch watch(-1, 120s);
  CHECK(!watch.dead(kBegin, {.awaits_answer = false, .since_last_answer = 0s}));
  CHECK(!watch.dead(kBegin + 5h, {.awaits_answer = false, .since_last_answer = 5h}));
  CHECK(!watch.dead(kBegin + 5h + 30s, {.awaits_answer = true, .since_last_answer = 5h}));
}

TEST_CASE("silence: a peer that answers is alive, however long there is more on its way") {
  SilenceWatch watch(-1, 120s);
  for (auto passed = 0s; passed < 1h; passed += 30s) {
    CHECK(!watch.dead(kBegin + passed, {.awaits_answer = true, .since_last_answer = 29s}));
  }
}

TEST_CASE("silence: what is no TCP socket, and no limit, is never dead") {
  SilenceWatch none(-1, 120s);
  CHECK(!none.dead(kBegin + 5h));
  SilenceWatch off(0, 0s);
  CHECK(!off.dead(kBegin + 5h));
}
