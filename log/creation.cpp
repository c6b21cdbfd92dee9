// FORMAT is written last and synced: a directory without it holds no event that anybody was told of. One that holds
// blocks all the same has lost its FORMAT, which is damage and not a reason to begin anew.
#include "log/creation.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "log/id_generator.h"

namespace daybook {
namespace {

/// What daybook itself puts into DIR.
constexpr std::array<std::string_view, 8> kOwnNames = {"FORMAT", "FORMAT.tmp", "HEAD",        "HEAD.tmp",
                                                       "LOCK",   "log",        "projections", "lost"};

/// Whether log/ holds table files; RocksDB makes none before CURRENT.
Result<bool> has_tables(Core& core) {
  const std::string log = core.directory.string() + "/log";
  const auto there = core.files.exists(log);
  if (!there || !*there) return there;
  const auto names = core.files.list(log);
  if (!names) return std::unexpected(names.error());
  return std::ranges::any_of(*names, [](const std::string& name) { return name.ends_with(".sst"); });
}

Result<bool> has_blocks(Core& core) {
  const auto exists = Store::exists(core.files.env(), core.directory);
  if (!exists) return exists;
  if (!*exists) return has_tables(core);
  const auto store = Store::open(core.files.env(), core.directory, StoreMode::inspect, core.options);
  if (!store) return std::unexpected(store.error());
  const auto last = (*store)->last_block();
  if (!last) return std::unexpected(last.error());
  return *last != nullptr;
}

/// Blocks without FORMAT are damage, for everyone.
Result<void> check_unfinished(Core& core) {
  const auto blocks = has_blocks(core);
  if (!blocks) return std::unexpected(blocks.error());
  if (!*blocks) return {};
  return fail(Code::corruption,
              "corruption: " + core.directory.string() +
                  "/FORMAT is missing, but log/ holds events; see `daybook repair`, which writes it again");
}

Result<void> check_nobody_elses(Core& core) {
  const auto names = core.files.list(core.directory.string());
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    if (std::ranges::find(kOwnNames, name) != kOwnNames.end()) continue;
    return fail(Code::invalid, core.directory.string() + " is not empty and holds no log (there is " + name +
                                   "); name an empty or new directory");
  }
  return {};
}

}  // namespace

Result<Format> require_format(Core& core) {
  auto format = read_format(core.files, core.directory.string());
  if (!format) return std::unexpected(std::move(format.error()));
  if (*format) return **format;
  if (auto ok = check_unfinished(core); !ok) return std::unexpected(std::move(ok.error()));
  return fail(Code::not_found, "there is no log in " + core.directory.string());
}

Result<void> prepare_directory(Core& core) {
  const auto format = require_format(core);
  // Whoever wrote it may have ended before its name was on the disk.
  if (format) return core.files.sync_directory(core.directory.string());
  if (format.error().code != Code::not_found || !core.options.create_if_missing) {
    return std::unexpected(format.error());
  }
  if (auto made = core.files.create_directories(core.directory.string()); !made) return made;
  return check_nobody_elses(core);
}

Result<WriterState> create_log(Core& core, WriterState writer) {
  const std::string directory = core.directory.string();
  auto opened = Store::open(core.files.env(), core.directory, StoreMode::create, core.options);
  if (!opened) return std::unexpected(std::move(opened.error()));
  const std::shared_ptr<Store> store = std::move(*opened);

  // A half-made log may have got as far as its id.
  const auto known = store->format();
  if (!known) return std::unexpected(known.error());
  const Format format{
      .version = kFormatVersion,
      .log_id = *known ? (*known)->log_id : IdGenerator(*core.options.clock, core.options.seed).make(1).front()};
  if (!*known) {
    if (auto put = store->put_format(format); !put) return std::unexpected(std::move(put.error()));
  }
  core.log_id = format.log_id;
  core.replace(store, std::make_shared<Tail>(Sequence(0), LogCounts{}));
  if (core.options.in_memory) return writer;

  auto head = HeadFile::create(core.files, directory);
  if (!head) return std::unexpected(std::move(head.error()));
  writer.head_file = std::move(*head);
  const auto wal_number = store->wal_number();
  if (!wal_number) return std::unexpected(wal_number.error());
  if (auto ok = writer.head_file->store_opened(core.options.durability, *wal_number, Recovered::clean); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  // From here on the log exists.
  if (auto ok = write_format(core.files, directory, format); !ok) return std::unexpected(std::move(ok.error()));
  return writer;
}

}  // namespace daybook
