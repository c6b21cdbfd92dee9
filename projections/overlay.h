// The state that apply() sees: the store, and over it in memory what was read and what was changed since the last
// write. Hot rows are folded here; a discarded event leaves no trace. Without a store it is all of the state.
//
// Threads: one at a time. Owns: its rows; the store outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/projection.h"
#include "projections/row_table.h"
#include "projections/state_store.h"

namespace daybook {

/// Limits of a State's keys and values, and of what one event may change.
inline constexpr std::size_t kStateKeyBytesMax = 4 * 1024;
inline constexpr std::size_t kStateValueBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kEventChangeBytesMax = 64 * 1024 * 1024;

/// `invalid` or `too_large` where a key breaks the limits.
[[nodiscard]] Result<void> check_state_key(std::string_view key);

/// Changes are taken only between begin_event() and keep_event() or discard_event() (`unsupported` elsewhere).
class Overlay final : public State {
 public:
  /// All in memory, until there is a store.
  Overlay() = default;
  /// Rows that are only read are held up to `bytes_max` of memory.
  Overlay(StateStore& store, std::size_t bytes_max) : store_(&store), bytes_max_(bytes_max) {}
  /// From now on there is a store, an empty one; the next write() puts there what changed, which is all there is.
  /// `bytes_max` as above.
  void attach(StateStore& store, std::size_t bytes_max) {
    store_ = &store;
    bytes_max_ = bytes_max;
    holds_all_ = true;
  }
  /// The store was emptied behind this overlay's back: it holds nothing, and knows that there is nothing to ask for.
  void emptied();

  [[nodiscard]] Result<std::optional<std::string_view>> get(std::string_view key) override;
  [[nodiscard]] Result<void> put(std::string_view key, std::string_view value) override;
  [[nodiscard]] Result<void> erase(std::string_view key) override;
  [[nodiscard]] Result<void> scan_after(std::string_view prefix, std::string_view after, const StateRow& row) override;

  void begin_event();
  void keep_event();
  void discard_event();
  /// Set when the store failed within the event at hand: the failure is then not the event's.
  [[nodiscard]] const std::optional<Error>& store_failure() const { return store_failure_; }

  /// A row that an event changed.
  struct Change {
    std::string_view key;
    std::optional<std::string_view> before;  ///< nullopt: it was not there.
    std::optional<std::string_view> after;   ///< nullopt: it is not there any more.
  };
  /// What the last event that was kept changed, in byte order of the key, without rows that are as they were. Valid
  /// until the next call of anything else.
  [[nodiscard]] Result<std::span<const Change>> changes();

  /// Memory of all rows held, roughly.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Of these, the rows that the next write() writes.
  [[nodiscard]] std::size_t changed_bytes() const { return changed_bytes_; }
  /// Writes the changes and `record` in one batch; rows stay in memory. After an error nothing is held: the state is
  /// again what the store says.
  [[nodiscard]] Result<void> write(std::string_view record);
  /// After a write: forgets the rows that were used least, so that at most `bytes` are held.
  void keep_most_used(std::size_t bytes);
  /// Forgets every row and change, between two events.
  void clear();

 private:
  using Known = HeldRow::Known;
  struct Undo {
    HeldRow* row;
    std::string value;
    Known known;
    bool dirty;
  };

  struct ByKey {
    using is_transparent = void;
    bool operator()(const HeldRow* a, const HeldRow* b) const { return a->key() < b->key(); }
    bool operator()(const HeldRow* a, std::string_view b) const { return a->key() < b; }
    bool operator()(std::string_view a, const HeldRow* b) const { return a < b->key(); }
  };

  /// Of a row that is dirty.
  void set_value(HeldRow& row, std::string_view value);
  [[nodiscard]] Result<bool> stored(std::string_view key, std::string& value);
  [[nodiscard]] Result<void> ask_store(HeldRow& row);
  [[nodiscard]] HeldRow* find(std::string_view key);
  [[nodiscard]] HeldRow& row_of(std::string_view key);
  [[nodiscard]] Result<HeldRow*> prepare_change(std::string_view key, std::size_t value_bytes);
  void remember(HeldRow& row);
  void set_value(Undo& undo, std::string_view value);
  void end_event();
  void sort_dirty();
  void forget_dirty();
  void forget_undo();

  StateStore* store_ = nullptr;
  std::size_t bytes_max_ = 0;
  RowTable rows_;
  bool holds_all_ = false;     ///< A row that is not held is not in the store either.
  HeldRow* recent_ = nullptr;  ///< The row asked for last: a fold mostly puts what it just got.
  std::string value_;          ///< Of a row that was read and is not held.
  std::size_t bytes_ = 0;
  std::size_t changed_bytes_ = 0;
  std::vector<HeldRow*> dirty_;
  std::set<HeldRow*, ByKey> dirty_in_order_;  ///< Those of dirty_, from the first scan after a write on.
  bool ordered_ = false;

  bool in_event_ = false;
  std::size_t event_bytes_ = 0;
  std::vector<Undo> undo_;
  std::size_t undo_count_ = 0;  ///< undo_ keeps its strings' memory from event to event.
  std::size_t undo_bytes_ = 0;  ///< Of these strings.
  std::vector<Change> changes_;
  std::optional<Error> store_failure_;
};

}  // namespace daybook
