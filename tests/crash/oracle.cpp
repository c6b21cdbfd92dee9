// The projection's state is compared with the versions that a reader counted, so an event that is folded twice, or not
// at all, shows in a count.
#include "tests/crash/oracle.h"

#include <map>

namespace daybook::test {
namespace {

std::string check_projection(Log& log, const std::filesystem::path& directory, const Reader& reader) {
  auto runner = ProjectionRunner::open(log, counting_projection(), directory);
  if (!runner) return "projection: " + to_string(runner.error());
  if ((*runner)->status().rebuilt) return "the projection had to begin anew";
  if (auto ran = (*runner)->run(); !ran) return "projection: " + to_string(ran.error());
  std::map<std::string, std::uint64_t> counts;
  const auto scanned = (*runner)->state().scan("", [&](std::string_view stream, std::string_view count) {
    counts[std::string(stream)] = std::stoull(std::string(count));
    return true;
  });
  if (!scanned) return "projection: " + to_string(scanned.error());
  return counts == reader.versions() ? "" : "the projection's state is not the fold of the log";
}

std::string check_acknowledged(const Reader& reader, const std::vector<Acknowledgement>& acknowledged) {
  for (const Acknowledgement& one : acknowledged) {
    const auto at = reader.commits().find(one.name);
    if (at == reader.commits().end() || at->second.value() != one.first) {
      return "the acknowledged commit at " + std::to_string(one.first) + " is not there";
    }
  }
  return {};
}

std::string check_statistics(Log& log, const Reader& reader) {
  const auto statistics = log.statistics();
  if (!statistics) return "statistics: " + to_string(statistics.error());
  if (statistics->events != reader.sequence().value()) return "statistics: events";
  if (statistics->streams != reader.versions().size()) return "statistics: streams";
  if (statistics->commits != reader.commits().size()) return "statistics: commits";
  for (const auto& [stream, version] : reader.versions()) {
    const auto head = log.stream_head(stream);
    if (!head) return "stream_head: " + to_string(head.error());
    if (head->version.value() != version) return "the head of " + stream + " is not its last version";
  }
  return {};
}

/// The log can be used as if nothing had been: what a crash left behind may only show when the same thing is done
/// again.
std::string go_on(Log& log, Reader& reader) {
  const auto run = static_cast<std::uint32_t>((1u << 30) + reader.sequence().value());
  for (std::uint32_t number = 0; number < 2; ++number) {
    const auto appended = log.append(make_commit({.run = run, .number = number}));
    if (!appended) return "going on: " + to_string(appended.error());
    if (auto flushed = log.flush_index(); !flushed) return "going on: " + to_string(flushed.error());
  }
  if (auto trouble = read_on(log, reader); !trouble.empty()) return "going on: " + trouble;
  const auto report = log.verify();
  if (!report) return "going on: " + to_string(report.error());
  return report->clean() ? "" : "going on, verify: " + report->damage.front().message;
}

}  // namespace

Projection counting_projection() {
  return {.name = "count",
          .fold_version = 1,
          .query = {},
          .apply = [](const EventView& event, State& state) -> Result<void> {
            const auto before = state.get(event.stream());
            if (!before) return std::unexpected(before.error());
            return state.put(event.stream(), std::to_string(*before ? std::stoull(std::string(**before)) + 1 : 1));
          }};
}

std::string check_log(const std::filesystem::path& directory, const Options& options,
                      const std::vector<Acknowledgement>& acknowledged, const std::filesystem::path& projection) {
  auto log = Log::open(directory, options);
  if (!log) return "open: " + to_string(log.error());
  Reader reader{Sequence(0)};
  if (auto trouble = read_on(**log, reader); !trouble.empty()) return trouble;
  if (reader.sequence() != (*log)->head() || !reader.at_commit_end()) return "the head is not the end of a commit";
  if (auto trouble = check_acknowledged(reader, acknowledged); !trouble.empty()) return trouble;
  if (auto trouble = check_statistics(**log, reader); !trouble.empty()) return trouble;
  const auto report = (*log)->verify();
  if (!report) return "verify: " + to_string(report.error());
  if (!report->clean()) return "verify: " + report->damage.front().message;
  if (report->events != reader.sequence().value()) return "verify: events";
  if (!projection.empty()) {
    if (auto trouble = check_projection(**log, projection, reader); !trouble.empty()) return trouble;
  }
  if (auto trouble = go_on(**log, reader); !trouble.empty()) return trouble;
  const auto closed = (*log)->close();
  return closed ? "" : "close: " + to_string(closed.error());
}

}  // namespace daybook::test
