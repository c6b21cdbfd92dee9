// RocksDB alone would open a log whose acknowledged end is gone, and call it recovered (measured on 7.8.3: a flipped
// byte in the WAL, a deleted or shortened WAL, flips in the MANIFEST). So before RocksDB may write, and it writes as it
// opens, the log is opened read-only and compared with HEAD; only what nobody was promised is ever cut.
#include "log/recovery.h"

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "base/logger.h"
#include "base/planted_bug.h"
#include "log/block_walker.h"
#include "log/creation.h"
#include "log/indexer.h"
#include "schema/block_builder.h"

namespace daybook {
namespace {

std::string text_of(Sequence sequence) {
  return std::to_string(sequence.value());
}

std::unexpected<Error> missing_events(Sequence head, Sequence durable, const WalScan& wal) {
  const std::string where =
      wal.damage.empty() ? "log/" : wal.damage.front().file + " (" + wal.damage.front().reason + ")";
  return fail(Code::corruption, "corruption at sequence " + text_of(head.next()) + ": events through " +
                                    text_of(durable) + " were acknowledged, and the log ends at " + text_of(head) +
                                    "; damage in " + where + "; restore a copy, or see `daybook repair`");
}

std::unexpected<Error> does_not_follow(const Store& store, Sequence first) {
  return fail(Code::corruption,
              "corruption at sequence " + text_of(first) + " in " + store.file_of(first) +
                  ": the block does not follow the one before it; restore a copy, or see `daybook repair`");
}

struct Walked {
  std::shared_ptr<const Block> last;   ///< nullptr: there is none.
  std::optional<Sequence> behind_gap;  ///< Where a later block begins; those between are not there.
};

/// The blocks from the one that begins at `from` through `through`, each following the one before. 0: the log's
/// beginning.
Result<Walked> walk(const Core& core, const Store& store, Sequence from, Sequence through) {
  StoreIterator at = store.iterate(Family::events, false, false);
  std::string key;
  append_be64(key, std::max<std::uint64_t>(from.value(), 1));
  std::shared_ptr<const Block> previous;
  for (at.seek(key); at.valid() && (!previous || previous->last_sequence() < through); at.next()) {
    auto block = store.block_of(at);
    if (!block) return std::unexpected(std::move(block.error()));
    const Sequence first = (*block)->first_sequence();
    const Sequence expected = previous ? previous->last_sequence().next() : std::max(from, Sequence(1));
    if (first > expected) return Walked{.last = previous, .behind_gap = first};
    const bool first_of_log = !previous && first == Sequence(1);
    const bool follows = previous ? first == expected && previous->link() == (*block)->chain()
                                  : from == first || (first_of_log && (*block)->chain() == genesis_link(core.log_id));
    if (!follows) return does_not_follow(store, first);
    previous = std::move(*block);
  }
  if (auto ok = at.status(); !ok) return std::unexpected(std::move(ok.error()));
  return Walked{.last = previous, .behind_gap = std::nullopt};
}

std::string wal_file_of(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "log/" + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits + ".log";
}

/// Puts the bytes of DIR/log/`name` from `from` on into DIR/lost/, and only then shortens the file. A file that is
/// emptied stays: HEAD may say that it must exist.
Result<void> cut_file(Core& core, const std::string& name, std::uint64_t from) {
  const std::string path = core.directory.string() + "/log/" + name;
  const std::string lost = core.directory.string() + "/lost/" + name + "-from-byte-" + std::to_string(from);
  const auto bytes = core.files.file_bytes(path);
  if (!bytes) return std::unexpected(bytes.error());
  const auto kept = core.files.file_bytes(lost);
  const bool is_kept = kept && *kept == *bytes - from;  // a cut that a crash broke off had come this far
  if (!is_kept && !planted(Bug::cut_without_copy)) {
    auto reader = core.files.open_reader(path);
    if (!reader) return std::unexpected(std::move(reader.error()));
    if (auto skipped = (*reader)->skip(from); !skipped) return skipped;
    std::vector<std::byte> buffer(1 << 20);
    while (true) {
      const auto piece = (*reader)->read(buffer);
      if (!piece) return std::unexpected(piece.error());
      if (*piece == 0) break;
      const std::string_view view(reinterpret_cast<const char*>(buffer.data()), *piece);
      if (auto appended = core.files.append_and_sync(lost, view); !appended) return appended;
    }
  }
  return core.files.truncate_and_sync(path, from);
}

/// Moves everything from the first damage on into DIR/lost/. Later files go first: while the damage itself is still
/// there, a cut that a crash broke off is found and done again.
Result<void> cut(Core& core, const WalScan& wal) {
  const std::string directory = core.directory.string();
  if (auto made = core.files.create_directory(directory + "/lost"); !made) return made;
  auto names = core.files.list(directory + "/log");
  if (!names) return std::unexpected(std::move(names.error()));
  const WalDamage& damage = wal.damage.front();
  const std::uint64_t damaged = wal_number_of(damage.file).value_or(0);
  std::map<std::uint64_t, std::string, std::greater<>> files;
  for (const std::string& name : *names) {
    const auto number = wal_number_of(name);
    if (number && *number >= damaged) files.emplace(*number, name);
  }
  for (const auto& [number, name] : files) {
    if (auto done = cut_file(core, name, number == damaged ? damage.offset : 0); !done) return done;
  }
  log_warning("recovery cut a damaged, never acknowledged end file=" + damage.file +
              " offset=" + std::to_string(damage.offset) + "; its bytes are in lost/");
  return {};
}

/// Brings the tail up to the head, writing postings as generations fill, so that memory stays bounded.
Result<void> replay(Core& core, Sequence from, Sequence head) {
  Indexer indexer(core);
  const auto tail = core.tail();
  BlockWalker walker(core, from, Direction::forward);
  for (Sequence next = from; next <= head;) {
    auto block = walker.next();
    if (!block) return std::unexpected(std::move(block.error()));
    add_block_to_tail(**block, *tail);
    next = (*block)->last_sequence().next();
    if (tail->active().event_count() < core.options.index_batch_events) continue;
    tail->freeze();
    if (auto stepped = indexer.step(); !stepped) return std::unexpected(std::move(stepped.error()));
  }
  return {};
}

/// Reads all that open_index() will read, so that what it would refuse is refused while nothing was changed.
Result<void> check_index(const Core& core, const Store& store, Sequence head) {
  auto state = read_index_state(store, head);
  if (!state) {
    state.error().message += "; see `daybook repair`, which writes the postings anew";
    return std::unexpected(std::move(state.error()));
  }
  const Sequence through = *state ? (*state)->through : Sequence(0);
  if (through == head) return {};
  const auto walked = walk(core, store, through.next(), head);
  if (!walked) return std::unexpected(walked.error());
  return walked->behind_gap ? does_not_follow(store, *walked->behind_gap) : Result<void>();
}

/// Puts store and tail in place; what the index lacks, or has too much of, is made good.
Result<void> open_index(Core& core, const std::shared_ptr<Store>& store, Sequence head, bool drop_postings) {
  auto state = drop_postings ? Result<std::optional<IndexState>>(std::nullopt) : read_index_state(*store, head);
  if (!state) return std::unexpected(std::move(state.error()));
  if (!*state) {
    if (!drop_postings) log_warning("postings do not fit the log head=" + text_of(head) + "; they are rebuilt now");
    if (auto dropped = store->drop_postings(); !dropped) return dropped;
    *state = IndexState{};
  }
  core.replace(store, std::make_shared<Tail>((*state)->through, (*state)->counts));
  if (planted(Bug::replay_skips_index)) return {};
  return replay(core, (*state)->through.next(), head);
}

Result<WriterState> recover(Core& core, WriterState writer, const Format& format, bool drop_postings) {
  const std::string directory = core.directory.string();
  auto head = read_head(core.files, directory);
  if (head && !*head) head = fail(Code::corruption, directory + "/HEAD is missing");
  if (!head) {
    head.error().message += "; see `daybook repair`, which rebuilds it";
    return std::unexpected(std::move(head.error()));
  }
  // A first look that changes nothing.
  Sequence end;
  {
    auto inspected = Store::open(core.files.env(), core.directory, StoreMode::inspect, core.options);
    if (!inspected) return std::unexpected(std::move(inspected.error()));
    if (auto ok = check_format_copy(**inspected, format); !ok) return std::unexpected(std::move(ok.error()));
    auto report = inspect_end(core, **inspected, **head);
    if (!report) return std::unexpected(std::move(report.error()));
    if (auto ok = check_cut(**head, report->wal); !ok) return std::unexpected(std::move(ok.error()));
    if (!drop_postings) {
      if (auto ok = check_index(core, **inspected, report->head); !ok) return std::unexpected(std::move(ok.error()));
    }
    end = report->head;
    writer.last_block = report->last_block;
    inspected->reset();
    // From here on the log may be changed.
    core.recovered = (*head)->clean ? Recovered::clean : Recovered::replayed;
    if (!report->wal.clean()) {
      if (auto done = cut(core, report->wal); !done) return std::unexpected(std::move(done.error()));
      core.recovered = Recovered::cut;
    } else if (end < (*head)->written) {
      log_warning(lost_end(end, (*head)->written));
      core.recovered = Recovered::cut;
    }
  }
  const StoreMode mode = drop_postings ? StoreMode::reindex : StoreMode::write;
  auto opened = Store::open(core.files.env(), core.directory, mode, core.options);
  if (!opened) return std::unexpected(std::move(opened.error()));
  const std::shared_ptr<Store> store = std::move(*opened);
  const auto last = store->last_block();
  if (!last) return std::unexpected(last.error());
  const Sequence recovered = *last ? (*last)->last_sequence() : Sequence(0);
  if (recovered != end) return missing_events(recovered, end, {});
  auto head_file = HeadFile::open(core.files, directory);
  if (!head_file) return std::unexpected(std::move(head_file.error()));
  writer.head_file = std::move(*head_file);
  const auto wal_number = store->wal_number();
  if (!wal_number) return std::unexpected(wal_number.error());
  if (auto ok = writer.head_file->store_recovered(end); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = writer.head_file->store_opened(core.options.durability, *wal_number, core.recovered); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  if (auto ok = open_index(core, store, end, drop_postings); !ok) return std::unexpected(std::move(ok.error()));
  core.head.publish(end);
  return writer;
}

}  // namespace

Result<EndReport> inspect_end(Core& core, const Store& store, const Head& head) {
  EndReport report;
  // What a crash left behind of older WAL files is in table files: damage there takes nothing away.
  const auto oldest = store.oldest_needed_wal_number();
  if (!oldest) return std::unexpected(oldest.error());
  const auto scan = [&](std::optional<Sequence> behind_gap) {
    return scan_wal(core.files, core.directory.string(), store.family_id(Family::events), *oldest, behind_gap);
  };
  auto wal = scan(std::nullopt);
  if (!wal) return std::unexpected(std::move(wal.error()));
  auto walked = walk(core, store, store.last_flushed(), kSequenceMax);
  if (!walked) return std::unexpected(std::move(walked.error()));
  if (walked->behind_gap) {
    // A power cut can take the unsynced end of one WAL file, at the end of a record, and leave the next file.
    wal = scan(walked->behind_gap);
    if (!wal) return std::unexpected(std::move(wal.error()));
    if (wal->clean()) return does_not_follow(store, *walked->behind_gap);
  }
  report.wal = std::move(*wal);
  report.last_block = std::move(walked->last);
  report.head = report.last_block ? report.last_block->last_sequence() : Sequence(0);
  if (report.head < head.durable && !planted(Bug::cut_acknowledged)) {
    return missing_events(report.head, head.durable, report.wal);
  }
  if (report.wal.newest_wal_number < head.wal_number) {
    return fail(Code::corruption,
                "corruption: the WAL file " + wal_file_of(head.wal_number) +
                    " or a newer one must exist, and none does; restore a copy, or see `daybook repair`");
  }
  return report;
}

std::string lost_end(Sequence end, Sequence written) {
  return "events through " + text_of(written) + " were written, not yet durable, and the log ends at " + text_of(end) +
         ": a power cut took them, or their WAL file was cut short";
}

Result<void> check_cut(const Head& head, const WalScan& wal) {
  if (wal.clean() || head.durability == Durability::buffered || wal.behind_count == 0) return {};
  if (planted(Bug::cut_intact_groups)) return {};
  const WalDamage& damage = wal.damage.front();
  return fail(Code::corruption, "corruption in " + damage.file + " at byte " + std::to_string(damage.offset) + " (" +
                                    damage.reason + "): intact groups lie behind it, so this is no torn write" +
                                    "; restore a copy, or see `daybook repair`");
}

Result<void> check_format_copy(const Store& store, const Format& format) {
  const auto copy = store.format();
  if (!copy) return std::unexpected(copy.error());
  if (*copy && **copy == format) return {};
  return fail(Code::corruption, "corruption in FORMAT: it does not agree with the log id that DIR/log holds" +
                                    std::string(*copy ? "" : " (none)") + "; restore a copy, or see `daybook repair`");
}

Result<std::optional<IndexState>> read_index_state(const Store& store, Sequence head) {
  IndexState state;
  std::optional<Link> link;
  StoreIterator at = store.iterate(Family::postings);
  const std::string kind(1, static_cast<char>(TermKind::checkpoint));
  for (at.seek(kind); at.valid() && at.key().starts_with(kind); at.next()) {
    const auto checkpoint = decode_checkpoint(at.key(), at.value());
    if (!checkpoint || checkpoint->after != state.through) return std::nullopt;
    if (checkpoint->through > head && !planted(Bug::trust_index_beyond_head)) return std::nullopt;
    state = {checkpoint->through, checkpoint->counts};
    link = checkpoint->link;
  }
  if (auto ok = at.status(); !ok) return std::unexpected(std::move(ok.error()));
  if (!link || planted(Bug::trust_index_beyond_head)) return state;
  const auto block = store.block_at(state.through);
  if (!block) return std::unexpected(block.error());
  if (!*block || (*block)->last_sequence() != state.through || (*block)->link() != *link) return std::nullopt;
  return state;
}

Result<WriterState> open_writer(Core& core, WriterOpening opening) {
  WriterState writer{.lock = std::move(opening.lock), .head_file = nullptr, .last_block = nullptr};
  if (core.options.in_memory) return create_log(core, std::move(writer));
  if (auto ready = prepare_directory(core); !ready) return std::unexpected(std::move(ready.error()));
  if (!writer.lock) {
    auto lock = WriterLock::acquire(core.files, core.directory.string(), *core.options.clock);
    if (!lock) return std::unexpected(std::move(lock.error()));
    writer.lock = std::move(*lock);
  }
  // Only now is it sure that nobody else makes the log at the same time.
  const auto format = read_format(core.files, core.directory.string());
  if (!format) return std::unexpected(format.error());
  if (!*format) return create_log(core, std::move(writer));
  core.log_id = (*format)->log_id;
  return recover(core, std::move(writer), **format, opening.drop_postings);
}

}  // namespace daybook
