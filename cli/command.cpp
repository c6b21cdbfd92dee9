// Exit codes are decided here and nowhere else, so that every command keeps the one table of docs/cli.md.
#include "cli/command.h"

#include <unistd.h>

#include <cerrno>
#include <string>

#include "cli/visible_text.h"

namespace daybook::cli {

int exit_code_of(const Error& error, Source source) {
  // Whether the events are there is unknown: no script may take that for a refusal.
  if (error.outcome == Outcome::may_have_been_appended) return kExitEnvironment;
  switch (error.code) {
    case Code::conflict:
    case Code::not_found:
      return kExitFailure;
    case Code::invalid:
    case Code::too_large:
      return source == Source::flag ? kExitUsage : kExitFailure;
    case Code::busy:
    case Code::closed:
    case Code::denied:
    case Code::corruption:
    case Code::io:
    case Code::unsupported:
    case Code::diverged:
    case Code::timeout:
      return kExitEnvironment;
  }
  return kExitEnvironment;
}

void note(std::string_view text) {
  // One write, so that lines of several processes on one terminal do not mix.
  const std::string line = "daybook: " + visible(text) + "\n";
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data() + done, line.size() - done);
    if (written < 0 && errno != EINTR) return;  // There is nowhere left to say it.
    if (written > 0) done += static_cast<std::size_t>(written);
  }
}

int report(const Error& error, Source source) {
  note(to_string(error));
  return exit_code_of(error, source);
}

}  // namespace daybook::cli
