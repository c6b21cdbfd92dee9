// A projection of one's own: how many parcels wait in each depot. `custom_projection DIR` appends a few events to the
// log in DIR (a second run adds none), folds what is new and prints the state.
#include <iostream>
#include <string>
#include <utility>

#include <daybook/log.h>
#include <daybook/projection.h>

using namespace daybook;

// The fold: the same events give the same state, so it can be thrown away and made again at any time. An error that it
// returns stops this projection at that event, on record, and nothing else.
Result<void> count_parcel(const EventView& event, State& state) {
  const std::string depot(event.data());
  auto stored = state.get(depot);
  if (!stored) return std::unexpected(stored.error());
  const long before = *stored ? std::stol(std::string(**stored)) : 0;
  const long waiting = event.type() == "ParcelArrived" ? before + 1 : before - 1;
  if (waiting < 0) return fail(Code::invalid, "a parcel left " + depot + " that never arrived");
  return waiting == 0 ? state.erase(depot) : state.put(depot, std::to_string(waiting));
}

Projection parcels() {
  return {.name = "parcels",
          .fold_version = 1,  // Another number, and the state is rebuilt.
          .query = {.items = {{.types = {"ParcelArrived", "ParcelLeft"}}}},
          .apply = count_parcel};
}

Commit day() {
  Commit commit;
  commit.key = Uuid::parse("5b2f7d0e-6d1c-4d0a-9a53-0c7f3e1f2a01");
  for (const auto& [type, depot] : {std::pair("ParcelArrived", "Leeds"), std::pair("ParcelArrived", "York"),
                                    std::pair("ParcelArrived", "Leeds"), std::pair("ParcelLeft", "York")}) {
    const std::string stream = std::string("depot-") + depot;
    commit.events.push_back({.stream = stream, .type = type, .data = depot, .content_type = "text/plain"});
  }
  return commit;
}

Result<void> run(const std::string& directory) {
  auto log = Log::open(directory, {.create_if_missing = true});
  if (!log) return std::unexpected(log.error());
  if (auto appended = (*log)->append(day()); !appended) return std::unexpected(appended.error());
  auto runner = ProjectionRunner::open(**log, parcels(), directory + "/projections/parcels");
  if (!runner) return std::unexpected(runner.error());
  if (auto folded = (*runner)->run(); !folded) return folded;
  std::cout << "as of event " << (*runner)->status().checkpoint.sequence.value() << ":\n";
  return (*runner)->state().scan("", [](std::string_view depot, std::string_view waiting) {
    std::cout << depot << ": " << waiting << "\n";
    return true;
  });
}

int main(int argc, char** argv) {
  const auto done = run(argc > 1 ? argv[1] : "parcels.daybook");
  if (!done) std::cerr << to_string(done.error()) << "\n";
  return done ? 0 : 1;
}
