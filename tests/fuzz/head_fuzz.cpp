// DIR/HEAD: its bytes are refused, or say what can be written again and read the same.
#include <memory>

#include <rocksdb/env.h>

#include "log/head_file.h"
#include "tests/fuzz/fuzz.h"

using namespace daybook;
using namespace daybook::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  static const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  static FileLayer files(*env);
  static const bool made = files.create_directory("/h").has_value();
  DAYBOOK_CHECK(made, "there is a directory in memory");
  DAYBOOK_CHECK(files.write_file_atomically("/h/HEAD", text_of(data, bytes)), "memory takes what is written");

  const auto head = read_head(files, "/h");
  if (!head) {
    DAYBOOK_CHECK(head.error().code == Code::corruption, "a malformed HEAD is corruption");
    DAYBOOK_CHECK(!HeadFile::open(files, "/h"), "what a reader refuses, a writer refuses");
    return 0;
  }
  DAYBOOK_CHECK(head->has_value() && (*head)->durable <= (*head)->written, "written is never below durable");
  DAYBOOK_CHECK(HeadFile::create(files, "/h", **head), "what HEAD says can be written");
  const auto again = read_head(files, "/h");
  DAYBOOK_CHECK(again && *again == *head, "what was written says the same");
  return 0;
}
