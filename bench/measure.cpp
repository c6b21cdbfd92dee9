// The kernel's own accounts are used throughout: what a program reports of itself it may have forgotten.
#include "bench/measure.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

namespace daybook::bench {
namespace {

constexpr std::size_t kSamplesMax = 4 * 1024 * 1024;
constexpr std::int64_t kUnitNanoseconds = 16;

double process_cpu_s() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The number behind `name` in a file of /proc; 0 where it cannot be read.
double number_in(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  double number = 0;
  while (file >> word) {
    if (word == name && file >> number) return number;
  }
  return 0;
}

}  // namespace

double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

Meter::Meter()
    : begin_(Clock::now()), cpu_begin_(process_cpu_s()), written_begin_(number_in("/proc/self/io", "write_bytes:")) {}

double Meter::wall_s() const {
  return seconds_between(begin_, Clock::now());
}
double Meter::cpu_s() const {
  return process_cpu_s() - cpu_begin_;
}
double Meter::written_bytes() const {
  return number_in("/proc/self/io", "write_bytes:") - written_begin_;
}

void Latencies::add(std::chrono::nanoseconds latency) {
  if (++skipped_ < stride_) return;
  skipped_ = 0;
  const std::int64_t units = latency.count() / kUnitNanoseconds;
  constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  samples_.push_back(static_cast<std::uint32_t>(std::clamp<std::int64_t>(units, 0, most)));
  sorted_ = false;
  if (samples_.size() > kSamplesMax) thin();
}

void Latencies::merge(const Latencies& other) {
  samples_.insert(samples_.end(), other.samples_.begin(), other.samples_.end());
  sorted_ = false;
  if (samples_.size() > kSamplesMax) thin();
}

void Latencies::thin() {
  for (std::size_t i = 0; 2 * i < samples_.size(); ++i) samples_[i] = samples_[2 * i];
  samples_.resize((samples_.size() + 1) / 2);
  stride_ *= 2;
}

double Latencies::quantile_us(double q) const {
  if (samples_.empty()) return 0;
  if (!sorted_) std::ranges::sort(samples_);
  sorted_ = true;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(samples_.size() - 1));
  return static_cast<double>(samples_[at]) * static_cast<double>(kUnitNanoseconds) / 1000;
}

Spread Spread::of(std::vector<double> figures) {
  if (figures.empty()) return {};
  std::ranges::sort(figures);
  return {figures[figures.size() / 2], figures.front(), figures.back()};
}

double resident_mib() {
  return number_in("/proc/self/status", "VmRSS:") / 1024;
}
double resident_mib(int process) {
  return number_in("/proc/" + std::to_string(process) + "/status", "VmRSS:") / 1024;
}
double peak_mib() {
  return number_in("/proc/self/status", "VmHWM:") / 1024;
}
void reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

double bytes_under(const std::string& directory) {
  double bytes = 0;
  std::error_code ignored;  // Files come and go while a log works.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, ignored)) {
    const auto size = entry.is_regular_file(ignored) ? entry.file_size(ignored) : 0;
    if (!ignored) bytes += static_cast<double>(size);
  }
  return bytes;
}

}  // namespace daybook::bench
