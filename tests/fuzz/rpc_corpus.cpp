// Messages that daybook itself makes of random values, and the beginnings of sessions with most of the protocol's
// calls.
#include "tests/fuzz/rpc_corpus.h"

#include <initializer_list>
#include <random>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <rpc.capnp.h>

#include "net/wire_batch.h"
#include "net/wire_commit.h"
#include "net/wire_error.h"
#include "net/wire_gap.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"
#include "net/wire_status.h"
#include "tests/fuzz/rpc_script.h"
#include "tests/log/block_fixture.h"
#include "tests/remote/raw_calls.h"

namespace daybook::fuzz {
namespace {

using Add = std::function<void(const std::string& fuzzer, std::string_view bytes)>;

/// A message of one segment, without its frame.
template <class Root>
std::string words_of(const std::function<void(typename Root::Builder)>& fill) {
  capnp::MallocMessageBuilder message(4096);
  fill(message.initRoot<Root>());
  const auto segments = message.getSegmentsForOutput();
  const auto bytes = segments[0].asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

template <class Root, class Value>
std::string words_with(const Value& value) {
  return words_of<Root>([&value](typename Root::Builder root) { net::to_wire(value, root); });
}

void add_messages(const Add& add) {
  std::mt19937_64 random(3);
  const auto put = [&add](char kind, const std::string& words) { add("rpc_message", std::string(1, kind) + words); };
  for (int i = 0; i < 6; ++i) {
    Commit commit = test::random_commit(random);
    commit.events.resize(1);
    if (i % 2 == 0) commit.expected.push_back({"stream-1", Version(3)});
    if (i % 3 == 0) commit.fail_if_match.push_back({test::random_query(random), Sequence(7)});
    put(0, words_of<rpc::Commit>([&commit](rpc::Commit::Builder root) { net::to_wire(commit, std::nullopt, root); }));
    put(2, words_with<rpc::Query>(test::random_query(random)));
  }
  put(3, words_with<rpc::Start>(net::Start(Sequence(5))));
  put(3, words_with<rpc::Start>(net::Start(FromHead())));
  put(3, words_with<rpc::Start>(net::Start(Checkpoint{.log_id = {{1}}, .sequence = Sequence(4), .link = {{9}}})));
  test::BlockChain chain{LogId{}};
  const auto block = chain.seal({{.events = {{.stream = "a", .type = "T", .data = "{}", .tags = {"t"}},
                                             {.stream = "b", .type = "T", .data = std::string(900, 'd')},
                                             {.stream = "a", .type = "U", .data = "1"}}}});
  for (const Batch& batch : {Batch(block, 0, 2, Direction::forward), Batch(block, 0, 1, Direction::backward),
                             Batch(block, std::vector<std::uint32_t>{0, 2})}) {
    const std::string words = words_with<rpc::Batch>(net::PackedBatch(batch));
    put(4, words);
    put(5, words);
  }
  const Appended appended{.first = Sequence(3), .last = Sequence(4), .versions = {{"a", Version(2)}}};
  const Error conflict{.code = Code::conflict,
                       .outcome = Outcome::not_appended,
                       .message = "no",
                       .conflict = Conflict{.kind = Conflict::Kind::version, .stream = "a", .actual = Version(3)}};
  put(6, words_with<rpc::Appended>(appended));
  put(7, words_with<rpc::AppendResult>(Result<Appended>(appended)));
  put(7, words_with<rpc::AppendResult>(Result<Appended>(std::unexpected(conflict))));
  put(8, words_with<rpc::Error>(conflict));
  put(9, words_with<rpc::Gap>(net::Gap{.first = Sequence(3), .last = Sequence(9), .message = "damaged"}));
  put(10, words_with<rpc::Statistics>(Statistics{}));
  ProjectionStatus status{.name = "inventory", .fold_version = 1, .checkpoint = {.sequence = Sequence(7)}};
  put(11, words_with<rpc::ProjectionStatus>(status));
  put(12, words_with<rpc::Plan>(ReadPlan{.uses_postings = true, .terms = 3, .text = "merge"}));
}

/// An entry of a script: a call of the log, a session or what they gave.
std::string script_call(std::uint8_t question, std::uint8_t target, std::uint8_t interface, std::uint8_t method,
                        std::string params = {}) {
  params.resize((params.size() + 7) / 8 * 8);
  std::string entry;
  for (const std::uint8_t byte :
       std::initializer_list<std::uint8_t>{static_cast<std::uint8_t>(Entry::call), question, target, 1, interface,
                                           method, 9, static_cast<std::uint8_t>(params.size() / 8)}) {
    entry.push_back(static_cast<char>(byte));
  }
  return entry + params;
}

std::string log_script(std::uint8_t question, std::uint8_t method, const std::string& params) {
  return script_call(question, test::kOpenLog, 2, method, params);
}

void add_scripts(const Add& add) {
  std::mt19937_64 random(4);
  const std::string opening(1, static_cast<char>(Entry::opening));
  Commit commit{.events = {{.stream = "s1", .type = "T", .data = "{}"}}, .expected = {{"s2", Version(0)}}};
  commit.key = Uuid{{1, 2, 3}};
  const std::string append = log_script(3, 0, words_of<rpc::Log::AppendParams>([&](rpc::Log::AppendParams::Builder p) {
                                          net::to_wire(commit, std::nullopt, p.initCommit());
                                          p.setTimeout(1'000'000'000);
                                        }));
  const std::string many =
      log_script(4, 1, words_of<rpc::Log::AppendManyParams>([&](rpc::Log::AppendManyParams::Builder p) {
                   auto list = p.initCommits(2);
                   for (auto one : list) net::to_wire(commit, std::nullopt, one);
                   p.setTimeout(1'000'000'000);
                 }));
  const std::string read = log_script(5, 3, words_of<rpc::Log::ReadParams>([&](rpc::Log::ReadParams::Builder p) {
                                        p.setFrom(1);
                                        p.setThrough(200);
                                        p.setLimit(50);
                                        p.setBytesMax(4096);
                                        net::to_wire(test::random_query(random), p.initQuery());
                                      }));
  const std::string subscribe =
      log_script(6, 13, words_of<rpc::Log::SubscribeParams>([](rpc::Log::SubscribeParams::Builder p) {
                   p.initStart().setSequence(1);
                   p.initQuery();
                 }));
  const std::string get = log_script(7, 4, words_of<rpc::Log::GetParams>([](auto p) { p.setSequence(3); }));
  const std::string streams = log_script(8, 11, words_of<rpc::Log::StreamsParams>([](auto p) {
                                           p.setPrefix("s");
                                           p.setAfter("s1");
                                           p.setLimit(10);
                                         }));
  const std::string appender =
      log_script(9, 2, words_of<rpc::Log::AppenderParams>([](auto p) { p.setTimeout(1'000'000'000); })) +
      script_call(10, 9, 3, 0, words_of<rpc::Appender::WriteParams>([&](rpc::Appender::WriteParams::Builder p) {
                    net::to_wire(commit, std::nullopt, p.initCommits(1)[0]);
                  })) +
      script_call(11, 9, 3, 1);
  const std::string projection =
      script_call(12, test::kLogin, 1, 1,
                  words_of<rpc::Session::ProjectionParams>([](auto p) { p.setName("inventory"); })) +
      script_call(13, 12, 6, 0);
  const std::string finish{static_cast<char>(Entry::finish), 6, 0};
  const std::string answer{static_cast<char>(Entry::answer), 0, 0};
  for (const std::string& one : {append, many, read, subscribe, get, streams, appender, projection}) {
    add("rpc_server", opening + one);
  }
  add("rpc_server", opening + append + read + get + finish);
  add("rpc_server", opening + subscribe + answer + append + finish);
  const std::string raw = test::bootstrap(0);
  add("rpc_server", std::string{static_cast<char>(Entry::bytes), static_cast<char>(raw.size())} + raw);
}

void add_frames(const Add& add) {
  add("rpc_frame", test::bootstrap(0));
  add("rpc_frame", test::opening());
  add("rpc_frame", test::opening() + test::finish(2));
}

}  // namespace

void add_rpc_inputs(const Add& add) {
  add_messages(add);
  add_scripts(add);
  add_frames(add);
}

}  // namespace daybook::fuzz
