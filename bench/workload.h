// The events that the benchmarks append: 200 bytes of JSON, a stream out of many (Zipf), a type out of 10, one tag out
// of 10,000, a correlation id that four events share.
//
// Threads: a Workload, one; make one a producer. Owns: its random numbers, drawn before anything is timed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daybook/event.h"

namespace daybook::bench {

/// How streams are chosen.
enum class Streams : std::uint8_t {
  zipf,  ///< Out of 100,000, the n-th chosen with a weight of 1/n: some are hot.
  cold,  ///< Out of 10,000,000, all alike: hardly one is chosen twice.
};

/// What a workload is like. Producers of one row differ in `producer` only, and never share a stream.
struct WorkloadOptions {
  std::uint32_t producer = 0;
  std::uint32_t producers = 1;
  Streams streams = Streams::zipf;
  bool keys = false;      ///< Each commit has an idempotency key.
  bool expected = false;  ///< Each commit expects the version of each of its streams.
  bool query = false;     ///< Each commit fails if its first event's type and tag were used after `head`.
  std::uint64_t seed = 1;
};

/// Bytes of an event's data.
inline constexpr std::size_t kDataBytes = 200;
inline constexpr std::size_t kTypes = 10;

class Workload {
 public:
  explicit Workload(const WorkloadOptions& options);
  /// The next commit of `events` events. `head` is what the producer knows of the log: for conditions.
  [[nodiscard]] Commit next(std::size_t events, Sequence head);

 private:
  [[nodiscard]] Event event();
  [[nodiscard]] std::uint64_t random();
  void expect_versions(Commit& commit);

  WorkloadOptions options_;
  std::shared_ptr<const std::vector<std::uint32_t>> draws_;  ///< Stream numbers, in the order used.
  std::size_t at_ = 0;
  std::vector<std::uint32_t> versions_;  ///< Of each stream, as far as this producer has written; `expected` only.
  std::vector<std::uint32_t> numbers_;   ///< Of the streams of the commit being made.
  std::uint64_t state_;
  std::uint64_t transaction_ = 0;  ///< Makes the correlation id.
  std::uint64_t transaction_events_ = 0;
  std::string data_;
};

/// The name of a stream of this workload.
[[nodiscard]] std::string stream_name(std::uint32_t producer, std::uint32_t number);

}  // namespace daybook::bench
