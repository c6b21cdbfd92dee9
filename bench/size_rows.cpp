// Space and memory: bytes on disk, bytes written for them, and whether memory stays where it is while a log grows.
#include <string>

#include "bench/append_run.h"
#include "bench/suite.h"
#include "daybook/block.h"

namespace daybook::bench {
namespace {

/// Bytes of all blocks of a log.
double block_bytes(Log& log) {
  auto cursor = log.read();
  if (!cursor) give_up("read", cursor.error());
  double bytes = 0;
  while (true) {
    const auto batch = cursor->next();
    if (!batch) give_up("read", batch.error());
    if (!*batch) return bytes;
    bytes += static_cast<double>((*batch)->block()->bytes().size());
  }
}

void add_amplification(Suite& suite) {
  // Fewer events than the largest index batch, so that the postings are written by flush_index() and can be told apart.
  const std::uint64_t events = suite.scaled(1'000'000);
  const Options options{.durability = Durability::buffered,
                        .index_batch_events = 1024 * 1024,
                        .tail_events_max = 4 * 1024 * 1024,
                        .tail_bytes_max = std::size_t{8} << 30};
  const auto log = suite.fresh_log("size", options);
  const Meter meter;
  append_all(*log, events);
  const double appended = meter.written_bytes();
  wait_for_index(*log);
  const double indexed = meter.written_bytes() - appended;
  const double bytes = block_bytes(*log);
  close_log(*log);
  const double all = meter.written_bytes();
  const std::string group = "size";
  suite.report().add({.group = group,
                      .configuration = "written for a byte of blocks, events alone",
                      .unit = "times",
                      .value = Spread::of({(all - indexed) / bytes}),
                      .target = Target{Target::Kind::at_most, 2.15}});
  suite.report().add({.group = group,
                      .configuration = "written for a byte of blocks, with all indexes",
                      .unit = "times",
                      .value = Spread::of({all / bytes}),
                      .target = Target{Target::Kind::at_most, 3.0}});
  suite.report().add({.group = group,
                      .configuration = "on disk after close(), LZ4 and indexes",
                      .unit = "bytes an event",
                      .value = Spread::of({bytes_under(suite.directory() + "/size") / static_cast<double>(events)}),
                      .target = Target{Target::Kind::at_most, 160},
                      .note = short_number(bytes / static_cast<double>(events)) + " in blocks, uncompressed"});
  suite.remove_log("size");
}

void add_memory(Suite& suite) {
  const auto log = suite.fresh_log("memory", {.durability = Durability::buffered});
  const std::uint64_t step = suite.scaled(1'000'000);
  double first = 0;
  for (std::uint64_t events = step; events <= 20 * step; events += step) {
    reset_peak_memory();
    append_all(*log, step, {.seed = events});
    wait_for_index(*log);
    const double appending = peak_mib();
    if (events == step) first = appending;
    const bool shown = events == step || events == 5 * step || events == 10 * step || events == 20 * step;
    if (!shown) continue;
    reset_peak_memory();
    static_cast<void>(block_bytes(*log));
    suite.report().add(
        {.group = "memory",
         .configuration = "peak while appending up to " + short_number(static_cast<double>(events)) + " events",
         .unit = "MiB",
         .value = Spread::of({appending}),
         .target = Target{Target::Kind::at_most, 1.5 * first},
         .note = "replaying them: " + short_number(peak_mib()) + " MiB"});
  }
  suite.remove_log("memory");
}

}  // namespace

void size_rows(Suite& suite) {
  add_amplification(suite);
  add_memory(suite);
}

}  // namespace daybook::bench
