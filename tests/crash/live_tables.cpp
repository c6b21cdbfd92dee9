// Read-only RocksDB without daybook's options: its books need none of them, and no table is read.
#include "tests/crash/live_tables.h"

#include <algorithm>
#include <memory>

#include <doctest/doctest.h>
#include <rocksdb/db.h>

#include "tests/crash/child.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

void tell_tables(const Pipe& pipe, const std::string& directory, const std::string& family) {
  std::vector<std::string> families;
  auto status = rocksdb::DB::ListColumnFamilies({}, directory, &families);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : families) descriptors.push_back({name, {}});
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  if (status.ok()) status = rocksdb::DB::OpenForReadOnly({}, directory, descriptors, &handles, &opened);
  if (!status.ok()) return end_on_trouble(status.ToString());
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::vector<rocksdb::LiveFileMetaData> files;
  db->GetLiveFilesMetaData(&files);
  for (const auto& file : files) {
    if (file.column_family_name == family) pipe.say("log" + file.name + "\n");
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
}

}  // namespace

std::vector<std::string> live_tables(const Contents& contents, const std::string& family) {
  const QuickDirectory copy;
  const auto path = copy.path() / "log";
  put_contents(path, contents);
  const ChildEnd ended = in_child([&](const Pipe& pipe) { tell_tables(pipe, (path / "log").string(), family); });
  CAPTURE(ended.trouble());
  REQUIRE(ended.exit_code == 0);
  std::vector<std::string> names;
  for (std::size_t at = 0; at < ended.said.size();) {
    const std::size_t end = ended.said.find('\n', at);
    names.push_back(ended.said.substr(at, end - at));
    at = end + 1;
  }
  std::ranges::sort(names);
  REQUIRE_FALSE(names.empty());
  return names;
}

}  // namespace daybook::test
