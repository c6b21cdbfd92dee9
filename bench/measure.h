// What one run costs: wall time, processor time, bytes written, and the latencies of its operations.
//
// Threads: a Meter, one; a Latencies, one at a time (merge them afterwards). Owns: its numbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace daybook::bench {

using Clock = std::chrono::steady_clock;

/// Seconds between two points in time.
[[nodiscard]] double seconds_between(Clock::time_point begin, Clock::time_point end);

/// Wall time, processor time of the whole process, and bytes that it handed to the disk (/proc/self/io), since it
/// began.
class Meter {
 public:
  Meter();
  [[nodiscard]] double wall_s() const;
  [[nodiscard]] double cpu_s() const;
  [[nodiscard]] double written_bytes() const;

 private:
  Clock::time_point begin_;
  double cpu_begin_;
  double written_begin_;
};

/// How long operations took. Bounded: beyond 4Mi samples every second one is dropped, again and again.
class Latencies {
 public:
  void add(std::chrono::nanoseconds latency);
  void merge(const Latencies& other);
  /// The latency in microseconds that the share `q` (0..1) of the operations did not exceed; 0 where there were none.
  [[nodiscard]] double quantile_us(double q) const;
  [[nodiscard]] bool empty() const { return samples_.empty(); }

 private:
  void thin();

  mutable std::vector<std::uint32_t> samples_;  ///< In units of 16 ns, so that 68 s fit.
  mutable bool sorted_ = true;
  std::uint32_t stride_ = 1;
  std::uint32_t skipped_ = 0;
};

/// Median, least and most of repeated figures.
struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
  [[nodiscard]] static Spread of(std::vector<double> figures);
};

/// The process's resident memory now, and its peak since reset_peak_memory(), in MiB.
[[nodiscard]] double resident_mib();
[[nodiscard]] double peak_mib();
/// Lets peak_mib() begin anew.
void reset_peak_memory();
/// The resident memory of another process now, in MiB.
[[nodiscard]] double resident_mib(int process);
/// Bytes of all files under `directory`.
[[nodiscard]] double bytes_under(const std::string& directory);

}  // namespace daybook::bench
