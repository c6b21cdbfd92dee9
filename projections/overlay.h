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
#include <unordered_map>
#include <vector>

#include "daybook/projection.h"
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
  explicit Overlay(StateStore& store) : store_(&store) {}
  /// From now on there is a store, an empty one; the next write() puts there what changed, which is all there is.
  void attach(StateStore& store) {
    store_ = &store;
    holds_all_ = true;
  }
  /// The store was emptied behind this overlay's back: it holds nothing, and knows that there is nothing to ask for.
  void emptied();

  [[nodiscard]] Result<std::optional<std::string_view>> get(std::string_view key) override;
  [[nodiscard]] Result<void> put(std::string_view key, std::string_view value) override;
  [[nodiscard]] Result<void> erase(std::string_view key) override;
  [[nodiscard]] Result<void> scan(std::string_view prefix,
                                  const std::function<bool(std::string_view, std::string_view)>& row) override;

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
  /// Writes the changes and `record` in one batch. Rows stay in memory up to half of `bytes_max`. After an error
  /// nothing is held: the state is again what the store says.
  [[nodiscard]] Result<void> write(std::string_view record, std::size_t bytes_max);
  /// Forgets every row and change, between two events.
  void clear();

 private:
  enum class Known : std::uint8_t { no, absent, present };
  struct Row {
    std::string value;
    Known known = Known::no;
    bool dirty = false;
    std::uint64_t changed_in = 0;  ///< The event that changed it last.
  };
  struct Hash {
    using is_transparent = void;
    // Not noexcept on purpose: libstdc++ then keeps a row's hash in its node, and walks a bucket without hashing keys.
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
  };
  using Rows = std::unordered_map<std::string, Row, Hash, std::equal_to<>>;
  struct Undo {
    Rows::value_type* entry;
    std::string value;
    Known known;
    bool dirty;
  };

  [[nodiscard]] static std::size_t bytes_of(const Rows::value_type& entry);
  /// Of a row that is dirty.
  void set_value(Row& row, std::string_view value);
  [[nodiscard]] Result<bool> stored(std::string_view key, std::string& value);
  [[nodiscard]] Rows::value_type& entry_of(std::string_view key);
  [[nodiscard]] Result<Row*> prepare_change(std::string_view key, std::size_t value_bytes);
  void remember(Rows::value_type& entry);
  void sort_dirty();

  StateStore* store_ = nullptr;
  Rows rows_;
  bool holds_all_ = false;              ///< A row that is not held is not in the store either.
  Rows::value_type* recent_ = nullptr;  ///< The row asked for last: a fold mostly puts what it just got.
  std::size_t bytes_ = 0;
  std::size_t changed_bytes_ = 0;
  std::vector<Rows::value_type*> dirty_;
  std::set<std::string_view> dirty_in_order_;  ///< The keys of dirty_, from the first scan after a write on.
  bool ordered_ = false;

  bool in_event_ = false;
  std::uint64_t event_ = 0;  ///< Counts events, for Row::changed_in.
  std::size_t event_bytes_ = 0;
  std::vector<Undo> undo_;
  std::size_t undo_count_ = 0;  ///< undo_ keeps its strings' memory from event to event.
  std::vector<Change> changes_;
  std::optional<Error> store_failure_;
};

}  // namespace daybook
