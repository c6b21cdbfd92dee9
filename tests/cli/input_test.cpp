// Reading lines and files within bounds.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "cli/input.h"
#include "tests/support/cli_run.h"

using daybook::Code;
using daybook::Result;
using daybook::cli::LineReader;
using daybook::cli::read_all;
using daybook::cli::read_file;

namespace {

/// A pipe whose writer sends `text` in pieces of `piece` bytes and closes.
class Sender {
 public:
  Sender(std::string text, std::size_t piece) {
    REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
    writer_ = std::thread([this, text = std::move(text), piece] {
      for (std::size_t at = 0; at < text.size(); at += piece) {
        const std::string_view part = std::string_view(text).substr(at, piece);
        if (::write(ends_[1], part.data(), part.size()) < 0) break;
      }
      ::close(ends_[1]);
    });
  }
  ~Sender() {
    writer_.join();
    ::close(ends_[0]);
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  [[nodiscard]] int descriptor() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
  std::thread writer_;
};

std::vector<std::string> lines_through(const std::string& text, std::size_t piece) {
  const Sender sender(text, piece);
  LineReader reader(sender.descriptor(), 1000);
  std::vector<std::string> lines;
  while (true) {
    const Result<std::optional<std::string_view>> line = reader.next();
    REQUIRE(line.has_value());
    if (!*line) break;
    lines.emplace_back(**line);
    CHECK(reader.line_number() == lines.size());
  }
  CHECK_FALSE(reader.next().value().has_value());
  return lines;
}

}  // namespace

TEST_CASE("lines: they come out as they went in, however the pipe cuts them") {
  const std::vector<std::string> expected{"one", "", "three", "last without an end"};
  for (const std::size_t piece : {1, 2, 3, 5, 7, 100}) {
    CHECK(lines_through("one\n\nthree\nlast without an end", piece) == expected);
  }
  CHECK(lines_through("a\n", 1) == std::vector<std::string>{"a"});
  CHECK(lines_through("", 1).empty());
  CHECK(lines_through("\n", 1) == std::vector<std::string>{""});
}

TEST_CASE("lines: one beyond the bound is refused with its number") {
  const Sender sender("short\n" + std::string(1001, 'x') + "\n", 4096);
  LineReader reader(sender.descriptor(), 1000);
  CHECK(reader.next().value() == "short");
  const auto line = reader.next();
  REQUIRE_FALSE(line.has_value());
  CHECK(line.error().code == Code::too_large);
  CHECK(reader.line_number() == 2);
}

TEST_CASE("lines: one exactly at the bound is taken") {
  const std::string longest(1000, 'x');
  CHECK(lines_through(longest + "\n" + longest, 333) == std::vector<std::string>{longest, longest});
}

TEST_CASE("read_all: the bound holds to the byte") {
  const Sender fits(std::string(1000, 'x'), 77);
  CHECK(read_all(fits.descriptor(), 1000).value().size() == 1000);
  const Sender more(std::string(1001, 'x'), 77);
  CHECK(read_all(more.descriptor(), 1000).error().code == Code::too_large);
}

TEST_CASE("read_file: what cannot be read is named") {
  const daybook::test::ScratchDirectory scratch;
  const std::string path = scratch / "data.json";
  std::ofstream(path) << "{}";
  CHECK(read_file(path, 10) == "{}");
  const Result<std::string> missing = read_file(scratch / "none", 10);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == Code::io);
  CHECK(missing.error().message.find("none") != std::string::npos);
  CHECK_FALSE(read_file(scratch.path(), 10).has_value());
}
