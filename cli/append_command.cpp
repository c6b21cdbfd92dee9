// `append`: one event from flags, or commits from JSON lines.
//
// With `append -` each line is acknowledged before the next one is taken. Sending ahead would be faster, but then the
// lines behind a refused one might be in the log already, and "stops at the first refusal" would be a lie. Who has many
// events puts them into fewer commits, or imports them.
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "api/validate.h"
#include "daybook/limits.h"
#include "daybook/log.h"

#include "cli/command.h"
#include "cli/commit_json.h"
#include "cli/event_json.h"
#include "cli/flags.h"
#include "cli/input.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/query_json.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

struct Flags {
  std::optional<std::string> input;  ///< `-`
  bool atomic = false;
  std::optional<std::string> stream;
  std::optional<std::string> type;
  std::optional<std::string> data;
  std::vector<std::string> tags;
  std::optional<std::uint64_t> expect;
  std::optional<std::string> fail_if_match;
  std::optional<std::uint64_t> after;
  std::optional<Uuid> key;
  std::optional<Uuid> correlation;
  std::optional<Uuid> causation;
  std::optional<Durability> durability;
  std::vector<const CLI::Option*> event_flags;  ///< Those that describe the one event.
};

Error at_line(const LineReader& lines, Error error) {
  error.message = "stdin:" + std::to_string(lines.line_number()) + ": " + error.message;
  return error;
}

/// What `--data` means: JSON text, `@FILE`, or `-` for standard input.
Result<std::string> data_of(const std::string& value) {
  Result<std::string> text = value;
  if (value == "-") {
    text = read_all(STDIN_FILENO, kDataBytesMax);
  } else if (value.starts_with('@')) {
    text = read_file(value.substr(1), kDataBytesMax);
  }
  if (!text) {
    text.error().message = "--data: " + text.error().message;
    return text;
  }
  if (!is_json(*text)) {
    return fail(Code::invalid, "--data: it is not valid JSON in UTF-8; text needs its quotes, as in --data '\"text\"'");
  }
  return std::string(trim_json(*text));
}

Result<Commit> commit_of(const Flags& flags) {
  Result<std::string> data = data_of(*flags.data);
  if (!data) return std::unexpected(std::move(data.error()));
  Event event{.stream = *flags.stream, .type = *flags.type};
  event.data = std::move(*data);
  event.tags = flags.tags;
  event.correlation_id = flags.correlation;
  event.causation_id = flags.causation;
  Commit commit;
  commit.events.push_back(std::move(event));
  commit.key = flags.key;
  if (flags.expect) commit.expected.push_back({*flags.stream, Version(*flags.expect)});
  if (flags.fail_if_match) {
    Result<Query> query = parse_query(*flags.fail_if_match);
    if (!query) return fail(query.error().code, "--fail-if-match: " + query.error().message);
    commit.fail_if_match.push_back({std::move(*query), Sequence(flags.after.value_or(0))});
  }
  return commit;
}

void print_appended(Output& output, const Appended& appended, bool json) {
  std::string& out = output.buffer();
  if (json) {
    append_appended_json(out, appended);
    out += '\n';
    return output.flush();
  }
  for (const auto& [stream, version] : appended.versions) {
    out += appended.repeated ? "was appended before: event " : "appended event ";
    out += std::to_string(appended.first.value()) + ": " + visible(stream) + " is at version " +
           std::to_string(version.value()) + "\n";
  }
  output.flush();
}

/// What the log would refuse whatever is in it, found before the log is opened for writing, which changes its files.
Result<void> check_before(const Commit& commit) {
  Result<void> checked = check_commit(commit);
  if (!checked) checked.error().outcome = Outcome::not_appended;
  return checked;
}

int append_event(const Context& context, const Flags& flags) {
  Result<Commit> commit = commit_of(flags);
  if (!commit) return interrupted() ? kExitInterrupted : report(commit.error());
  if (Result<void> checked = check_before(*commit); !checked) return report(checked.error());
  Result<std::unique_ptr<Log>> log = open_for_writing(context, flags.durability);
  if (!log) return report(log.error());
  Result<Appended> appended = (*log)->append(std::move(*commit));
  if (!appended) return report(appended.error());
  Output output;
  print_appended(output, *appended, context.json);
  if (Result<void> closed = (*log)->close(); !closed) return report(closed.error());
  return output.finish(kExitOk);
}

/// Opens the log at the first line that is worth it, or at the end of an input without any.
class Opener {
 public:
  Opener(const Context& context, std::optional<Durability> durability) : context_(context), durability_(durability) {}
  [[nodiscard]] Result<Appended> append(Commit commit) {
    if (!log_) {
      if (Result<void> checked = check_before(commit); !checked) return std::unexpected(checked.error());
    }
    if (Result<void> opened = open(); !opened) return std::unexpected(opened.error());
    return log_->append(std::move(commit));
  }
  /// Makes the log where there is none.
  [[nodiscard]] Result<void> open() {
    if (log_) return {};
    Result<std::unique_ptr<Log>> log = open_for_writing(context_, durability_);
    if (!log) return std::unexpected(log.error());
    log_ = std::move(*log);
    return {};
  }
  [[nodiscard]] Result<void> close() { return log_ ? log_->close() : Result<void>(); }

 private:
  const Context& context_;
  std::optional<Durability> durability_;
  std::unique_ptr<Log> log_;
};

/// Appends each line as a commit; stops at the first that is refused.
int append_lines(Opener& log, LineReader& lines, Output& output) {
  CommitJson reader;
  ProgressBar bar("append", "lines", output);
  const auto refused = [&](const Error& error) {
    bar.clear();
    return report(at_line(lines, error), Source::input);
  };
  while (output.ok()) {
    Result<std::optional<std::string_view>> line = lines.next();
    if (!line) return refused(line.error());
    if (interrupted()) return kExitInterrupted;
    if (!*line) break;
    if (trim_json(**line).empty()) continue;
    Result<Commit> commit = reader.parse(**line);
    if (!commit) return refused(commit.error());
    Result<Appended> appended = log.append(std::move(*commit));
    if (!appended) return refused(appended.error());
    print_appended(output, *appended, true);
    bar.update({.items = lines.line_number()});
  }
  return kExitOk;
}

/// Adds what one line says to the commit of all.
Result<void> merge(Commit& all, Commit line, std::size_t& data_bytes) {
  if (line.key && all.key && *line.key != *all.key) {
    return fail(Code::invalid, "its key differs from that of a line before; one commit has one key");
  }
  if (line.key) all.key = line.key;
  for (Event& event : line.events) {
    data_bytes += event.data.size();
    all.events.push_back(std::move(event));
  }
  if (all.events.size() > kCommitEventsMax || data_bytes > kCommitBytesMax) {
    return fail(Code::too_large, "with it the commit is larger than 10,000 events or 16 MiB", Outcome::not_appended);
  }
  for (ExpectedVersion& expected : line.expected) all.expected.push_back(std::move(expected));
  for (FailIfMatch& condition : line.fail_if_match) all.fail_if_match.push_back(std::move(condition));
  return {};
}

/// Appends all lines as one commit.
int append_atomically(Opener& log, LineReader& lines, Output& output) {
  CommitJson reader;
  Commit all;
  std::size_t data_bytes = 0;
  while (true) {
    Result<std::optional<std::string_view>> line = lines.next();
    if (!line) return report(at_line(lines, line.error()), Source::input);
    if (interrupted()) return kExitInterrupted;
    if (!*line) break;
    if (trim_json(**line).empty()) continue;
    Result<Commit> commit = reader.parse(**line);
    if (!commit) return report(at_line(lines, commit.error()), Source::input);
    Result<void> merged = merge(all, std::move(*commit), data_bytes);
    if (!merged) return report(at_line(lines, merged.error()), Source::input);
  }
  if (all.events.empty()) return kExitOk;
  Result<Appended> appended = log.append(std::move(all));
  if (!appended) {
    appended.error().message = "stdin: " + appended.error().message;
    return report(appended.error(), Source::input);
  }
  print_appended(output, *appended, true);
  return kExitOk;
}

int append_input(const Context& context, const Flags& flags) {
  if (auto named = check_named(context); !named) return report(named.error());
  Opener log(context, flags.durability);
  LineReader lines(STDIN_FILENO, kCommitLineBytesMax);
  Output output;
  int exit_code = flags.atomic ? append_atomically(log, lines, output) : append_lines(log, lines, output);
  if (exit_code == kExitOk) {
    if (Result<void> opened = log.open(); !opened) exit_code = report(opened.error());
  }
  if (Result<void> closed = log.close(); !closed) {
    const int close_code = report(closed.error());
    if (exit_code == kExitOk) exit_code = close_code;
  }
  return output.finish(exit_code);
}

int run(const Context& context, const Flags& flags) {
  for (const CLI::Option* flag : flags.event_flags) {
    if (!flags.input || flag->count() == 0) continue;
    note("with '-' the JSON lines say everything: " + flag->get_name() +
         " cannot stand beside it; see: daybook append "
         "--help");
    return kExitUsage;
  }
  if (flags.input) return append_input(context, flags);
  if (flags.stream && flags.type && flags.data) return append_event(context, flags);
  note("append needs --stream, --type and --data, or '-' to read JSON lines; see: daybook append --help");
  return kExitUsage;
}

}  // namespace

void add_append(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "append",
      "Append one event from flags, or commits from JSON lines\n\n"
      "With --stream, --type and --data one event is appended, and its sequence and its stream's version are printed. "
      "With `-` each line of standard input is a commit: an event as `read --json` prints it, or several in "
      "{\"events\":[...]}. A line is acknowledged before the next is taken; the first that is refused stops it.\n\n"
      "An append that ended with *may have been appended* is run again with the same --key, which tells.");
  const auto flags = std::make_shared<Flags>();
  const auto only_dash = [](const std::string& text) {
    return text == "-" ? std::string() : "append takes JSON lines from standard input only: '-'";
  };
  CLI::Option* input =
      add_text(*command, "input", flags->input, "`-`: JSON lines on standard input, a commit a line", "-")
          ->check(only_dash);
  command->add_flag("--atomic", flags->atomic, "With `-`: all lines are one commit, appended whole or not at all")
      ->needs(input);
  CLI::Option* fail_if_match = add_text(
      *command, "--fail-if-match", flags->fail_if_match,
      "Refuse if any event matches this query: a JSON array of {streams, streamPrefix, types, tags, correlation}",
      "QUERY_JSON");
  flags->event_flags = {
      add_text(*command, "--stream", flags->stream, "The stream to append to: 1 to 512 bytes"),
      add_text(*command, "--type", flags->type, "The event's type: 1 to 256 bytes"),
      add_text(*command, "--data", flags->data,
               "The event's data, stored as it is; @FILE reads it from a file, - from standard input", "JSON|@FILE|-"),
      add_texts(*command, "--tag", flags->tags, "A tag to find the event by; may be repeated, up to 64 times", "TAG"),
      add_count(*command, "--expect", flags->expect, "Refuse unless the stream is at version N; 0: it must not exist",
                0, kSequenceMax.value()),
      fail_if_match,
      add_uuid(*command, "--key", flags->key, "Idempotency key: appends the event once, however often it is run"),
      add_uuid(*command, "--correlation", flags->correlation, "The business transaction it is part of"),
      add_uuid(*command, "--causation", flags->causation, "The event or command that caused it"),
  };
  add_count(*command, "--after", flags->after, "With --fail-if-match: only events after sequence N; default: 0", 0,
            kSequenceMax.value())
      ->needs(fail_if_match);
  add_durability(*command, flags->durability);
  add_examples(*command,
               {
                   "append --log orders --stream order-1 --type OrderPlaced --data '{\"total\":\"9.50\"}' --expect 0",
                   "append --log orders --stream sku-7 --type StockReceived --data @receipt.json --tag sku:7",
                   "append --log orders --stream order-1 --type OrderPlaced --data '{}' \\\n"
                   "    --fail-if-match '[{\"tags\":[\"order:1\"]}]' --after 812",
                   "read --log old --json | daybook append --log new -",
               });
  command->callback([flags, &context] { context.exit_code = run(context, *flags); });
}

}  // namespace daybook::cli
