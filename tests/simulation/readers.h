// What a reader of a log sees, compared with the model.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include "tests/simulation/world.h"

namespace daybook::simulation {

/// Every event from `from` on, each field. Remembers times and links, and compares them where they are known.
void check_events(World& world, Sequence from);
/// A random query, range, direction and limit.
void check_query(World& world, Log& log);
/// A point look-up of some kind.
void check_point(World& world, Log& log);
/// All streams; counts.
void check_streams(World& world, Log& log);
void check_statistics(World& world);
/// Log::verify() finds nothing.
void check_verify(World& world, Log& log);
/// A reader beside the writer, or alone: sees the same log, and changes no byte. Returns its head.
[[nodiscard]] std::optional<Sequence> check_follower(World& world, const Options& writer_options, bool beside_writer);

}  // namespace daybook::simulation
