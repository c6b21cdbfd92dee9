// The stored bytes of an event and what they are: compared with the worked example of docs/format.md, which was not
// made by this code, and held together over blocks of any shape.
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <random>
#include <regex>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/hexdump.h"
#include "daybook/block.h"
#include "schema/block_builder.h"
#include "schema/block_layout.h"
#include "schema/event_codec.h"
#include "schema/hash.h"
#include "tests/support/test_seed.h"

using namespace daybook;

namespace {

/// A row as the page and we print it.
struct Row {
  std::string offset;
  std::string bytes;
  std::string field;
};

/// The rows of the page's block.
std::vector<Row> rows_of_page() {
  std::ifstream page(std::string(DAYBOOK_SOURCE_DIR) + "/docs/format.md");
  std::vector<Row> rows;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = line == "```bytes events: block, value";
    } else if (inside) {
      const std::size_t split = line.find(" ;");
      std::string bytes = line.substr(5, split == std::string::npos ? split : split - 5);
      bytes.erase(bytes.find_last_not_of(' ') + 1);
      rows.push_back({line.substr(0, 4), bytes, split == std::string::npos ? "" : line.substr(split + 3)});
    }
  }
  return rows;
}

std::string bytes_of(const std::vector<Row>& rows) {
  std::string bytes;
  for (const Row& row : rows) {
    std::istringstream words(row.bytes);
    for (std::string word; words >> word;) bytes.push_back(static_cast<char>(std::stoi(word, nullptr, 16)));
  }
  return bytes;
}

std::shared_ptr<const Block> block_of(const std::string& value) {
  Link link;
  std::memcpy(link.bytes.data(), value.data() + value.size() - link.bytes.size(), link.bytes.size());
  const auto block = Block::parse(std::as_bytes(std::span(value.data(), value.size() - link.bytes.size())), link);
  REQUIRE(block.has_value());
  return *block;
}

std::string printed(const Block& block, std::uint32_t index) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  {
    cli::Output output(::fileno(file));
    cli::print_hexdump(output, block, layout_of(block, index).stretches);
  }
  std::string text(static_cast<std::size_t>(::lseek(::fileno(file), 0, SEEK_END)), '\0');
  CHECK(::pread(::fileno(file), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  std::fclose(file);
  return text;
}

/// `Block.recordedAt`, `hasKey`, `"order-1"`, `{"n":1}`, `tags[0]`: what must stand beside the bytes too.
std::vector<std::string> words_of(const std::string& field) {
  static const std::regex pattern(
      R"((Block|Commit|Event)\.[a-zA-Z]+|has[A-Z][a-zA-Z]+|"[^"]*"|\{.*\}|(tags|events)\[0\])");
  std::vector<std::string> words;
  for (std::sregex_iterator at(field.begin(), field.end(), pattern), end; at != end; ++at) words.push_back(at->str());
  return words;
}

Event random_event(std::mt19937_64& random) {
  const auto text = [&](std::size_t max) {
    return std::string(1 + random() % max, static_cast<char>('a' + random() % 26));
  };
  Event event{.stream = text(20), .type = text(12), .data = std::string(random() % 60, '\x07')};
  for (std::uint64_t tag = random() % 4; tag > 0; --tag) event.tags.push_back(text(10));
  for (std::uint64_t header = random() % 3; header > 0; --header) {
    event.headers.push_back({.name = text(9), .value = random() % 2 == 0 ? "" : text(9)});
  }
  if (random() % 2 == 0) event.content_type = text(15);
  if (random() % 2 == 0) event.traceparent = random() % 2 == 0 ? "" : text(30);
  if (random() % 2 == 0) event.correlation_id = Uuid{};
  event.id = Uuid{};
  return event;
}

std::shared_ptr<const Block> random_block(std::mt19937_64& random) {
  std::vector<EncodedCommit> encoded;
  std::vector<std::vector<Version>> versions;
  const std::uint64_t commits = 1 + random() % 4;
  for (std::uint64_t commit = 0; commit < commits; ++commit) {
    std::vector<Event> events;
    for (std::uint64_t event = 1 + random() % 4; event > 0; --event) events.push_back(random_event(random));
    encoded.emplace_back(events, std::span<const EventId>());
    versions.emplace_back(events.size(), Version(random() % 100 + 1));
  }
  std::vector<NumberedCommit> parts;
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    parts.push_back({.events = &encoded[at], .fingerprint = {}, .versions = versions[at]});
  }
  return seal_block(Sequence(5), Timestamp{}, Link{}, parts);
}

}  // namespace

TEST_CASE("hexdump: the worked example of docs/format.md has the same rows, bytes and names") {
  const std::vector<Row> page = rows_of_page();
  REQUIRE(page.size() > 30);
  const std::string text = printed(*block_of(bytes_of(page)), 0);
  std::istringstream lines(text);
  for (const Row& row : page) {
    std::string line;
    REQUIRE(std::getline(lines, line));
    CAPTURE(line);
    CAPTURE(row.field);
    CHECK(line.starts_with(row.offset + "  " + row.bytes));
    for (const std::string& word : words_of(row.field)) CHECK(line.find(word) != std::string::npos);
  }
  std::string more;
  CHECK_FALSE(std::getline(lines, more));
}

TEST_CASE("hexdump: every byte of a block of any shape is told, the event's own one by one") {
  std::mt19937_64 random(test::test_seed());
  for (int round = 0; round < 300; ++round) {
    const auto block = random_block(random);
    for (std::uint32_t index = 0; index < block->event_count(); ++index) {
      const BlockLayout layout = layout_of(*block, index);
      std::size_t at = 0;
      for (const Stretch& stretch : layout.stretches) {
        CHECK(stretch.offset == at);
        CHECK(stretch.bytes > 0);
        at += stretch.bytes;
        CHECK(stretch.name != "bytes that no pointer leads to");
        const bool within =
            stretch.offset >= layout.event_offset && stretch.offset < layout.event_offset + layout.event_bytes;
        CHECK(within == (within && stretch.kind != Stretch::Kind::other));
      }
      CHECK(at == block->bytes().size() + 16);
      CHECK(block->bytes().data() + layout.event_offset ==
            reinterpret_cast<const std::byte*>(block->event_words(index)));
      const std::string text = printed(*block, index);
      CHECK(text.find("Event.stream \"" + std::string(block->event(index).stream().substr(0, 7))) != std::string::npos);
    }
  }
}

TEST_CASE("hexdump: a block whose pointers lead anywhere is taken apart without leaving it") {
  std::mt19937_64 random(test::test_seed());
  int taken_apart = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto whole = random_block(random);
    std::string bytes(reinterpret_cast<const char*>(whole->bytes().data()), whole->bytes().size());
    for (std::uint64_t flip = 1 + random() % 3; flip > 0; --flip) {
      bytes[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
    }
    // Whoever can write DIR can forge a link.
    const auto block = Block::parse(std::as_bytes(std::span(bytes)), Link{hash128(std::string_view(bytes))});
    if (!block) continue;
    ++taken_apart;
    const std::uint32_t index = static_cast<std::uint32_t>(random() % (*block)->event_count());
    std::size_t at = 0;
    for (const Stretch& stretch : layout_of(**block, index).stretches) {
      REQUIRE(stretch.offset == at);
      at += stretch.bytes;
    }
    REQUIRE(at == bytes.size() + 16);
    if (round % 20 == 0) static_cast<void>(printed(**block, index));
  }
  CHECK(taken_apart > 1000);
}
