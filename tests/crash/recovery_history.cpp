// HEAD and the length of the WAL are taken down between appends, when nothing is on its way.
#include "tests/crash/recovery_history.h"

#include <signal.h>
#include <unistd.h>
#include <sstream>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeadBytes = 32;

Event event_of(std::uint64_t number) {
  return {.stream = number % 3 == 0 ? "third" : "other",
          .type = number % 2 == 0 ? "Even" : "Odd",
          .data = "{\"number\":" + std::to_string(number) + ",\"fill\":\"" + std::string(100, 'x') + "\"}"};
}

fs::path wal_in(const fs::path& directory) {
  fs::path newest;
  for (const auto& entry : fs::directory_iterator(directory / "log")) {
    if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
  }
  return newest;
}

void write_history(const Pipe& pipe, const fs::path& directory, Durability durability, std::size_t events,
                   bool indexed) {
  auto log = Log::open(directory, writer_options(durability));
  if (!log) return end_on_trouble(to_string(log.error()));
  for (std::uint64_t number = 0; number <= events; ++number) {
    if (number > 0 && !(*log)->append({.events = {event_of(number)}})) return end_on_trouble("append");
    const std::string bytes = std::to_string(fs::file_size(wal_in(directory)));
    pipe.say(read_bytes(directory / "HEAD") + std::string(12 - bytes.size(), ' ') + bytes);
  }
  if (indexed && !(*log)->flush_index()) end_on_trouble("flush_index");
  ::kill(::getpid(), SIGKILL);
}

std::uint64_t count_read(Log& log) {
  std::uint64_t count = 0;
  auto cursor = log.read();
  while (cursor) {
    const auto batch = cursor->next();
    if (!batch || !*batch) return count;
    for (const EventView view : **batch) {
      const Event expected = event_of(view.sequence().value());
      if (view.sequence().value() != count + 1 || view.data() != expected.data || view.stream() != expected.stream) {
        end_on_trouble("another event at " + std::to_string(count + 1));
      }
      ++count;
    }
  }
  return count;
}

bool is_found(Log& log, const Query& query) {
  std::vector<std::uint64_t> expected;
  for (std::uint64_t number = 1; number <= log.head().value(); ++number) {
    const auto event = log.get(Sequence(number));
    if (event && query.matches(event->view())) expected.push_back(number);
  }
  std::vector<std::uint64_t> found;
  auto cursor = log.read({.query = query});
  while (cursor) {
    const auto batch = cursor->next();
    if (!batch) return false;
    if (!*batch) break;
    for (const EventView view : **batch) found.push_back(view.sequence().value());
  }
  return found == expected;
}

void say_sight(const Pipe& pipe, const fs::path& directory, Mode mode, Durability durability) {
  Options options = writer_options(durability);
  options.create_if_missing = false;
  options.mode = mode;
  auto log = Log::open(directory, options);
  if (!log) {
    return pipe.say("refused " + std::to_string(static_cast<int>(log.error().code)) + "\n" + log.error().message);
  }
  const auto statistics = (*log)->statistics();
  const auto report = (*log)->verify();
  const bool queried = is_found(**log, Query{{{.streams = {"third"}}}}) && is_found(**log, Query{{{.types = {"Odd"}}}});
  const std::uint64_t read = count_read(**log);
  const std::uint64_t head = (*log)->head().value();
  const auto damage = (*log)->damage();
  if (mode == Mode::read_write) {
    const auto appended = (*log)->append({.events = {event_of(head + 1)}});
    if (!appended) end_on_trouble("append: " + to_string(appended.error()));
    if (appended->first.value() != head + 1) end_on_trouble("the next event is not the next one");
    if (auto closed = (*log)->close(); !closed) end_on_trouble("close: " + to_string(closed.error()));
  }
  std::ostringstream text;
  text << "opened " << head << ' ' << read << ' ' << (report && report->clean()) << ' ' << queried << ' '
       << damage.has_value() << ' ' << (statistics ? std::string(to_string(statistics->recovered)) : "none") << '\n'
       << (damage ? damage->message : "");
  pipe.say(text.str());
}

}  // namespace

History& History::head_of(std::size_t moment) {
  contents["HEAD"] = heads.at(moment);
  return *this;
}

History& History::wal_until(std::size_t moment, std::uint64_t bytes_short) {
  contents[wal].resize(wal_bytes.at(moment) - bytes_short);
  return *this;
}

History& History::flip_in(std::size_t number) {
  const std::uint64_t middle = (wal_bytes.at(number - 1) + wal_bytes.at(number)) / 2;
  char& byte = contents[wal].at(middle);
  byte = static_cast<char>(byte ^ 4);
  return *this;
}

History make_history(Durability durability, std::size_t events, bool indexed) {
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  const ChildEnd ended = in_child([&](const Pipe& pipe) { write_history(pipe, path, durability, events, indexed); });
  CAPTURE(ended.trouble());
  REQUIRE(ended.signal == SIGKILL);
  History history{.contents = contents_of(path), .wal = {}, .heads = {}, .wal_bytes = {}};
  history.wal = "log/" + wal_in(path).filename().string();
  for (std::size_t at = 0; at < ended.said.size(); at += kHeadBytes + 12) {
    history.heads.push_back(ended.said.substr(at, kHeadBytes));
    history.wal_bytes.push_back(std::stoull(ended.said.substr(at + kHeadBytes, 12)));
  }
  REQUIRE(history.heads.size() == events + 1);
  return history;
}

Sight look_at(const fs::path& directory, Mode mode, Durability durability) {
  const ChildEnd ended = in_child([&](const Pipe& pipe) { say_sight(pipe, directory, mode, durability); });
  REQUIRE(ended.trouble() == "");
  std::istringstream text(ended.said);
  Sight sight;
  std::string word;
  text >> word;
  if (word == "refused") {
    int code = 0;
    text >> code;
    sight.refusal = static_cast<Code>(code);
  } else {
    text >> sight.head >> sight.read >> sight.verified >> sight.queried >> sight.damage >> sight.recovered;
  }
  text.ignore(1);
  std::getline(text, sight.message, '\0');
  return sight;
}

}  // namespace daybook::test
