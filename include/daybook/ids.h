// The strong types that go across functions: sequence, version, UUIDs, points in time, checkpoints.
//
// Threads: values; any.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace daybook {

/// An event's place in the log: global, dense, from 1, below 2^48. 0 is "before the first event".
class Sequence {
 public:
  constexpr Sequence() = default;
  constexpr explicit Sequence(std::uint64_t value) : value_(value) {}
  /// The plain number, for arithmetic and for printing.
  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  /// The sequence `count` places later.
  [[nodiscard]] constexpr Sequence plus(std::uint64_t count) const { return Sequence(value_ + count); }
  /// The sequence one place later.
  [[nodiscard]] constexpr Sequence next() const { return plus(1); }
  /// The sequence one place earlier; of 0 it is 0.
  [[nodiscard]] constexpr Sequence previous() const { return Sequence(value_ == 0 ? 0 : value_ - 1); }
  friend constexpr auto operator<=>(Sequence, Sequence) = default;

 private:
  std::uint64_t value_ = 0;
};

/// The largest sequence that a log can hold.
inline constexpr Sequence kSequenceMax{(std::uint64_t{1} << 48) - 1};

/// An event's place in its stream: dense, from 1. 0 is "the stream does not exist".
class Version {
 public:
  constexpr Version() = default;
  constexpr explicit Version(std::uint64_t value) : value_(value) {}
  /// The plain number, for arithmetic and for printing.
  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  /// The version `count` places later.
  [[nodiscard]] constexpr Version plus(std::uint64_t count) const { return Version(value_ + count); }
  /// The version one place later.
  [[nodiscard]] constexpr Version next() const { return plus(1); }
  friend constexpr auto operator<=>(Version, Version) = default;

 private:
  std::uint64_t value_ = 0;
};

/// Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// 128 bits in network order: event ids, correlation ids, log ids, idempotency keys.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};  ///< In the order of the text form.

  /// Reads `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in either case; anything else is nullopt.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
  /// The 36 characters of the canonical, lower-case form.
  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

using EventId = Uuid;         ///< Names one event, wherever it is copied to.
using LogId = Uuid;           ///< Names one log; made when it is created.
using IdempotencyKey = Uuid;  ///< Names one request to append, however often it is sent.

/// XXH3-128 of a block's bytes; names the block and, through `chain`, all history before it.
struct Link {
  std::array<std::uint8_t, 16> bytes{};  ///< In canonical (big-endian) order.
  /// 32 lower-case hexadecimal digits.
  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const Link&, const Link&) = default;
};

/// A place in one log's history: what a consumer stores to go on later. `link` is that of the block that
/// holds `sequence`; for sequence 0 it is the chain of the log's first block. A log that holds another
/// link there, or nothing, answers `diverged`.
struct Checkpoint {
  LogId log_id;       ///< The log that it is a place in.
  Sequence sequence;  ///< The last event taken in; 0: none yet.
  Link link;          ///< Of the block that holds that event.
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

}  // namespace daybook

/// Hashes the UUID's bytes for unordered containers.
template <>
struct std::hash<daybook::Uuid> {
  std::size_t operator()(const daybook::Uuid& uuid) const noexcept {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()});
  }
};
