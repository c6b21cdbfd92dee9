// What this machine's loopback alone takes, with nothing made of the bytes: for rows that go over it.
//
// Threads: one calls; they begin threads of their own and join them. Owns: nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook::bench {

/// Moves `bytes` over a TCP connection to a thread that throws them away, in pieces of `piece`: bytes a second.
[[nodiscard]] double loopback_bytes_per_s(std::size_t piece, std::uint64_t bytes);

/// Round trips a second, for `seconds`, of `connections` threads that each send `bytes` over a TCP connection of their
/// own and wait for them to come back; two threads send them back as they come.
[[nodiscard]] double loopback_round_trips_per_s(std::size_t connections, std::size_t bytes, double seconds);

}  // namespace daybook::bench
