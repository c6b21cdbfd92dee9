// The writer has told everything when a reader looks, so the model is exactly what the log must show.
#include "tests/simulation/readers.h"

#include <algorithm>

namespace daybook::simulation {
namespace {

std::string text_of(Sequence sequence) {
  return std::to_string(sequence.value());
}

/// "" where `view` is what was given as `event`.
std::string difference(const EventView& view, const ModelEvent& expected) {
  const Event& event = expected.event();
  if (view.stream() != event.stream || view.type() != event.type) return "stream or type";
  if (view.version() != expected.version) return "version " + std::to_string(view.version().value());
  if (view.data() != event.data || view.content_type() != event.content_type) return "data";
  if (view.tag_count() != event.tags.size()) return "number of tags";
  for (std::size_t i = 0; i < event.tags.size(); ++i) {
    if (view.tag(i) != event.tags[i]) return "tag";
  }
  if (event.id && view.id() != *event.id) return "id";
  if (view.occurred_at() != event.occurred_at) return "time";
  if (view.correlation_id() != event.correlation_id || view.causation_id() != event.causation_id) return "cause";
  if (view.traceparent() != event.traceparent) return "traceparent";
  if (view.header_count() != event.headers.size()) return "number of headers";
  for (std::size_t i = 0; i < event.headers.size(); ++i) {
    if (view.header(i) !=
        std::pair<std::string_view, std::string_view>(event.headers[i].name, event.headers[i].value)) {
      return "header";
    }
  }
  return "";
}

/// The sequences that a cursor yields; nullopt after an error that the disk explains.
std::optional<std::vector<std::uint64_t>> read(World& world, Log& log, const ReadOptions& options) {
  auto cursor = log.read(options);
  if (!cursor) {
    world.unless_disk_failed(cursor.error(), "read");
    return std::nullopt;
  }
  std::vector<std::uint64_t> found;
  while (true) {
    const auto batch = cursor->next();
    if (!batch) {
      world.unless_disk_failed(batch.error(), "read on");
      return std::nullopt;
    }
    if (!*batch) return found;
    for (const EventView event : **batch) {
      found.push_back(event.sequence().value());
      if (event.sequence() > world.model.head()) break;
      const std::string wrong = difference(event, world.model.at(event.sequence()));
      world.fail_if(!wrong.empty(), "event " + text_of(event.sequence()) + " has another " + wrong);
    }
  }
}

}  // namespace

void check_events(World& world, Sequence from) {
  auto cursor = world.log->read({.from = from});
  if (!cursor) return world.unless_disk_failed(cursor.error(), "read");
  Sequence next = from;
  Timestamp before{};
  while (world.trouble.empty()) {
    const auto batch = cursor->next();
    if (!batch) return world.unless_disk_failed(batch.error(), "read on");
    if (!*batch) break;
    for (const EventView view : **batch) {
      if (view.sequence() != next || next > world.model.head()) {
        return world.fail("the log goes on with " + text_of(view.sequence()) + " where " + text_of(next) +
                          " belongs, and ends at " + text_of(world.model.head()));
      }
      ModelEvent& expected = world.model.at(next);
      const std::string wrong = difference(view, expected);
      if (!wrong.empty()) return world.fail("event " + text_of(next) + " has another " + wrong);
      const Link& link = (*batch)->block()->link();
      const bool known = expected.link != Link{};
      world.fail_if(known && (expected.link != link || expected.recorded_at != view.recorded_at()),
                    "event " + text_of(next) + " has another time or link than before");
      world.fail_if(view.recorded_at() < before, "recorded time goes back at " + text_of(next));
      expected.link = link;
      expected.recorded_at = before = view.recorded_at();
      next = next.next();
    }
  }
  world.fail_if(world.trouble.empty() && next != world.model.head().next(),
                "the log ends at " + text_of(next.previous()) + ", not at " + text_of(world.model.head()));
}

void check_query(World& world, Log& log) {
  Random& random = world.random;
  const std::uint64_t head = world.model.head().value();
  ReadOptions options{.query = world.shapes.query(world.model)};
  if (random.chance(50)) options.from = Sequence(random.below(head + 2));
  if (random.chance(50)) options.through = Sequence(random.below(head + 2));
  if (random.chance(30)) options.direction = Direction::backward;
  if (random.chance(20)) options.limit = random.between(1, 10);
  std::vector<std::uint64_t> expected = world.model.find(options.query, options.from, options.through);
  if (options.direction == Direction::backward) std::ranges::reverse(expected);
  if (expected.size() > options.limit) expected.resize(options.limit);
  const auto found = read(world, log, options);
  if (!found) return;
  world.history.note("query found " + std::to_string(found->size()));
  world.fail_if(*found != expected, "a query found " + std::to_string(found->size()) + " events, and " +
                                        std::to_string(expected.size()) + " match, or others");
}

void check_point(World& world, Log& log) {
  Random& random = world.random;
  const Model& model = world.model;
  const Sequence sequence(random.below(model.head().value() + 3));
  const bool there = sequence != Sequence(0) && sequence <= model.head();
  const auto event = log.get(sequence);
  if (!event && event.error().code != Code::not_found) return world.unless_disk_failed(event.error(), "get");
  world.fail_if(event.has_value() != there, "get of " + text_of(sequence));
  if (!event || !there) return;
  const ModelEvent& expected = model.at(sequence);
  const std::string wrong = difference(event->view(), expected);
  world.fail_if(!wrong.empty(), "event " + text_of(sequence) + " has another " + wrong);
  const auto by_version = log.sequence_of(expected.event().stream, expected.version);
  if (!by_version && by_version.error().code != Code::not_found) {
    return world.unless_disk_failed(by_version.error(), "sequence_of");
  }
  world.fail_if(!by_version || *by_version != sequence, "the sequence of a version is not " + text_of(sequence));
  const Timestamp at = event->view().recorded_at();
  const auto first = log.first_at(at);
  if (!first) return world.unless_disk_failed(first.error(), "first_at");
  world.fail_if(*first > sequence, "the first event of a time lies behind one of that time");
}

void check_streams(World& world, Log& log) {
  const auto& streams = world.model.streams();
  const std::string prefix = world.random.chance(50) ? "" : world.shapes.stream().substr(0, 3);
  const auto found = log.streams(prefix, "", 100'000);
  if (!found) return world.unless_disk_failed(found.error(), "streams");
  std::size_t expected = 0;
  for (const auto& [name, head] : streams) {
    if (!name.starts_with(prefix)) continue;
    const bool same = expected < found->size() && (*found)[expected].stream == name &&
                      (*found)[expected].version == head.version &&
                      (*found)[expected].last_sequence == head.last_sequence;
    world.fail_if(!same, "the list of streams lacks " + name + ", or shows it elsewhere");
    ++expected;
  }
  world.fail_if(found->size() != expected, "the list of streams has some that nobody wrote");
  const std::string name = world.shapes.stream();
  const auto head = log.stream_head(name);
  if (!head) return world.unless_disk_failed(head.error(), "stream_head");
  const auto known = streams.find(name);
  const Version version = known == streams.end() ? Version(0) : known->second.version;
  world.fail_if(head->version != version, "the head of " + name + " is " + std::to_string(head->version.value()));
}

void check_statistics(World& world) {
  const auto statistics = world.log->statistics();
  if (!statistics) return world.unless_disk_failed(statistics.error(), "statistics");
  world.fail_if(statistics->head != world.model.head() || statistics->streams != world.model.streams().size() ||
                    statistics->commits != world.model.commit_count(),
                "the counts are wrong");
  world.fail_if(statistics->indexed_through > statistics->head, "the index is ahead of the log");
}

void check_verify(World& world, Log& log) {
  const auto report = log.verify();
  if (!report) return world.unless_disk_failed(report.error(), "verify");
  if (report->clean()) return world.history.note("verified");
  const std::string what = "verify: " + report->damage.front().message;
  world.history.note(what);
  world.fail_if(!world.disk.has_failed() && !world.disk.ended(), what);
}

std::optional<Sequence> check_follower(World& world, const Options& writer_options, bool beside_writer) {
  Options options = writer_options;
  options.mode = Mode::read_only;
  options.create_if_missing = false;
  options.tail_events_max = 1'000'000;  // further behind it would scan, and not know streams
  const std::string before = world.disk.contents();
  auto impl = std::make_unique<LocalLog>("/log", options, &world.env, Drive::steps);
  if (auto opened = impl->open(); !opened) {
    // A log that was never finished is none.
    if (opened.error().code == Code::not_found && world.model.head() == Sequence(0)) return std::nullopt;
    world.unless_disk_failed(opened.error(), "open for reading");
    return std::nullopt;
  }
  const auto log = Log::Impl::face(std::move(impl));
  world.history.note("a reader sees " + text_of(log->head()));
  if (beside_writer) {
    world.fail_if(log->head() != world.model.head(), "a reader beside the writer sees " + text_of(log->head()) +
                                                         ", and " + text_of(world.model.head()) + " is durable");
    check_query(world, *log);
    check_point(world, *log);
    check_streams(world, *log);
    if (world.random.chance(20)) check_verify(world, *log);
  } else {
    const auto report = log->verify();
    if (!report) world.unless_disk_failed(report.error(), "verify, as a reader alone");
  }
  world.fail_if(before != world.disk.contents(), "a reader changed the disk");
  return log->head();
}

}  // namespace daybook::simulation
