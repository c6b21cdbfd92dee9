// HEAD is read first, then the store catches up: so the store is at least as far as HEAD, unless something was lost.
// Then, while a writer lives, the head is clamped to what HEAD says is written: the store may be ahead of what is
// durable. With no writer alive nothing changes under us, and the log is opened as recovery would open it: RocksDB's
// follower refuses a damaged WAL, or goes on behind the damage, where a reader should see what is before.
#include "log/follower.h"

#include <algorithm>
#include <thread>

#include "base/planted_bug.h"
#include "log/block_walker.h"
#include "log/creation.h"
#include "log/recovery.h"
#include "log/wal_scan.h"

namespace daybook {
namespace {

/// A writer that opens, closes or compacts can pull files from under a look; it is then taken again.
constexpr int kLooks = 5;
constexpr std::chrono::milliseconds kBetweenLooks{20};
/// A reader bears a longer tail than a writer: that of the writer exceeds its bound by up to a group, and catching up
/// finds the postings first and the events a moment later.
constexpr std::uint64_t kTailsMax = 2;

}  // namespace

Result<std::unique_ptr<Follower>> Follower::open(Core& core) {
  const auto format = require_format(core);
  if (!format) return std::unexpected(format.error());
  core.log_id = format->log_id;
  std::unique_ptr<Follower> follower(new Follower(core, *format));
  if (auto looked = follower->refresh(); !looked) return std::unexpected(std::move(looked.error()));
  return follower;
}

Result<void> Follower::refresh() {
  const Lock lock(mutex_);
  return look();
}

std::optional<Error> Follower::damage() const {
  const Lock lock(mutex_);
  return damage_;
}

Result<void> Follower::look() {
  auto looked = look_once(core_.store() == nullptr);
  for (int again = 1; !looked && again < kLooks; ++again) {
    // Only beside a writer can a second look find what the first did not; without one it is told once more, as is.
    if (again > 1) std::this_thread::sleep_for(kBetweenLooks);
    looked = look_once(true);
    const auto holder = WriterLock::holder(core_.files, core_.directory.string());
    if (!looked && holder && !*holder) return looked;
  }
  return looked;
}

Result<void> Follower::look_once(bool reopen) {
  std::optional<Error> head_damage;
  const auto head = look_at_head(head_damage);
  if (!head) return std::unexpected(head.error());
  const auto holder = WriterLock::holder(core_.files, core_.directory.string());
  if (!holder) return std::unexpected(holder.error());
  if (*holder) {
    if (!*head) return std::unexpected(*head_damage);
    settled_.reset();
    damage_.reset();
    return look_beside_writer(**head, reopen);
  }
  if (settled_ && *settled_ == *head) return {};
  if (auto ok = look_alone(*head); !ok) return ok;
  // A writer that has come since may have changed what was looked at.
  std::optional<Error> ignored;
  const auto now = look_at_head(ignored);
  const auto holder_now = WriterLock::holder(core_.files, core_.directory.string());
  if (!now || *now != *head || !holder_now || *holder_now) {
    return fail(Code::busy, "a writer opens the log just now; try again");
  }
  if (head_damage) damage_ = std::move(head_damage);
  settled_ = *head;
  return {};
}

/// nullopt: it is missing or damaged, which `damage` then says.
Result<std::optional<Head>> Follower::look_at_head(std::optional<Error>& damage) const {
  auto read = read_head(core_.files, core_.directory.string());
  if (read && *read) return read;
  if (!read && read.error().code != Code::corruption) return read;
  damage = read ? Error{.code = Code::corruption, .message = core_.directory.string() + "/HEAD is missing"}
                : std::move(read.error());
  damage->message += "; see `daybook repair`, which rebuilds it";
  return std::nullopt;
}

Result<std::shared_ptr<Store>> Follower::open_store(StoreMode mode) const {
  auto opened = Store::open(core_.files.env(), core_.directory, mode, core_.options);
  if (!opened) return std::unexpected(std::move(opened.error()));
  if (auto ok = check_format_copy(**opened, format_); !ok) return std::unexpected(std::move(ok.error()));
  return std::move(*opened);
}

void Follower::use(std::shared_ptr<Store> store) {
  core_.replace(std::move(store), std::make_shared<Tail>(Sequence(0), LogCounts{}));
}

/// A store that is opened while a writer opens the same files can miss the end of a WAL file that is going away. It
/// must hold what HEAD promises, and what was shown already: a reader looks at more than HEAD says while nobody writes.
Result<void> Follower::check_end(Sequence end, Sequence durable) const {
  const Sequence known = std::max(durable, core_.head.head());
  if (end >= known) return {};
  return fail(Code::corruption, "corruption at sequence " + std::to_string(end.value() + 1) +
                                    " in log/: events through " + std::to_string(known.value()) +
                                    (durable == known ? " are durable" : " were read before") +
                                    ", and the log ends before; run `daybook verify`");
}

/// `store`, or a new one for nullptr, as far as the writer is. RocksDB reads which table files there are and then the
/// WAL files that it finds. One that was written to a table file and removed in between is in neither, and the next one
/// is read all the same: a hole. So what was taken in counts only if no WAL file came or went meanwhile.
Result<std::shared_ptr<Store>> Follower::catch_up(std::shared_ptr<Store> store) const {
  for (int look = 0; look < kLooks; ++look) {
    const auto before = wal_files();
    if (!before) return std::unexpected(before.error());
    if (!store) {
      auto opened = open_store(StoreMode::follow);
      if (!opened) return opened;
      store = std::move(*opened);
    } else if (auto caught_up = store->refresh(); !caught_up) {
      return std::unexpected(std::move(caught_up.error()));
    }
    const auto after = wal_files();
    if (!after) return std::unexpected(after.error());
    if (*before == *after) return store;
  }
  return fail(Code::busy, "the writer replaces its WAL files just now; try again");
}

Result<std::set<std::string>> Follower::wal_files() const {
  const auto names = core_.files.list(core_.directory.string() + "/log");
  if (!names) return std::unexpected(names.error());
  std::set<std::string> files;
  for (const std::string& name : *names) {
    if (wal_number_of(name)) files.insert(name);
  }
  return files;
}

Result<void> Follower::look_beside_writer(const Head& head, bool reopen) {
  // Nothing may be shown that is not shown already. Catching up costs a hundred times what reading HEAD does, and one
  // who waits for events looks many times a second.
  const bool at_rest = core_.head.head() == head.written && !reopen && followed_wal_ == head.wal_number;
  if (at_rest) return {};
  // Another writer since: it may have replaced whole families, which an open store does not follow.
  const bool other = reopen || followed_wal_ != head.wal_number;
  auto store = catch_up(other ? nullptr : core_.store());
  if (!store) return std::unexpected(std::move(store.error()));
  const auto last = (*store)->last_block();
  if (!last) return std::unexpected(last.error());
  const Sequence recovered = *last ? (*last)->last_sequence() : Sequence(0);
  if (auto ok = check_end(recovered, head.durable); !ok) return ok;
  if (other) use(std::move(*store));
  followed_wal_ = head.wal_number;
  // The store may have caught up with more than HEAD said before, and HEAD may say more by now.
  const auto now = read_head(core_.files, core_.directory.string());
  if (!now) return std::unexpected(now.error());
  if (!*now) return fail(Code::corruption, core_.directory.string() + "/HEAD is missing; see `daybook repair`");
  const Sequence allowed = planted(Bug::clamp_missing_in_reader) ? recovered : std::min(recovered, (*now)->written);
  core_.recovered = head.recovered;
  if (allowed > core_.head.head()) core_.head.publish(allowed);
  return {};
}

/// Nobody writes, so everything stays as it is, and is seen as a writer's recovery would see it: through the last group
/// before any damage. What is shown from the WAL is synced first: it must not be gone after a power cut. Where the
/// system forbids that, the files are read as they are.
Result<void> Follower::look_alone(const std::optional<Head>& head) {
  followed_wal_.reset();
  auto store = open_store(StoreMode::inspect);
  if (!store) return std::unexpected(std::move(store.error()));
  if (const auto files = wal_files()) {
    for (const std::string& name : *files) {
      auto synced = core_.files.sync_file(core_.directory.string() + "/log/" + name);
      if (!synced && synced.error().code == Code::io) return synced;
    }
  }
  const auto report = inspect_end(core_, **store, head.value_or(Head{}));
  if (!report) return std::unexpected(report.error());
  if (auto ok = check_end(report->head, head.value_or(Head{}).durable); !ok) return ok;
  use(std::move(*store));
  damage_.reset();
  core_.recovered = !head || head->clean ? head.value_or(Head{}).recovered : Recovered::replayed;
  if (!report->wal.clean() && !planted(Bug::reader_hides_damage)) {
    const WalDamage& damage = report->wal.damage.front();
    damage_ = Error{.code = Code::corruption,
                    .message = "corruption in " + damage.file + " at byte " + std::to_string(damage.offset) + " (" +
                               damage.reason + "), behind the last readable event " +
                               std::to_string(report->head.value()) + "; the next writer cuts it, or names it"};
    core_.recovered = Recovered::cut;
  } else if (head && report->head < head->written && !planted(Bug::reader_hides_damage)) {
    damage_ = Error{.code = Code::corruption, .message = lost_end(report->head, head->written)};
    core_.recovered = Recovered::cut;
  }
  if (report->head > core_.head.head()) core_.head.publish(report->head);
  return {};
}

Result<View> Follower::indexed_view() {
  const Lock lock(mutex_);
  const auto store = core_.store();
  const Sequence head = core_.head.head();
  const auto state = read_index_state(*store, head);
  if (!state) return std::unexpected(state.error());
  const auto without_index = [&](Code code, std::string message) {
    View view = core_.view();
    view.no_index = Error{.code = code, .message = std::move(message)};
    return view;
  };
  if (!*state) return without_index(Code::unsupported, "the index does not fit the log; the next writer rebuilds it");
  const std::uint64_t behind = head.value() - (*state)->through.value();
  if (behind > kTailsMax * core_.options.tail_events_max) {
    return without_index(Code::busy, "the index lies " + std::to_string(behind) +
                                         " events behind the log, more than a reader holds; try again, or open it "
                                         "with a larger tail_events_max");
  }
  if (core_.tail()->set()->indexed_through != (*state)->through) {
    core_.replace(store, std::make_shared<Tail>((*state)->through, (*state)->counts));
  }
  const auto tail = core_.tail();
  const Sequence from = tail->active().through().next();
  if (from <= head) {
    BlockWalker walker(core_, from, Direction::forward);
    for (Sequence next = from; next <= head;) {
      const auto block = walker.next();
      if (!block) return std::unexpected(block.error());
      add_block_to_tail(**block, *tail);
      next = (*block)->last_sequence().next();
    }
  }
  return core_.view();
}

}  // namespace daybook
