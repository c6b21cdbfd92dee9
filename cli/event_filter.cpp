// Whoever has found events with `read` puts `tail` in its place and gets those to come; so the flags are the same ones.
#include "cli/event_filter.h"

#include <CLI/CLI.hpp>

#include "cli/flags.h"

namespace daybook::cli {

Result<Query> EventFilter::query() const {
  Query query;
  query.items.push_back({.streams = streams,
                         .stream_prefix = stream_prefix.value_or(""),
                         .types = types,
                         .tags = tags,
                         .correlation_id = correlation});
  if (Result<void> checked = query.check(); !checked) return std::unexpected(std::move(checked.error()));
  return query;
}

void add_filter(CLI::App& command, EventFilter& filter) {
  CLI::Option* stream =
      add_texts(command, "--stream", filter.streams, "Only events of this stream; repeated: of any of them", "STREAM");
  add_text(command, "--stream-prefix", filter.stream_prefix, "Only events of streams whose names begin with it",
           "PREFIX")
      ->excludes(stream);
  add_texts(command, "--type", filter.types, "Only events of this type; repeated: of any of them", "TYPE");
  add_texts(command, "--tag", filter.tags, "Only events with this tag; repeated: with all of them", "TAG");
  add_uuid(command, "--correlation", filter.correlation, "Only events of this business transaction");
}

}  // namespace daybook::cli
