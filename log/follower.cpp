// HEAD is read first, then the store catches up: so the store is at least as far as HEAD, unless something was lost.
// Then, while a writer lives, the head is clamped to what HEAD says is written: the store may be ahead of what is
// durable. With no writer alive nothing changes under us, and the log is opened as recovery would open it: RocksDB's
// follower refuses a damaged WAL, or goes on behind the damage, where a reader should see what is before.
#include "log/follower.h"

#include <thread>

#include "base/planted_bug.h"
#include "log/block_walker.h"
#include "log/creation.h"
#include "log/recovery.h"

namespace daybook {
namespace {

/// A writer that opens, closes or compacts can pull files from under a look; it is then taken again.
constexpr int kLooks = 5;
constexpr std::chrono::milliseconds kBetweenLooks{20};

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

Result<void> Follower::open_store(StoreMode mode) {
  auto opened = Store::open(core_.files.env(), core_.directory, mode, core_.options);
  if (!opened) return std::unexpected(std::move(opened.error()));
  if (auto ok = check_format_copy(**opened, format_); !ok) return ok;
  core_.replace(std::move(*opened), std::make_shared<Tail>(Sequence(0), LogCounts{}));
  return {};
}

Result<void> Follower::look_beside_writer(const Head& head, bool reopen) {
  // Nothing may be shown that is not shown already. Catching up costs a hundred times what reading HEAD does, and one
  // who waits for events looks many times a second.
  const bool at_rest = core_.head.head() == head.written && !reopen && followed_wal_ == head.wal_number;
  if (at_rest) return {};
  // Another writer since: it may have replaced whole families, which an open store does not follow.
  if (reopen || followed_wal_ != head.wal_number) {
    if (auto opened = open_store(StoreMode::follow); !opened) return opened;
    followed_wal_ = head.wal_number;
  } else if (auto caught_up = core_.store()->refresh(); !caught_up) {
    return caught_up;
  }
  const auto last = core_.store()->last_block();
  if (!last) return std::unexpected(last.error());
  const Sequence recovered = *last ? (*last)->last_sequence() : Sequence(0);
  if (recovered < head.durable) {
    return fail(Code::corruption, "corruption at sequence " + std::to_string(recovered.value() + 1) +
                                      " in log/: events through " + std::to_string(head.durable.value()) +
                                      " are durable, and the log ends before; run `daybook verify`");
  }
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
  if (auto opened = open_store(StoreMode::inspect); !opened) return opened;
  const std::string log = core_.directory.string() + "/log";
  if (const auto names = core_.files.list(log)) {
    for (const std::string& name : *names) {
      if (!name.ends_with(".log")) continue;
      auto synced = core_.files.sync_file(log + "/" + name);
      if (!synced && synced.error().code == Code::io) return synced;
    }
  }
  const auto report = inspect_end(core_, *core_.store(), head.value_or(Head{}));
  if (!report) return std::unexpected(report.error());
  damage_.reset();
  core_.recovered = !head || head->clean ? head.value_or(Head{}).recovered : Recovered::replayed;
  if (!report->wal.clean() && !planted(Bug::reader_hides_damage)) {
    const WalDamage& damage = report->wal.damage.front();
    damage_ = Error{.code = Code::corruption,
                    .message = "corruption in " + damage.file + " at byte " + std::to_string(damage.offset) + " (" +
                               damage.reason + "), behind the last readable event " +
                               std::to_string(report->head.value()) + "; the next writer cuts it, or names it"};
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
  const std::uint64_t behind = *state ? head.value() - (*state)->through.value() : 0;
  if (!*state || behind > core_.options.tail_events_max) {
    View view = core_.view();
    view.scan_only = true;
    return view;
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
