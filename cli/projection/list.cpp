// `projection list`: where each projection stands. Those that this program knows are listed before they ever ran, so
// that a person sees what there is to run; those of other programs when their folder is there.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>

#include "daybook/client.h"
#include "daybook/clock.h"

#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/projection/actions.h"
#include "cli/style.h"
#include "cli/table.h"

namespace daybook::cli {
namespace {

// Names in byte order; the value says which fold version a projection that never ran would have.
Result<std::map<std::string, std::uint32_t>> listed_names(const Context& context) {
  std::map<std::string, std::uint32_t> names;
  for (const Projection& projection : known_projections()) names[projection.name] = projection.fold_version;
  const std::filesystem::path parent = projection_directory(context, "").parent_path();
  std::error_code error;
  std::filesystem::directory_iterator at(parent, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    if (at->is_directory(error)) names.try_emplace(at->path().filename().string(), 0);
  }
  if (error) return fail(Code::io, "cannot list " + parent.string() + ": " + error.message());
  return names;
}

Result<double> age_seconds(Log& log, Sequence sequence) {
  const auto event = log.get(sequence);
  if (!event) return std::unexpected(event.error());
  const auto age = log.options().clock->now() - event->view().recorded_at();
  return std::max(0.0, std::chrono::duration<double>(age).count());
}

// The standing of one name; nullopt where a folder holds no projection.
Result<std::optional<Standing>> measure(const Context& context, Log& log, const std::string& name,
                                        std::uint32_t known_version) {
  const auto reader = ProjectionReader::open(projection_directory(context, name));
  if (reader) return standing_of(log, (*reader)->status());
  if (reader.error().code != Code::not_found) {
    // One that cannot be read does not hide the others.
    const bool damaged = reader.error().code == Code::corruption;
    return Standing{.name = name, .ran = true, .damaged = damaged, .error = reader.error().message};
  }
  if (known_version == 0) return std::nullopt;
  ProjectionStatus never_ran{.name = name, .fold_version = known_version};
  auto start = log.checkpoint_at(Sequence(0));
  if (!start) return std::unexpected(std::move(start.error()));
  never_ran.checkpoint = *start;
  auto standing = standing_of(log, never_ran);
  if (standing) standing->ran = false;
  return standing;
}

std::string seconds_text(double seconds) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3f", seconds);
  return text.data();
}

std::string state_text(const Standing& standing) {
  if (standing.error) return *standing.error;
  return standing.ran ? "ok" : "never ran: daybook projection run " + standing.name;
}

}  // namespace

Result<Standing> standing_of(Log& log, const ProjectionStatus& status) {
  Standing standing{
      .name = status.name, .sequence = status.checkpoint.sequence, .fold_version = status.fold_version, .ran = true};
  if (status.checkpoint.sequence > log.head()) {
    // A runner beside us may have folded what was appended after this log was opened.
    if (auto refreshed = log.refresh(); !refreshed) return std::unexpected(std::move(refreshed.error()));
  }
  const Sequence head = log.head();
  if (status.failure) {
    standing.error = "stopped at sequence " + std::to_string(status.failure->sequence.value()) + ", stream " +
                     status.failure->stream + ": " + status.failure->reason;
  }
  if (auto held = log.check(status.checkpoint); !held) {
    if (held.error().code != Code::diverged) return std::unexpected(std::move(held.error()));
    standing.damaged = true;
    standing.error = "made from another history than this log's; the next run rebuilds it";
    standing.lag = head.value();
    return standing;
  }
  if (head <= standing.sequence) return standing;
  standing.lag = head.value() - standing.sequence.value();
  auto age = age_seconds(log, standing.sequence.next());
  if (!age) return std::unexpected(std::move(age.error()));
  standing.lag_seconds = *age;
  return standing;
}

namespace {

// Of those that the server runs.
Result<std::vector<Standing>> served_standings(Log& log) {
  auto statuses = RemoteProjection::list(log);
  if (!statuses) return std::unexpected(std::move(statuses.error()));
  std::ranges::sort(*statuses, {}, &ProjectionStatus::name);
  std::vector<Standing> standings;
  for (const ProjectionStatus& status : *statuses) {
    auto standing = standing_of(log, status);
    if (!standing) return std::unexpected(std::move(standing.error()));
    standings.push_back(std::move(*standing));
  }
  return standings;
}

}  // namespace

Result<std::vector<Standing>> all_standings(const Context& context, Log& log) {
  if (!context.server.empty()) return served_standings(log);
  const auto names = listed_names(context);
  if (!names) return std::unexpected(names.error());
  std::vector<Standing> standings;
  for (const auto& [name, known_version] : *names) {
    auto standing = measure(context, log, name, known_version);
    if (!standing) return std::unexpected(std::move(standing.error()));
    if (*standing) standings.push_back(std::move(**standing));
  }
  return standings;
}

void append_standing_json(std::string& out, const Standing& standing) {
  out.append("{\"name\":");
  append_json_string(out, standing.name);
  out.append(",\"sequence\":").append(std::to_string(standing.sequence.value()));
  out.append(",\"lag\":").append(std::to_string(standing.lag));
  out.append(",\"lagSeconds\":").append(seconds_text(standing.lag_seconds));
  out.append(",\"foldVersion\":").append(std::to_string(standing.fold_version));
  if (standing.error) {
    out.append(",\"error\":");
    append_json_string(out, *standing.error);
  }
  out.push_back('}');
}

int list_projections(const Context& context) {
  const auto log = open_for_reading(context);
  if (!log) return report(log.error());
  const auto standings = all_standings(context, **log);
  if (!standings) return report(standings.error());
  Output output;
  Table table({{"projection"},
               {"sequence", Align::right},
               {"lag", Align::right},
               {"lag seconds", Align::right},
               {"fold version", Align::right},
               {"state"}});
  table.header_on_terminal_only();
  for (const Standing& found : *standings) {
    if (context.json) {
      append_standing_json(output.buffer(), found);
      output.buffer().push_back('\n');
      output.line_done();
      continue;
    }
    table.add_row({found.name, std::to_string(found.sequence.value()), std::to_string(found.lag),
                   seconds_text(found.lag_seconds), std::to_string(found.fold_version), state_text(found)});
  }
  table.print(output);
  return finish_reading(**log, output, kExitOk);
}

}  // namespace daybook::cli
