// Runs simulations, one seed after another, and stops at the first that goes wrong. What a person needs then is the
// seed and the trace: the program prints the command that gives it.
#include <sys/resource.h>
#include <unistd.h>
#include <csignal>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/simulation.h"

namespace {

using namespace daybook::simulation;

/// A run takes a fraction of a second; one that takes this long waits for itself.
constexpr unsigned kHangSeconds = 120;

std::atomic<std::uint64_t> seed_at_hand{0};

void say(std::string_view text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) ::_exit(3);
}

/// A broken invariant, a crash or a hang: the seed is told before the process goes.
void tell_seed(int signal) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, seed_at_hand.load()).ptr;
  say(signal == SIGALRM ? "\nsimulate: a run hangs, seed " : "\nsimulate: a run ended the process, seed ");
  say({digits, end});
  say("\nstep by step: scripts/simulate.sh --seeds 1 --trace --first-seed ");
  say({digits, end});
  say("\n");
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

struct Request {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 1;
  std::uint64_t stride = 1;  ///< Of several processes each takes every `stride`-th seed, from `offset` on.
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> minutes;
  bool trace = false;
  bool digests = false;
};

std::optional<Request> request_of(int count, char** arguments) {
  Request request;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--trace") {
      request.trace = true;
      continue;
    }
    if (name == "--digests") {
      request.digests = true;
      continue;
    }
    if (i + 1 == count) return std::nullopt;
    const std::string_view text = arguments[++i];
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (name == "--first-seed") {
      request.first_seed = value;
    } else if (name == "--seeds") {
      request.seeds = value;
    } else if (name == "--stride" && value > 0) {
      request.stride = value;
    } else if (name == "--offset") {
      request.offset = value;
    } else if (name == "--minutes") {
      request.minutes = value;
    } else {
      return std::nullopt;
    }
  }
  return request;
}

int run(const Request& request) {
  const auto begin = std::chrono::steady_clock::now();
  RunReport sum;
  std::uint64_t runs = 0;
  for (std::uint64_t i = request.offset; i < request.seeds; i += request.stride) {
    const auto spent = std::chrono::steady_clock::now() - begin;
    if (request.minutes && spent >= std::chrono::minutes(*request.minutes)) break;
    const std::uint64_t seed = request.first_seed + i;  // beyond the last it begins with 0 again
    seed_at_hand = seed;
    ::alarm(kHangSeconds);
    const RunReport outcome = Simulation(seed, request.trace).run();
    if (request.digests || request.seeds == 1) std::cout << "seed " << seed << " digest " << outcome.digest << '\n';
    if (!outcome.trouble.empty()) {
      std::cout << "seed " << seed << ": " << outcome.trouble << '\n'
                << "step by step: scripts/simulate.sh --seeds 1 --trace --first-seed " << seed << std::endl;
      return 1;
    }
    ++runs;
    sum.commits += outcome.commits;
    sum.refused += outcome.refused;
    sum.crashes += outcome.crashes;
    sum.power_cuts += outcome.power_cuts;
    sum.calls += outcome.calls;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cout << "runs=" << runs << " commits=" << sum.commits << " refused=" << sum.refused << " crashes=" << sum.crashes
            << " power_cuts=" << sum.power_cuts << " calls=" << sum.calls << " seconds=" << seconds << std::endl;
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const auto request = request_of(count, arguments);
  if (!request) {
    std::cerr << "usage: simulate [--seeds N] [--first-seed S] [--stride K] [--offset I] [--minutes M] [--trace] "
                 "[--digests]\n";
    return 2;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGALRM}) std::signal(signal, tell_seed);
  return run(*request);
}
