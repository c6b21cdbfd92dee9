// Queries as JSON: refused, or a query that the library takes, that printed and read again is the same, and that
// postings and tail answer as a plain filter over every event does, in both directions.
#include <algorithm>
#include <memory>

#include "cli/json_text.h"
#include "cli/query_json.h"
#include "daybook/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/log/block_fixture.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

constexpr std::uint64_t kEvents = 1200;

std::unique_ptr<Log> make_log() {
  Options options;
  options.create_if_missing = true;
  options.in_memory = true;
  options.index_batch_events = 300;
  options.seed = 1;
  auto log = Log::open("in-memory", options);
  DAYBOOK_CHECK(log.has_value(), "a log in memory opens");
  std::mt19937_64 random(1);
  while ((*log)->head() < Sequence(kEvents)) {
    DAYBOOK_CHECK((*log)->append(test::random_commit(random)), "a commit is appended");
  }
  return std::move(*log);
}

std::vector<std::uint64_t> sequences_of(Log& log, const ReadOptions& options) {
  std::vector<std::uint64_t> sequences;
  auto cursor = log.read(options);
  DAYBOOK_CHECK(cursor.has_value(), "a checked query can be read");
  while (true) {
    const auto batch = cursor->next();
    DAYBOOK_CHECK(batch.has_value(), "reading goes on to the end");
    if (!*batch) return sequences;
    for (const EventView event : **batch) sequences.push_back(event.sequence().value());
  }
}

void append_texts(std::string& out, const char* name, const std::vector<std::string>& texts) {
  out += std::string(",\"") + name + "\":[";
  for (const std::string& text : texts) {
    if (out.back() != '[') out += ',';
    cli::append_json_string(out, text);
  }
  out += ']';
}

std::string printed(const Query& query) {
  std::string out = "[";
  for (const QueryItem& item : query.items) {
    if (out.size() > 1) out += ',';
    out += "{\"streamPrefix\":";
    cli::append_json_string(out, item.stream_prefix);
    append_texts(out, "streams", item.streams);
    append_texts(out, "types", item.types);
    append_texts(out, "tags", item.tags);
    out += ",\"correlation\":\"" + (item.correlation_id ? item.correlation_id->text() : "") + "\"}";
  }
  return out + "]";
}

bool same(const Query& a, const Query& b) {
  return std::ranges::equal(a.items, b.items, [](const QueryItem& x, const QueryItem& y) {
    return x.streams == y.streams && x.stream_prefix == y.stream_prefix && x.types == y.types && x.tags == y.tags &&
           x.correlation_id == y.correlation_id;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  static const std::unique_ptr<Log> log = make_log();
  static const std::vector<PinnedEvent> events = [] {
    std::vector<PinnedEvent> all;
    for (std::uint64_t at = 1; at <= log->head().value(); ++at) all.push_back(log->get(Sequence(at)).value());
    return all;
  }();

  const auto query = cli::parse_query(text_of(data, bytes));
  if (!query) {
    DAYBOOK_CHECK(query.error().message.find('\n') == std::string::npos, "an error is one line");
    return 0;
  }
  DAYBOOK_CHECK(query->check(), "a query that was read is one that the library takes");
  const auto again = cli::parse_query(printed(*query));
  DAYBOOK_CHECK(again && same(*again, *query), "a query that is printed reads the same");

  std::vector<std::uint64_t> expected;
  for (const PinnedEvent& event : events) {
    if (query->matches(event.view())) expected.push_back(event.view().sequence().value());
  }
  ReadOptions options{.query = *query};
  DAYBOOK_CHECK(sequences_of(*log, options) == expected, "forward, the index finds what a filter finds");
  std::ranges::reverse(expected);
  options.direction = Direction::backward;
  DAYBOOK_CHECK(sequences_of(*log, options) == expected, "backward, the index finds what a filter finds");
  return 0;
}
