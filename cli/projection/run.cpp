// `projection run`: the same runner that a program embeds. The log is opened for reading only, so nothing outside the
// projection's own folder changes, and a writer may be at work beside it.
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/projection/actions.h"

namespace daybook::cli {
namespace {

Result<void> fold(ProjectionRunner& runner, const std::string& name, Sequence head, bool follow) {
  ProgressBar bar(name, "events");
  const Sequence start = runner.status().checkpoint.sequence;
  const auto progress = [&](Sequence reached) {
    bar.update({.done = reached.value(), .total = head.value(), .items = reached.value() - start.value()});
    return !interrupted();
  };
  auto folded = runner.run(kSequenceMax, progress);
  bar.clear();
  if (!folded || !follow || interrupted()) return folded;
  return runner.follow([] { return interrupted(); });
}

int print_standing(const Context& context, Log& log, const ProjectionRunner& runner, int exit_code) {
  if (auto head = log.refresh(); !head) return report(head.error());
  const auto standing = standing_of(log, runner.status());
  if (!standing) return report(standing.error());
  Output output;
  if (context.json) {
    append_standing_json(output.buffer(), *standing);
    output.buffer().push_back('\n');
  } else {
    const std::string rebuilt = runner.status().rebuilt ? ", rebuilt" : "";
    output.write(standing->name + ": folded through sequence " + std::to_string(standing->sequence.value()) + ", " +
                 std::to_string(standing->lag) + " behind" + rebuilt + "\n");
  }
  return finish_reading(log, output, exit_code);
}

}  // namespace

int run_projection(const Context& given, const std::string& name, bool follow) {
  auto projection = find_projection(name);
  if (!projection) return report(projection.error());
  const auto context = with_directory(given, "projection run");
  if (!context) return report(context.error());
  const auto log = open_for_reading(*context);
  if (!log) return report(log.error());
  const auto runner = ProjectionRunner::open(**log, std::move(*projection), projection_directory(*context, name));
  if (!runner) return report(runner.error());
  const auto folded = fold(**runner, name, (*log)->head(), follow);
  int exit_code = interrupted() ? kExitInterrupted : kExitOk;
  // What cannot be folded stands in the log, not in a flag.
  if (!folded) exit_code = report(folded.error(), Source::input);
  return print_standing(*context, **log, **runner, exit_code);
}

}  // namespace daybook::cli
