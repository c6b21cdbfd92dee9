// Inputs: plain, gzip and zstd, recognised by their first bytes; damaged and cut off ones.
#include <sys/stat.h>

#include <fstream>
#include <random>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/cli/import_rows.h"
#include "tests/support/cli_run.h"

using daybook::Code;
using daybook::test::csv_mapping;
using daybook::test::import_file;
using daybook::test::import_text;
using daybook::test::Imported;

namespace {

const std::string kMapping = csv_mapping("group = [\"id\"]\ndata.v = \"{v}\"");

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

/// Rows whose values compress badly, so that a cut falls into the middle of them.
std::string many_rows(int count) {
  std::mt19937 random(7);
  std::string input = "id,v\n";
  for (int i = 0; i < count; ++i) input += std::to_string(i / 2) + "," + std::to_string(random()) + "\n";
  return input;
}

void check_same(const Imported& a, const Imported& b) {
  REQUIRE(!a.error);
  REQUIRE(!b.error);
  REQUIRE(a.events.size() == b.events.size());
  for (std::size_t i = 0; i < a.events.size(); ++i) REQUIRE(a.events[i].commit.key == b.events[i].commit.key);
}

}  // namespace

TEST_CASE("input: plain, gzip and zstd give the same events with the same keys, whatever the name") {
  const std::string text = many_rows(50'000);
  const Imported plain = import_text(kMapping, text);
  CHECK(plain.events.size() == 25'000);
  check_same(plain, import_text(kMapping, gzip(text)));
  check_same(plain, import_text(kMapping, zstd(text)));
}

TEST_CASE("input: several gzip members or zstd frames are one input, zeros behind gzip are padding") {
  const std::string text = many_rows(1000);
  const Imported plain = import_text(kMapping, text);
  const std::size_t half = text.size() / 2;
  check_same(plain, import_text(kMapping, gzip(text.substr(0, half)) + gzip("") + gzip(text.substr(half))));
  check_same(plain, import_text(kMapping, zstd(text.substr(0, half)) + zstd("") + zstd(text.substr(half))));
  check_same(plain, import_text(kMapping, std::string("\x50\x2a\x4d\x18\x02\0\0\0xy", 10) + zstd(text)));
  check_same(plain, import_text(kMapping, gzip(text) + std::string(512, '\0')));
  CHECK(import_text(kMapping, gzip(text) + "garbage").error->code == Code::corruption);
  CHECK(import_text(kMapping, zstd(text) + "garbage").error->code == Code::corruption);
}

TEST_CASE("input: cut off anywhere, what came before stays, the open run is given up, and the error is clear") {
  const std::string text = many_rows(20'000);
  const Imported whole = import_text(kMapping, text);
  for (const bool is_gzip : {true, false}) {
    const std::string packed = is_gzip ? gzip(text) : zstd(text);
    for (std::size_t cut = 2; cut < packed.size(); cut += packed.size() / 23) {
      CAPTURE(cut);
      const Imported imported = import_text(kMapping, packed.substr(0, std::max<std::size_t>(cut, 4)));
      REQUIRE(imported.error);
      CHECK(imported.error->code == Code::corruption);
      CHECK(imported.error->message.find("is cut off after ") != std::string::npos);
      CHECK(imported.bad.empty());
      REQUIRE(imported.events.size() < whole.events.size());
      for (std::size_t i = 0; i < imported.events.size(); ++i) {
        REQUIRE(imported.events[i].commit.key == whole.events[i].commit.key);
      }
    }
  }
}

TEST_CASE("input: a flipped bit in compressed data is an error or harmless, and events before it are the right ones") {
  const auto seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::mt19937 random(seed);
  const std::string text = many_rows(2000);
  const Imported whole = import_text(kMapping, text);
  for (int i = 0; i < 100; ++i) {
    std::string packed = gzip(text);
    const std::size_t at = std::uniform_int_distribution<std::size_t>(20, packed.size() - 1)(random);
    packed[at] = static_cast<char>(packed[at] ^ (1 << (random() % 8)));
    const Imported imported = import_text(kMapping, packed, daybook::cli::BadRows::skip);
    CAPTURE(at);
    CHECK(imported.error);
  }
}

TEST_CASE("input: what cannot be opened or read is an error of the environment") {
  CHECK(import_file(kMapping, "no/such/file").error->code == Code::io);
  CHECK(import_file(kMapping, "/").error->message.find("is a directory") != std::string::npos);
  CHECK(import_file(kMapping, "no/such/file").error->message.starts_with("no/such/file: cannot be opened: "));
}

TEST_CASE("input: a pipe that delivers byte by byte gives the same rows") {
  const daybook::test::ScratchDirectory scratch;
  const std::string text = many_rows(300);
  for (const std::string& bytes : {text, gzip(text), zstd(text)}) {
    const std::string path = scratch / ("pipe" + std::to_string(bytes.size()));
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    std::thread writer([&path, &bytes] {
      std::ofstream out(path, std::ios::binary);
      for (const char byte : bytes) out.put(byte).flush();
    });
    const Imported piped = import_file(kMapping, path);
    writer.join();
    check_same(import_text(kMapping, text), piped);
  }
}
