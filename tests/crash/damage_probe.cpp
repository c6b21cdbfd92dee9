// Everything is asked of the damaged log in the ways in which a program could ask, and compared with what is true. An
// error is a good answer where it names the damage; the same data is a good answer; there is no third.
#include "tests/crash/damage_probe.h"

#include <signal.h>
#include <unistd.h>
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

std::string text_of(const Error& error) {
  return std::string(to_string(error.code)) + ": " + error.message;
}

/// Asks an open log for everything.
class Questions {
 public:
  Questions(Log& log, const DamageSubject& subject) : log_(log), subject_(subject), truth_(subject.lines) {}

  Finding ask() {
    ask_all();
    if (const auto damage = log_.damage()) refused(*damage);
    finding_.cut = was_cut();
    if (read_ < truth_.size() && finding_.refusal.empty() && !finding_.cut) {
      wrong(std::to_string(truth_.size() - read_) + " events are gone, and nobody says so");
    }
    ask_queries();
    ask_streams();
    ask_verify();
    finding_.opened = true;
    return finding_;
  }

 private:
  void wrong(const std::string& what) {
    if (finding_.wrong.empty()) finding_.wrong = what;
  }
  void refused(const Error& error) {
    const bool names = error.code == Code::corruption || error.code == Code::unsupported || error.code == Code::io ||
                       error.code == Code::not_found;
    if (!names) wrong("an odd refusal: " + text_of(error));
    if (finding_.refusal.empty()) finding_.refusal = text_of(error);
  }

  /// A writer cuts what is damaged beyond the durable head, and says so.
  bool was_cut() {
    const auto statistics = log_.statistics();
    return subject_.may_be_cut && statistics && statistics->recovered == Recovered::cut;
  }

  void ask_all() {
    auto cursor = log_.read();
    if (!cursor) return refused(cursor.error());
    while (true) {
      const auto batch = cursor->next();
      if (!batch) return refused(batch.error());
      if (!*batch) return;
      for (const EventView event : **batch) {
        if (read_ >= truth_.size() || line_of(event) != truth_[read_]) {
          return wrong("other data at event " + std::to_string(event.sequence().value()));
        }
        ++read_;
      }
    }
  }

  void ask_queries() {
    for (const Query& query : {Query{{{.streams = {"shared-3", "shared-5"}}}}, Query{{{.types = {"Type1"}}}},
                               Query{{{.tags = {"tag:4"}}, {.stream_prefix = "own-"}}}}) {
      for (const Direction direction : {Direction::forward, Direction::backward}) ask_query(query, direction);
    }
  }

  void ask_query(const Query& query, Direction direction) {
    auto cursor = log_.read({.query = query, .direction = direction});
    if (!cursor) return refused(cursor.error());
    std::vector<std::string> found;
    while (true) {
      const auto batch = cursor->next();
      if (!batch) return refused(batch.error());
      if (!*batch) break;
      for (const EventView event : **batch) found.push_back(line_of(event));
    }
    if (direction == Direction::backward) std::ranges::reverse(found);
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < read_ && i < log_.head().value(); ++i) {
      const auto event = log_.get(Sequence(i + 1));
      if (!event) return refused(event.error());
      if (query.matches(event->view())) expected.push_back(truth_[i]);
    }
    // Where some events could not be read, all that was found must still be true.
    const bool same = read_ == log_.head().value() ? found == expected : std::ranges::includes(truth_, found, by_place);
    if (!same) wrong("a query gives other data");
  }

  static bool by_place(const std::string& a, const std::string& b) {
    const auto place = [](const std::string& line) { return std::stoull(line); };
    return place(a) != place(b) ? place(a) < place(b) : a < b;
  }

  void ask_streams() {
    const auto streams = log_.streams("");
    if (!streams) return refused(streams.error());
    for (const StreamHead& stream : *streams) {
      const std::uint64_t place = stream.last_sequence.value();
      const std::string expected = " " + stream.stream + "@" + std::to_string(stream.version.value()) + " ";
      const bool same = place >= 1 && place <= truth_.size() && truth_[place - 1].find(expected) != std::string::npos;
      if (!same) wrong("the head of " + stream.stream + " is not one of its events");
      const auto sequence = log_.sequence_of(stream.stream, stream.version);
      if (!sequence) {
        refused(sequence.error());
      } else if (*sequence != stream.last_sequence) {
        wrong("sequence_of gives another place");
      }
    }
  }

  void ask_verify() {
    const auto report = log_.verify();
    if (!report) return refused(report.error());
    if (!report->clean()) {
      return refused(
          {.code = Code::corruption, .message = report->damage.front().file + ": " + report->damage.front().message});
    }
    if (!finding_.refusal.empty()) wrong("verify is clean, and yet: " + finding_.refusal);
  }

  Log& log_;
  const DamageSubject& subject_;
  const std::vector<std::string>& truth_;
  std::size_t read_ = 0;
  Finding finding_;
};

Finding look(const DamageSubject& subject, const std::filesystem::path& directory, Mode mode) {
  Options options = subject.options;
  options.create_if_missing = false;
  options.mode = mode;
  auto log = Log::open(directory, options);
  if (!log) return {.wrong = {}, .refusal = text_of(log.error()), .opened = false};
  Finding finding = Questions(**log, subject).ask();
  if (mode == Mode::read_only || !finding.wrong.empty()) return finding;
  // What could be opened for writing goes on as if nothing had been.
  const Sequence head = (*log)->head();
  const auto appended = (*log)->append({.events = {{.stream = "after-all", .type = "T", .data = "{}"}}});
  if (!appended && finding.refusal.empty()) finding.refusal = text_of(appended.error());
  if (!appended) return finding;
  if (appended->first != head.next()) finding.wrong = "the next event is not the next one";
  if (const auto closed = (*log)->close(); !closed) finding.refusal = text_of(closed.error());
  return finding;
}

/// One session; its last event is only in the tail, unless it closes.
void write_session(const Pipe& pipe, const DamageSubject& subject, const std::filesystem::path& directory,
                   std::uint32_t run, std::uint32_t commits, Ending ending) {
  auto log = Log::open(directory, subject.options);
  if (!log) return end_on_trouble(to_string(log.error()));
  for (CommitName name{.run = run}; name.number < commits; ++name.number) {
    if (const auto appended = (*log)->append(make_commit(name)); !appended) {
      end_on_trouble(to_string(appended.error()));
    }
    const bool flushes = name.number == commits / 3 || name.number == 2 * commits / 3;
    if (flushes && !(*log)->flush_index()) end_on_trouble("flush_index");
  }
  auto cursor = (*log)->read();
  while (const auto batch = *cursor->next()) {
    for (const EventView event : *batch) pipe.say(line_of(event) + "\n");
  }
  if (ending == Ending::killed) ::kill(::getpid(), SIGKILL);
  if (!(*log)->close()) end_on_trouble("close");
}

Contents without_diary(Contents contents) {
  std::erase_if(contents,
                [](const auto& file) { return file.first.starts_with("log/LOG") && file.first != "log/LOCK"; });
  return contents;
}

}  // namespace

DamageSubject make_damage_subject(Durability durability, Ending ending, std::uint32_t commits) {
  DamageSubject subject{.contents = {},
                        .older = {},
                        .lines = {},
                        .options = writer_options(durability),
                        .may_be_cut = durability == Durability::buffered && ending == Ending::killed};
  subject.options.index_batch_events = commits;
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  const auto session = [&](std::uint32_t run, Ending how) {
    const ChildEnd ended = in_child([&](const Pipe& pipe) { write_session(pipe, subject, path, run, commits, how); });
    CAPTURE(ended.trouble());
    REQUIRE((how == Ending::killed ? ended.signal == SIGKILL : ended.exit_code == 0));
    return ended.said;
  };
  static_cast<void>(session(1, Ending::closed));
  subject.older = without_diary(contents_of(path));
  const std::string said = session(2, ending);
  for (std::size_t at = 0; at < said.size();) {
    const std::size_t end = said.find('\n', at);
    subject.lines.push_back(said.substr(at, end - at));
    at = end + 1;
  }
  REQUIRE(subject.lines.size() > 2 * commits);
  subject.contents = without_diary(contents_of(path));
  return subject;
}

Finding probe_reader(const DamageSubject& subject, const std::filesystem::path& directory) {
  const std::string before = fingerprint_of(directory);
  Finding finding = look(subject, directory, Mode::read_only);
  if (finding.wrong.empty() && fingerprint_of(directory) != before) finding.wrong = "a reader changed the directory";
  return finding;
}

Finding probe_writer(const DamageSubject& subject, const std::filesystem::path& directory, const Contents& before) {
  Finding finding = look(subject, directory, Mode::read_write);
  if (finding.opened || !finding.wrong.empty()) return finding;
  for (const std::string& name : differences(before, contents_of(directory))) {
    if (name != "LOCK") finding.wrong = "a writer that refused the log changed " + name;
  }
  return finding;
}

}  // namespace daybook::test
