// Tables, lists of facts and the buffered output, as they leave through a descriptor.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include "cli/fact_list.h"
#include "cli/output.h"
#include "cli/table.h"

using daybook::cli::Align;
using daybook::cli::FactList;
using daybook::cli::Output;
using daybook::cli::Table;

namespace {

/// A file in memory that remembers what an Output wrote.
class Sink {
 public:
  Sink() : descriptor_(::memfd_create("sink", MFD_CLOEXEC)) { REQUIRE(descriptor_ >= 0); }
  ~Sink() { ::close(descriptor_); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::string text() const {
    std::string out(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
    REQUIRE(::pread(descriptor_, out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()));
    return out;
  }

 private:
  int descriptor_;
};

}  // namespace

TEST_CASE("table: columns align by what a terminal shows, and lines end without blanks") {
  Sink sink;
  Output output(sink.descriptor());
  Table table({{"sku"}, {"on hand", Align::right}, {"note"}});
  table.add_row({"日本", "5", ""});
  table.add_row({"85123A", "-39342", "low"});
  table.print(output);
  output.flush();
  CHECK(sink.text() ==
        "sku     on hand  note\n"
        "日本          5\n"
        "85123A   -39342  low\n");
}

TEST_CASE("table: escape sequences in cells are shown, not sent") {
  Sink sink;
  Output output(sink.descriptor());
  Table table({{"name"}});
  table.add_row({"\x1b[2Jx\ny"});
  table.print(output);
  output.flush();
  CHECK(sink.text() == "name\n\\u001b[2Jx\\ny\n");
}

TEST_CASE("table: further pages keep the widths and repeat no header") {
  Sink sink;
  Output output(sink.descriptor());
  Table table({{"a"}, {"b"}});
  table.add_row({"long-name", "1"});
  table.print(output);
  table.add_row({"x", "2"});
  table.print(output);
  table.print(output);
  output.flush();
  CHECK(sink.text() == "a          b\nlong-name  1\nx          2\n");
}

TEST_CASE("table: without rows nothing is printed, and lists have no header when piped") {
  Sink sink;
  Output output(sink.descriptor());
  Table empty({{"a"}});
  empty.print(output);
  Table list({{"a"}});
  list.header_on_terminal_only();
  list.add_row({"x"});
  list.print(output);
  output.flush();
  CHECK(sink.text() == "x\n");
}

TEST_CASE("facts: names align and values are made visible") {
  Sink sink;
  Output output(sink.descriptor());
  FactList facts;
  facts.add("head", "7");
  facts.add("log id", "a\x1b");
  facts.print(output);
  output.flush();
  CHECK(sink.text() == "head    7\nlog id  a\\u001b\n");
}

TEST_CASE("output: what is written arrives whole, however much it is") {
  Sink sink;
  std::string expected;
  {
    Output output(sink.descriptor());
    for (int line = 0; line < 50'000; ++line) {
      const std::string text = "line " + std::to_string(line) + "\n";
      expected += text;
      output.write(text);
    }
    CHECK(output.finish(1) == 1);
  }
  CHECK(sink.text() == expected);
}

TEST_CASE("output: a closed pipe is a quiet end with exit code 0") {
  const auto previous = std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  ::close(ends[0]);
  Output output(ends[1]);
  output.write("x\n");
  output.flush();
  CHECK_FALSE(output.ok());
  CHECK(output.finish(3) == 0);
  ::close(ends[1]);
  std::signal(SIGPIPE, previous);
}

TEST_CASE("output: a full disk is exit code 3") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  Output output(full);
  output.write("x\n");
  CHECK(output.finish(0) == 3);
  ::close(full);
}
