// Writes what each fuzzer begins with: a few inputs that the code itself made, or that a user would write, so that
// mutation starts from what is nearly right. The same build writes the same bytes.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <capnp/message.h>
#include <capnp/rpc.capnp.h>
#include <capnp/serialize.h>

#include "cli/event_json.h"
#include "cli/generate/retail.h"
#include "daybook/log.h"
#include "log/format_file.h"
#include "log/generation.h"
#include "log/term.h"
#include "projections/state_row.h"
#include "projections/status_record.h"
#include "tests/fuzz/rpc_corpus.h"
#include "tests/log/block_fixture.h"

using namespace daybook;

namespace {

class Corpus {
 public:
  explicit Corpus(std::filesystem::path root) : root_(std::move(root)) {}

  /// Adds an input for `fuzzer`.
  void add(const std::string& fuzzer, std::string_view bytes) {
    const auto folder = root_ / fuzzer;
    std::filesystem::create_directories(folder);
    const std::string name = (numbers_[fuzzer] < 9 ? "0" : "") + std::to_string(++numbers_[fuzzer]);
    std::ofstream(folder / name, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path root_;
  std::map<std::string, int> numbers_;
};

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string bytes_of(const Block& block) {
  return {reinterpret_cast<const char*>(block.bytes().data()), block.bytes().size()};
}

void add_blocks(Corpus& corpus) {
  std::mt19937_64 random(1);
  test::BlockChain chain(LogId{});
  corpus.add("block", bytes_of(*chain.seal({{.events = {{.stream = "s", .type = "T"}}}})));
  for (int i = 0; i < 2; ++i) {
    const Commit commit{.events = {test::random_event(random)}, .key = Uuid{{1, 2, 3}}};
    const auto block = chain.seal({commit});
    corpus.add("block", bytes_of(*block));
    corpus.add("event", bytes_of(*block));  // any bytes become events there
    cli::EventJson writer;
    std::string line;
    writer.append(line, block->event(0));
    corpus.add("commit_json", line);
  }
}

/// Every entry of a small index, as `stored_values` takes it: the key's length, the key, the value.
void add_stored_values(Corpus& corpus) {
  TailGeneration generation(Sequence(40));
  const Uuid correlation{{7}};
  const Term terms[] = {make_term(TermKind::stream, "order-1"), make_term(TermKind::type, "OrderPlaced"),
                        make_term(TermKind::tag, "a"), make_term(TermKind::correlation, text_of(correlation))};
  const std::uint32_t terms_end[] = {4};
  for (std::uint64_t i = 1; i <= 300; ++i) {
    const Version version(i);
    generation.add(
        {.first = Sequence(40 + i), .versions = std::span(&version, 1), .terms = terms, .terms_end = terms_end});
  }
  generation.add_key(correlation, {Sequence(50), 200, {1, 2, 3}});
  const LogCounts before{.blocks = 3, .commits = 200, .streams = 1};
  generation.write_sorted(Link{{9}}, before, [&corpus](std::string_view key, std::string_view value) {
    corpus.add("stored_values", std::string(1, static_cast<char>(key.size())).append(key).append(value));
  });
  corpus.add("stored_values", std::string(1, '\0') + encode_format({.log_id = correlation}));
}

/// HEAD and a WAL file of a log that was written and left as a crash would leave it.
bool add_files(Corpus& corpus, const std::filesystem::path& scratch) {
  const std::filesystem::path directory = scratch / "log.daybook";
  std::mt19937_64 random(2);
  auto log = Log::open(directory, {.create_if_missing = true, .disk_free_bytes_min = 0, .seed = 1});
  if (!log) return false;
  for (int i = 0; i < 3; ++i) {
    if (!(*log)->append({.events = {{.stream = "s", .type = "T"}}})) return false;
  }
  corpus.add("head", read(directory / "HEAD"));
  for (const auto& entry : std::filesystem::directory_iterator(directory / "log")) {
    if (entry.path().extension() == ".log") corpus.add("wal", std::string(1, '\0') + read(entry.path()));
  }
  if (!(*log)->close()) return false;
  corpus.add("head", read(directory / "HEAD"));
  // The other form: type, length, payload. A write batch of one put into family 1.
  const std::string batch = std::string("\1\0\0\0\0\0\0\0\1\0\0\0\5\1\x08\0\0\0\0\0\0\0\1\2ab", 26);
  const auto fragment = [](int type, std::string_view payload) {
    return std::string{static_cast<char>(type), static_cast<char>(payload.size())}.append(payload);
  };
  corpus.add("wal", "\1" + fragment(1, batch) + fragment(1, batch));
  corpus.add("wal", "\x41" + fragment(2, batch.substr(0, 9)) + fragment(4, batch.substr(9)) +
                        "\xf3"
                        "oops" +
                        fragment(1, batch));
  return true;
}

void add_texts(Corpus& corpus) {
  for (const char* query :
       {R"([{"types":["Type1","Type2"],"tags":["tag:3"]},{"streamPrefix":"stream-1"}])",
        R"([{"streams":["stream-7","stream-8"],"correlation":"00000000-0000-0000-0000-000000000003"}])", "[]", "[{}]",
        R"([{"streamPrefix":"stream-","types":["Type0"],"tags":["tag:1","tag:2"]}])"}) {
    corpus.add("query", query);
  }
  for (const char* csv : {"\0", "0id,v\n1,\"a \"\"b\"\"\"\r\n2,\"x\ny\"\n", "1a;b\n;\n\"\";c",
                          "\xf0"
                          "a,b,c\n1,2,3\n"}) {
    corpus.add("csv", csv);
  }
  for (const char* line : {R"({"id": "a1", "v": {"w": [1, 2.5, {"x": null}], "y": "é\"\\"}, "z": [[], {}]})",
                           R"({"id":1,"v":-0.5e3,"t":true})", R"({"v":{"w":{"x":"A😀"}}})"}) {
    corpus.add("json_lines", line);
  }
  corpus.add("commit_json",
             R"({"stream":"a","expected":1,"failIfMatch":[{"tags":["t"]}],"after":3,)"
             R"("key":"01890a5d-ac96-774b-bcce-b302099a8057","events":[{"type":"T","data":{"n":1.50}}]})");
  corpus.add(
      "commit_json",
      R"({"stream":"a","type":"T","dataBase64":"AP8=","contentType":"x/y","occurredAt":"2011-12-09T12:50:00.5+01:00",)"
      R"("tags":["a"],"metadata":{"traceparent":"","headers":{"h":"1","h":"2"}}})");
  for (const char* line :
       {"--log\norders\nread\n--stream\na\n--type\nT\n--limit\n10\n--backward\n--json",
        "append\n--stream\na\n--type\nT\n--data\n{}\n--expect\n0", "import\nf.csv\n--mapping\nm.toml",
        "projection\nquery\nanalytics\n--log=orders", "read\n--since\n2011-12-01\n--tag=a\n--tag=b",
        "generate\nretail\n--orders\n5\n--seed\n1", "get\n7\n--help", "--version", "stats\n-x"}) {
    corpus.add("arguments", line);
  }
}

void add_mappings(Corpus& corpus) {
  corpus.add("mapping",
             "source = \"s\"\nformat = \"jsonl\"\n[[event]]\nstream = \"s-{id}\"\ntype = \"T\"\n"
             "occurredAt = { column = \"t\" }\ndata.v = { column = \"v.w\" }\n");
  corpus.add("mapping",
             "source = \"s\"\nformat = \"csv\"\n[csv]\ndelimiter = \";\"\n[[event]]\n"
             "when = { a = \"C1\" }\nskip = true\n[[event]]\ngroup = [\"a\"]\nstream = \"s-{a}\"\n"
             "type = \"T\"\ntags = [\"t:{b}\"]\nlines.n = { column = \"c\", as = \"integer\" }\n");
  corpus.add("mapping", read(std::filesystem::path(DAYBOOK_SOURCE_DIR) / "examples/retail/online-retail.toml"));
}

void add_projections(Corpus& corpus) {
  ProjectionStatus status{.name = "inventory", .fold_version = 1, .checkpoint = {.sequence = Sequence(7)}};
  corpus.add("projection_rows", encode_status(status));
  status.failure = {.sequence = Sequence(8), .stream = "order-1", .reason = "lines is missing"};
  corpus.add("projection_rows", encode_status(status));
  const auto counts = encode_counts<5>({1, -2, 3, 4, 5});
  corpus.add("projection_rows", {counts.data(), counts.size()});
  corpus.add("projection_rows", std::string("\6\0\2oa\2obm\2oa\2ox", 14));

  cli::RetailGenerator generator({.orders = 40, .seed = 3});
  std::map<std::string, int> seen;
  const std::map<std::string, char> types = {
      {"OrderPlaced", 0}, {"OrderCancelled", 1}, {"StockReceived", 2}, {"StockAdjusted", 3}, {"AccountAdjusted", 4}};
  while (const auto commit = generator.next()) {
    for (const Event& event : commit->events) {
      const auto type = types.find(event.type);
      if (type == types.end() || seen[event.type]++ > 0 || event.data.size() > 1500) continue;
      corpus.add("retail", type->second + event.data);
    }
  }
}

/// What a client says first, as `rpc_frame` takes it: the size of the pieces, then frames.
void add_frames(Corpus& corpus) {
  using capnp::rpc::Message;
  const auto frame = [](auto&& fill) {
    capnp::MallocMessageBuilder message;
    fill(message.initRoot<Message>());
    const auto words = capnp::messageToFlatArray(message);
    const auto bytes = words.asBytes();
    return std::string(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
  };
  const std::string bootstrap = frame([](Message::Builder message) { message.initBootstrap().setQuestionId(0); });
  const std::string call = frame([](Message::Builder message) {
    auto call = message.initCall();
    call.setQuestionId(1);
    call.initTarget().initPromisedAnswer().setQuestionId(0);
    auto table = call.initParams().initCapTable(2);
    table[0].setSenderPromise(1);
    table[1].setSenderHosted(2);
  });
  const std::string resolve = frame([](Message::Builder message) {
    message.initResolve().setPromiseId(1);
    message.getResolve().initCap().setSenderPromise(3);
  });
  const std::string finish = frame([](Message::Builder message) { message.initFinish().setQuestionId(1); });
  const std::string release = frame([](Message::Builder message) { message.initRelease().setReferenceCount(1); });
  corpus.add("rpc_frame", "\xff" + bootstrap + call + resolve + finish + release);
  corpus.add("rpc_frame", "\x02" + bootstrap + finish);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: make_fuzz_corpus CORPUS SCRATCH\n");
    return 2;
  }
  Corpus corpus(arguments[1]);
  add_blocks(corpus);
  add_stored_values(corpus);
  if (!add_files(corpus, arguments[2])) return 1;
  add_texts(corpus);
  add_mappings(corpus);
  add_projections(corpus);
  add_frames(corpus);
  fuzz::add_rpc_inputs([&corpus](const std::string& fuzzer, std::string_view bytes) { corpus.add(fuzzer, bytes); });
  return 0;
}
