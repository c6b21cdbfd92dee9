// docs/format.md shows the bytes of a tiny log. Here that log is made by the code, and every byte on the page is
// compared with it. A failure prints the bytes as they are now; whether the page or the code is wrong is for a person
// to say, since bytes are for ever.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include "log/format_file.h"
#include "log/head_file.h"
#include "log/store.h"
#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// 2026-01-31T12:00:00Z, for ever.
class StoppedClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp(std::chrono::seconds(1'769'860'800)); }
  std::chrono::steady_clock::time_point steady_now() const override { return std::chrono::steady_clock::now(); }
};

using Pieces = std::map<std::string, std::string>;  ///< The bytes by the names that the page gives them.

/// The bytes of `bytes` blocks on the page: `OFFSET  HEX HEX ... ; what it is`. Offsets must count up.
Pieces pieces_of_page() {
  std::ifstream page(std::string(DAYBOOK_SOURCE_DIR) + "/docs/format.md");
  REQUIRE(page.is_open());
  Pieces pieces;
  std::string name;
  std::string line;
  while (std::getline(page, line)) {
    if (line.starts_with("```")) {
      name = line.starts_with("```bytes ") ? line.substr(9) : "";
      if (!name.empty()) pieces[name] = "";
      continue;
    }
    if (name.empty()) continue;
    std::istringstream words(line.substr(0, line.find(';')));
    std::string& bytes = pieces[name];
    std::string offset;
    words >> offset;
    CHECK_MESSAGE(std::stoul(offset, nullptr, 16) == bytes.size(), name << ": " << line);
    for (std::string word; words >> word;) {
      REQUIRE_MESSAGE(word.size() == 2, name << ": " << line);
      bytes.push_back(static_cast<char>(std::stoi(word, nullptr, 16)));
    }
  }
  return pieces;
}

/// Eight bytes a line, as the page has them.
std::string dump(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    for (int shift = 12; shift >= 0; shift -= 4) text.push_back(kDigits[(at >> shift) & 15]);
    std::string letters;
    for (const char c : bytes.substr(at, 8)) {
      const auto byte = static_cast<unsigned char>(c);
      text.append({' ', kDigits[byte >> 4], kDigits[byte & 15]});
      letters.push_back(std::isprint(byte) != 0 ? c : '.');
    }
    text.append(" ; ").append(letters).append("\n");
  }
  return text;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// The tiny log of the page, as its bytes on disk.
Pieces pieces_of_log() {
  const StoppedClock clock;
  Options options;
  LogFixture log(false, [&](Options& given) {
    given.clock = &clock;
    given.seed = 1;
    given.compression = Compression::none;
    options = given;
  });
  Commit commit{.events = {{.stream = "order-1",
                            .type = "Placed",
                            .data = "{\"n\":1}",
                            .tags = {"a"},
                            .correlation_id = Uuid::parse("00000000-0000-4000-8000-000000000001")}},
                .key = Uuid::parse("00000000-0000-4000-8000-0000000000ff")};
  REQUIRE(log->append(std::move(commit)));
  REQUIRE(log->flush_index());
  log.close();

  Pieces pieces;
  pieces["FORMAT"] = read_file(log.path() / "FORMAT");
  // The number of a WAL file is RocksDB's affair: the page shows one that does not change.
  FileLayer files(*rocksdb::Env::Default());
  const std::string head_directory = log.path().parent_path().string();
  REQUIRE(HeadFile::create(files, head_directory, {.wal_number = 8}));
  pieces["HEAD"] = read_file(log.path() / "HEAD").substr(0, 24) + read_file(head_directory + "/HEAD").substr(24);

  const auto store = Store::open(*rocksdb::Env::Default(), log.path(), StoreMode::inspect, options);
  REQUIRE(store);
  StoreIterator at = (*store)->iterate(Family::events);
  for (at.seek(""); at.valid(); at.next()) {
    const std::string name = at.key().back() == 0 ? "format" : "block";
    pieces["events: " + name + ", key"] = at.key();
    pieces["events: " + name + ", value"] = at.value();
  }
  StoreIterator posting = (*store)->iterate(Family::postings);
  for (posting.seek(""); posting.valid(); posting.next()) {
    const std::string name(1, posting.key().front());
    pieces["postings: " + name + ", key"] = posting.key();
    pieces["postings: " + name + ", value"] = posting.value();
  }
  return pieces;
}

/// What stands between backticks and looks like a file of the tree: `log/tail.*`, `tests/log/block_test.cpp`.
std::vector<std::string> files_named_in(const std::filesystem::path& page) {
  std::vector<std::string> names;
  const std::string text = read_file(page);
  for (std::size_t begin = text.find('`'); begin != std::string::npos;) {
    const std::size_t end = text.find('`', begin + 1);
    if (end == std::string::npos) break;
    const std::string name = text.substr(begin + 1, end - begin - 1);
    const bool of_tree = name.starts_with("log/") || name.starts_with("schema/") || name.starts_with("projections/") ||
                         name.starts_with("tests/");
    if (of_tree && name.find_first_of(" \n<>") == std::string::npos && name.find('.') != std::string::npos) {
      names.push_back(name);
    }
    begin = text.find('`', end + 1);
  }
  return names;
}

bool is_there(std::string name) {
  const std::filesystem::path root(DAYBOOK_SOURCE_DIR);
  if (!name.ends_with('*')) return std::filesystem::exists(root / name);
  name.pop_back();
  const auto directory = (root / name).parent_path();
  const std::string begin = (root / name).filename().string();
  return std::ranges::any_of(std::filesystem::directory_iterator(directory),
                             [&](const auto& entry) { return entry.path().filename().string().starts_with(begin); });
}

}  // namespace

TEST_CASE("pages: every file that architecture, invariants and limits name is there") {
  for (const char* page : {"architecture.md", "invariants.md", "limits.md"}) {
    const auto names = files_named_in(std::filesystem::path(DAYBOOK_SOURCE_DIR) / "docs" / page);
    for (const std::string& name : names) CHECK_MESSAGE(is_there(name), std::string(page) << " names " << name);
    if (std::string_view(page) != "limits.md") CHECK(names.size() > 20);
  }
}

TEST_CASE("format page: every byte that it shows is what the code writes") {
  const Pieces shown = pieces_of_page();
  const Pieces written = pieces_of_log();
  CHECK(written.size() == 20);
  for (const auto& [name, bytes] : written) {
    const auto at = shown.find(name);
    if (at == shown.end()) {
      FAIL_CHECK("the page does not show\n```bytes " << name << "\n" << dump(bytes) << "```");
    } else if (at->second != bytes) {
      FAIL_CHECK("the page shows something else than\n```bytes " << name << "\n" << dump(bytes) << "```");
    }
  }
  for (const auto& [name, bytes] : shown) CHECK_MESSAGE(written.contains(name), name);
}
