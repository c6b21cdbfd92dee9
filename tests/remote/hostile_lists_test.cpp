// Messages of a few bytes that look like millions of things: lists of elements without size, and many pointers to the
// same bytes. What is refused is refused before it is counted out or copied.
#include <algorithm>
#include <cstring>
#include <functional>
#include <string>

#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include "daybook/limits.h"
#include "tests/remote/hostile_scene.h"
#include "tests/remote/raw_calls.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// The most that a list can claim.
constexpr unsigned kMost = (1u << 29) - 1;
constexpr std::uint16_t kAppend = 0;
constexpr std::uint16_t kAppendMany = 1;
constexpr std::uint16_t kRead = 3;

/// Pointer fields by their place, in structs of schema/rpc.capnp.
constexpr unsigned kCommitEvents = 0;
constexpr unsigned kCommitExpected = 1;
constexpr unsigned kCommitFailIfMatch = 2;
constexpr unsigned kEventHeaders = 8;

/// A list of structs that take no bytes, `count` of them, in pointer `place` of a struct.
template <class Struct>
void claim_list(Struct builder, unsigned place, unsigned count) {
  capnp::AnyStruct::Builder any = capnp::toAny(builder);
  any.getPointerSection()[place].initAsListOfAnyStruct(0, 0, count);
}

/// The pointers of a struct, as words.
template <class Struct>
std::uint64_t* pointers_of(Struct builder) {
  capnp::AnyStruct::Builder any = capnp::toAny(builder);
  capnp::Data::Builder data = any.getDataSection();
  return reinterpret_cast<std::uint64_t*>(data.begin() + data.size());
}

/// A pointer at `at` to the `count` bytes at `bytes`, wherever else these are pointed to from.
void point_at_bytes(std::uint64_t* at, const capnp::byte* bytes, std::size_t count) {
  const std::ptrdiff_t words = (reinterpret_cast<const std::uint64_t*>(bytes) - (at + 1));
  const auto low = static_cast<std::uint32_t>((static_cast<std::uint32_t>(words) << 2) | 1u);
  const auto high = static_cast<std::uint32_t>((count << 3) | 2u);
  *at = std::uint64_t{low} | (std::uint64_t{high} << 32);
}

/// Sends a call and takes what comes of it: an answer, or the end of the connection.
void check_refused(HostileScene& scene, const std::string& message) {
  RawPeer guest = scene.guest();
  REQUIRE(guest.send(message));
  while (true) {
    const auto answer = guest.receive_message();
    if (!answer) return;
    if (read_answer(*answer).question == kFirstQuestion) return;
  }
}

using FillCommit = std::function<void(rpc::Commit::Builder)>;

std::string append_call(const FillCommit& fill) {
  return log_call<rpc::Log::AppendParams>(kFirstQuestion, kAppend, [&fill](rpc::Log::AppendParams::Builder params) {
    params.setTimeout(1'000'000'000);
    fill(params.initCommit());
  });
}

/// A call of appendMany whose message is in one piece of `words`, so that its pointers can be bent.
std::string append_many_in_one_piece(
    std::size_t words, const std::function<void(capnp::Orphanage, rpc::Log::AppendManyParams::Builder)>& fill) {
  capnp::MallocMessageBuilder message(static_cast<unsigned>(words), capnp::AllocationStrategy::FIXED_SIZE);
  auto body = message.initRoot<capnp::rpc::Message>().initCall();
  body.setQuestionId(kFirstQuestion);
  body.setInterfaceId(capnp::typeId<rpc::Log>());
  body.setMethodId(kAppendMany);
  auto promised = body.initTarget().initPromisedAnswer();
  promised.setQuestionId(kOpenLog);
  promised.initTransform(1)[0].setGetPointerField(0);
  fill(message.getOrphanage(), body.initParams().getContent().initAs<rpc::Log::AppendManyParams>());
  REQUIRE(message.getSegmentsForOutput().size() == 1);
  return framed(message);
}

}  // namespace

TEST_CASE("hostile lists: lists of half a billion elements without size cost nothing") {
  HostileScene scene;
  const auto one_event = [](rpc::Commit::Builder commit) {
    auto events = commit.initEvents(1);
    events[0].setStream("s");
    events[0].setType("T");
    return events[0];
  };
  const std::vector<std::string> messages = {
      append_call([](rpc::Commit::Builder commit) { claim_list(commit, kCommitEvents, kMost); }),
      append_call([](rpc::Commit::Builder commit) { claim_list(commit, kCommitEvents, kCommitEventsMax); }),
      append_call([&](rpc::Commit::Builder commit) {
        one_event(commit);
        claim_list(commit, kCommitExpected, kMost);
      }),
      append_call([&](rpc::Commit::Builder commit) {
        one_event(commit);
        claim_list(commit, kCommitFailIfMatch, kMost);
      }),
      append_call([&](rpc::Commit::Builder commit) { claim_list(one_event(commit), kEventHeaders, kMost); }),
      append_call([&](rpc::Commit::Builder commit) {
        one_event(commit);
        claim_list(commit.initFailIfMatch(1)[0].initQuery(), 0, kMost);
      }),
      log_call<rpc::Log::AppendManyParams>(
          kFirstQuestion, kAppendMany,
          [](rpc::Log::AppendManyParams::Builder params) { claim_list(params, 0, kMost); }),
      log_call<rpc::Log::AppendManyParams>(
          kFirstQuestion, kAppendMany, [](rpc::Log::AppendManyParams::Builder params) { claim_list(params, 0, 4096); }),
      log_call<rpc::Log::ReadParams>(kFirstQuestion, kRead,
                                     [](rpc::Log::ReadParams::Builder params) {
                                       params.setFrom(1);
                                       claim_list(params.initQuery(), 0, kMost);
                                     }),
  };
  for (int round = 0; round < 20; ++round) {
    for (std::size_t at = 0; at < messages.size(); ++at) {
      CAPTURE(at);
      check_refused(scene, messages[at]);
    }
  }
  scene.check_served(0, 4);
}

TEST_CASE("hostile lists: many events that are the same bytes are counted as many") {
  HostileScene scene;
  const std::size_t data_bytes = std::size_t{1} << 20;
  const auto commits_of_one_megabyte = [data_bytes](unsigned commits, unsigned events) {
    return append_many_in_one_piece(
        std::size_t{1} << 20,
        [commits, events, data_bytes](capnp::Orphanage orphanage, rpc::Log::AppendManyParams::Builder params) {
          auto data = orphanage.newOrphan<capnp::Data>(data_bytes);
          const capnp::byte* bytes = data.get().begin();
          auto list = params.initCommits(commits);
          for (auto commit : list) {
            auto made = commit.initEvents(events);
            for (auto event : made) {
              event.setStream("s");
              event.setType("T");
              point_at_bytes(pointers_of(event) + 2, bytes, data_bytes);
            }
          }
          // Given up, the bytes stay where they are, as zeros.
        });
  };
  const std::uint64_t head = scene.log().head().value();
  for (int round = 0; round < 3; ++round) {
    check_refused(scene, commits_of_one_megabyte(1, 5000));
    check_refused(scene, commits_of_one_megabyte(4000, 1));
  }
  // Twice the largest message may be copied for one call, and it is let go of; and 8 MiB are sent, and received.
  scene.check_served(0, 64 + 16);
  CHECK(scene.log().head().value() < head + 1000);
}
