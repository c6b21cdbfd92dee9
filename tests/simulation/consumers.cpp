// A subscriber stores its checkpoint with every delivery, so that each event must reach it exactly once over all
// processes. Only a power cut under a `buffered` log may take back what was delivered, and then the log must say so.
#include "tests/simulation/consumers.h"

#include <array>
#include <map>

#include "projections/open_runner.h"
#include "schema/hash.h"

namespace daybook::simulation {
namespace {

constexpr std::string_view kRowPrefix = "s/";

/// A stream's row after one more event; every seventh takes it away.
std::optional<std::string> row_after(std::string_view row, std::string_view stream, std::string_view data) {
  const std::uint64_t hash = hash64(std::string(row).append(stream).append(data));
  if (hash % 7 == 0) return std::nullopt;
  return std::to_string(hash);
}

Result<void> fold(const EventView& event, State& state) {
  const std::string key = std::string(kRowPrefix).append(event.stream());
  const auto row = state.get(key);
  if (!row) return std::unexpected(row.error());
  const auto next = row_after(row->value_or(""), event.stream(), event.data());
  return next ? state.put(key, *next) : state.erase(key);
}

}  // namespace

Subscriber::Subscriber(World& world) : world_(world), query_(world.shapes.query(world.model)) {}

void Subscriber::subscribe() {
  SubscribeOptions options{.query = query_};
  if (stored_) options.from = *stored_;
  auto subscribed = world_.log->subscribe(options);
  if (subscribed) {
    subscription_ = std::move(*subscribed);
    through_ = stored_ ? stored_->sequence : Sequence(0);
    return;
  }
  if (subscribed.error().code != Code::diverged) return world_.unless_disk_failed(subscribed.error(), "subscribe");
  world_.history.note("a subscriber begins anew: " + to_string(subscribed.error()));
  // What it was given is no longer there, or another thing is.
  const auto own = world_.log->checkpoint_at(stored_->sequence);
  world_.fail_if(own && own->link == stored_->link, "a checkpoint that the log holds is said to be another's");
  world_.fail_if(stored_->sequence <= world_.model.head() && world_.model.at(stored_->sequence).link == stored_->link,
                 "a checkpoint of this log's history is refused");
  stored_.reset();
}

void Subscriber::step() {
  if (!subscription_) subscribe();
  for (int deliveries = 0; subscription_ && deliveries < 4; ++deliveries) {
    const auto delivery = subscription_->next(std::chrono::nanoseconds(0));
    if (!delivery) return world_.unless_disk_failed(delivery.error(), "a subscription");
    take(*delivery);
    if (delivery->kind == Delivery::Kind::idle) return;
  }
}

void Subscriber::take(const Delivery& delivery) {
  const Sequence through = delivery.checkpoint.sequence;
  if (through < through_ || through > world_.model.head()) {
    return world_.fail("a subscription's checkpoint goes back, or ahead of the log");
  }
  std::vector<std::uint64_t> delivered;
  if (delivery.batch) {
    for (const EventView event : *delivery.batch) delivered.push_back(event.sequence().value());
  }
  if (delivered != world_.model.find(query_, through_.next(), through)) {
    return world_.fail("a subscription delivered " + std::to_string(delivered.size()) + " events of " +
                       std::to_string(through_.value() + 1) + ".." + std::to_string(through.value()) +
                       ", and not those that match");
  }
  if (delivery.kind == Delivery::Kind::caught_up && through != world_.model.head()) {
    return world_.fail("a subscription says that it caught up, and has not");
  }
  world_.history.note("delivered " + std::to_string(delivered.size()) + " through " + std::to_string(through.value()));
  through_ = through;
  stored_ = delivery.checkpoint;
}

Projector::Projector(World& world, std::string name)
    : world_(world),
      name_(std::move(name)),
      query_(world.random.chance(50) ? Query{} : world.shapes.query(world.model)),
      options_{.batch_events_max = world.random.one_of(std::array<std::size_t, 3>{1, 7, 10'000})} {}

void Projector::open() {
  auto opened = open_runner(*world_.log, {.name = name_, .fold_version = 1, .query = query_, .apply = fold},
                            "/log/projections/" + name_, options_, &world_.env);
  if (!opened) return world_.unless_disk_failed(opened.error(), "open a projection");
  runner_ = std::move(*opened);
  const ProjectionStatus& status = runner_->status();
  world_.history.note("projection " + name_ + " at " + std::to_string(status.checkpoint.sequence.value()) +
                      (status.rebuilt ? " rebuilt" : ""));
  check();
}

void Projector::step() {
  if (!runner_) open();
  if (!runner_) return;
  const auto more = runner_->step();
  if (!more) {
    world_.unless_disk_failed(more.error(), "a projection's step");
    return;
  }
  const Sequence checkpoint = runner_->status().checkpoint.sequence;
  world_.history.note("projection " + name_ + " at " + std::to_string(checkpoint.value()));
  world_.fail_if(!*more && checkpoint != world_.log->head(), "a projection says that it is at the head, and is not");
}

void Projector::check() {
  if (!runner_) return;
  const Sequence checkpoint = runner_->status().checkpoint.sequence;
  if (checkpoint > world_.model.head()) return world_.fail("a projection is ahead of its log");
  std::map<std::string, std::string> expected;
  for (const std::uint64_t sequence : world_.model.find(query_, Sequence(1), checkpoint)) {
    const Event& event = world_.model.at(Sequence(sequence)).event();
    const std::string key = std::string(kRowPrefix) + event.stream;
    const auto row = expected.find(key);
    const auto next = row_after(row == expected.end() ? "" : row->second, event.stream, event.data);
    if (next) {
      expected[key] = *next;
    } else if (row != expected.end()) {
      expected.erase(row);
    }
  }
  std::map<std::string, std::string> found;
  const auto scanned = runner_->state().scan("", [&](std::string_view key, std::string_view value) {
    found.emplace(key, value);
    return true;
  });
  if (!scanned) return world_.unless_disk_failed(scanned.error(), "a projection's state");
  world_.fail_if(found != expected, "the state of projection " + name_ + " is not the fold of the log through " +
                                        std::to_string(checkpoint.value()));
}

}  // namespace daybook::simulation
