// FORMAT is small enough to damage in every way there is.
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include "log/format_file.h"
#include "schema/hash.h"

namespace daybook {
namespace {

const Format kSample{.version = kFormatVersion, .log_id = *LogId::parse("0190d7f4-6a5b-7c3d-8e2f-0123456789ab")};

/// An empty directory in memory.
struct Directory {
  std::unique_ptr<rocksdb::Env> env{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  FileLayer files{*env};
  std::string path = "/up/log";

  Directory() {
    REQUIRE(files.create_directory("/up"));
    REQUIRE(files.create_directory(path));
  }
  void put(std::string_view text) { REQUIRE(files.write_file_atomically(path + "/FORMAT", text)); }
  [[nodiscard]] Code refusal() {
    const auto format = read_format(files, path);
    REQUIRE_FALSE(format);
    CHECK(format.error().message.find(path + "/FORMAT") != std::string::npos);
    return format.error().code;
  }
};

std::string with_check(const std::string& text) {
  return text + "check " + Link{hash128(text)}.text() + "\n";
}

}  // namespace

TEST_CASE("format: what was written is read") {
  Directory directory;
  REQUIRE(write_format(directory.files, directory.path, kSample));
  const auto format = read_format(directory.files, directory.path);
  REQUIRE(format);
  CHECK(*format == kSample);
  CHECK(*decode_format(encode_format(kSample), "the copy") == kSample);
}

TEST_CASE("format: it is three lines of text") {
  CHECK(encode_format(kSample).starts_with("daybook format 1\nlog 0190d7f4-6a5b-7c3d-8e2f-0123456789ab\ncheck "));
  CHECK(encode_format(kSample).ends_with("\n"));
}

TEST_CASE("format: no file is no format, and no error") {
  Directory directory;
  const auto format = read_format(directory.files, directory.path);
  REQUIRE(format);
  CHECK_FALSE(format->has_value());
  CHECK_FALSE(read_format(directory.files, directory.path + "/none")->has_value());
}

TEST_CASE("format: every flipped bit is corruption") {
  Directory directory;
  const std::string good = encode_format(kSample);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    directory.put(bad);
    REQUIRE(directory.refusal() == Code::corruption);
  }
}

TEST_CASE("format: every other length is corruption") {
  Directory directory;
  const std::string good = encode_format(kSample);
  for (std::size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    directory.put(std::string_view(good).substr(0, length));
    REQUIRE(directory.refusal() == Code::corruption);
  }
  directory.put(good + "\n");
  CHECK(directory.refusal() == Code::corruption);
  directory.put(good + good);
  CHECK(directory.refusal() == Code::corruption);
  directory.put(std::string(100'000, 'x'));
  CHECK(directory.refusal() == Code::corruption);
}

TEST_CASE("format: an intact newer version is unsupported and named") {
  Directory directory;
  directory.put(with_check("daybook format 2\nwhat a later build says\n"));
  CHECK(directory.refusal() == Code::unsupported);
  const std::string message = read_format(directory.files, directory.path).error().message;
  CHECK(message.find("format 2") != std::string::npos);
  CHECK(message.find("up to 1") != std::string::npos);
}

TEST_CASE("format: an intact text that no daybook wrote is corruption") {
  Directory directory;
  const std::string id = "log 0190d7f4-6a5b-7c3d-8e2f-0123456789ab\n";
  for (const std::string& text :
       {std::string(), "daybook format 0\n" + id, "daybook format \n" + id, "daybook format 1x\n" + id,
        "daybook format -1\n" + id, std::string("daybook format 1\n"), std::string("daybook format 1\nlog 0190\n"),
        "daybook format 1\n" + id + id, "daybook format 99999999999\n" + id}) {
    CAPTURE(text);
    directory.put(with_check(text));
    CHECK(directory.refusal() == Code::corruption);
  }
}

}  // namespace daybook
