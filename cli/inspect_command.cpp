// `inspect`: everything about one event: what it says, the block and commit that hold it, what finds it, its neighbours
// in its stream. Each of these is read from where it lies, not concluded from the others: whoever inspects has doubts.
#include <algorithm>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "daybook/log.h"

#include "cli/command.h"
#include "cli/event_facts.h"
#include "cli/event_json.h"
#include "cli/fact_list.h"
#include "cli/flags.h"
#include "cli/hexdump.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/time_text.h"
#include "schema/block_layout.h"

namespace daybook::cli {
namespace {

struct Flags {
  std::optional<std::uint64_t> sequence;
  bool raw = false;
};

/// What is known of one event.
struct Inspection {
  PinnedEvent event;
  Placement placement;
  BlockLayout layout;
  CommitInfo commit;
  std::uint32_t commit_index = 0;    ///< In its block, from 0.
  std::optional<Sequence> previous;  ///< In its stream.
  std::optional<Sequence> next;      ///< In its stream.
  bool chain_fits = false;           ///< The block's chain is the link of the block before.
};

/// The first event of `stream` from `from` through `through`, in `direction`.
Result<std::optional<Sequence>> first_of(Log& log, std::string_view stream, Sequence from, Sequence through,
                                         Direction direction) {
  if (from > through || through == Sequence(0)) return std::nullopt;
  ReadOptions options{.from = from, .through = through, .direction = direction, .limit = 1};
  options.query.items.push_back({.streams = {std::string(stream)}});
  Result<Cursor> cursor = log.read(options);
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  const Result<std::optional<Batch>> batch = cursor->next();
  if (!batch) return std::unexpected(batch.error());
  if (!*batch) return std::nullopt;
  return (**batch)[0].sequence();
}

Result<Inspection> inspect(Log& log, Sequence sequence) {
  const Result<PinnedEvent> event = log.get(sequence);
  if (!event) return std::unexpected(event.error());
  const EventView view = event->view();
  const Block& block = *event->block();
  Result<Placement> placement = log.placement(sequence);
  if (!placement) return std::unexpected(std::move(placement.error()));
  Inspection found{.event = *event, .placement = std::move(*placement), .layout = layout_of(block, view.index())};
  for (const CommitInfo& commit : block.commits()) {
    found.commit = commit;
    if (sequence < commit.first.plus(commit.event_count)) break;
    ++found.commit_index;
  }
  const auto previous = first_of(log, view.stream(), Sequence(1), sequence.previous(), Direction::backward);
  if (!previous) return std::unexpected(previous.error());
  const auto next = first_of(log, view.stream(), sequence.next(), log.head(), Direction::forward);
  if (!next) return std::unexpected(next.error());
  const Result<Checkpoint> before = log.checkpoint_at(block.first_sequence().previous());
  if (!before) return std::unexpected(before.error());
  found.previous = *previous;
  found.next = *next;
  found.chain_fits = before->link == block.chain();
  return found;
}

std::string range_text(Sequence first, std::uint64_t count) {
  if (count == 1) return std::to_string(first.value());
  return std::to_string(first.value()) + " to " + std::to_string(first.plus(count - 1).value());
}

std::string fingerprint_text(const CommitInfo& commit) {
  return Link{commit.fingerprint}.text();  // The same sixteen bytes in the same digits.
}

std::uint64_t place_in_commit(const Inspection& found) {
  return found.event.view().sequence().value() - found.commit.first.value() + 1;
}

std::string neighbour_text(const std::optional<Sequence>& sequence) {
  return sequence ? "sequence " + std::to_string(sequence->value()) : "none";
}

void print_section(Output& output, std::string_view title, const FactList& facts) {
  output.write(output.style().bold(title) + "\n");
  facts.print(output);
  output.write("\n");
}

void print_event(Output& output, const Inspection& found) {
  const EventView event = found.event.view();
  FactList facts;
  add_event_facts(facts, event, output);
  facts.add("data bytes", std::to_string(event.data().size()));
  facts.add("stored bytes", std::to_string(found.layout.event_bytes) + ", at byte " +
                                std::to_string(found.layout.event_offset) + " of its block");
  facts.add("before it", neighbour_text(found.previous) + " of the stream");
  facts.add("after it", neighbour_text(found.next) + " of the stream");
  print_section(output, "event", facts);
}

void print_block(Output& output, const Inspection& found) {
  const Block& block = *found.event.block();
  FactList facts;
  facts.add("file", found.placement.file);
  facts.add("sequences", range_text(block.first_sequence(), block.event_count()));
  facts.add("recorded at", shown_time(output, block.recorded_at(), Precision::nanoseconds));
  facts.add("commits", std::to_string(block.commit_count()));
  facts.add("bytes", std::to_string(block.bytes().size()) + ", and its link");
  facts.add("link", block.link().text());
  const std::string before =
      block.first_sequence() == Sequence(1)
          ? "the hash of the log id"
          : "the link of the block that ends at " + std::to_string(block.first_sequence().previous().value());
  facts.add("chain", block.chain().text() + (found.chain_fits ? ", " : ", but not ") + before);
  print_section(output, "block", facts);
}

void print_commit(Output& output, const Inspection& found) {
  FactList facts;
  facts.add("place", std::to_string(found.commit_index + 1) + " of " +
                         std::to_string(found.event.block()->commit_count()) + " in the block");
  facts.add("sequences", range_text(found.commit.first, found.commit.event_count));
  facts.add("event", std::to_string(place_in_commit(found)) + " of " + std::to_string(found.commit.event_count));
  facts.add("key", found.commit.key ? found.commit.key->text() : "none");
  facts.add("fingerprint", fingerprint_text(found.commit));
  print_section(output, "commit", facts);
}

void print_index(Output& output, const Inspection& found) {
  const Placement& placement = found.placement;
  output.write(output.style().bold("index") + ", on disk through " + std::to_string(placement.indexed_through.value()) +
               (placement.index_fits ? "\n" : "; it does not fit the log, the next writer rebuilds it\n"));
  Table table({{"term"}, {"in"}, {"text"}});
  table.header_on_terminal_only();
  for (const IndexTerm& term : placement.terms) {
    table.add_row({std::string(to_string(term.kind)), std::string(to_string(term.place)), term.text});
  }
  table.print(output);
}

void append_member(std::string& out, std::string_view name, std::uint64_t value) {
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":").append(std::to_string(value));
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":");
  append_json_string(out, text);
}

void append_block_json(std::string& out, const Inspection& found) {
  const Block& block = *found.event.block();
  out += ",\"block\":{";
  append_member(out, "file", found.placement.file);
  append_member(out, "firstSequence", block.first_sequence().value());
  append_member(out, "lastSequence", block.last_sequence().value());
  std::string recorded;
  append_time(recorded, block.recorded_at());
  append_member(out, "recordedAt", recorded);
  append_member(out, "commits", block.commit_count());
  append_member(out, "bytes", block.bytes().size());
  append_member(out, "link", block.link().text());
  append_member(out, "chain", block.chain().text());
  out += found.chain_fits ? ",\"chainFits\":true}" : ",\"chainFits\":false}";
}

void append_commit_json(std::string& out, const Inspection& found) {
  out += ",\"commit\":{";
  append_member(out, "place", found.commit_index + 1);
  append_member(out, "firstSequence", found.commit.first.value());
  append_member(out, "lastSequence", found.commit.first.plus(found.commit.event_count - 1).value());
  append_member(out, "event", place_in_commit(found));
  if (found.commit.key) append_member(out, "key", found.commit.key->text());
  append_member(out, "fingerprint", fingerprint_text(found.commit));
  out += '}';
}

void append_index_json(std::string& out, const Placement& placement) {
  out += ",\"index\":{";
  append_member(out, "indexedThrough", placement.indexed_through.value());
  out += placement.index_fits ? ",\"fits\":true,\"terms\":[" : ",\"fits\":false,\"terms\":[";
  for (const IndexTerm& term : placement.terms) {
    out += out.back() == '[' ? "{" : ",{";
    append_member(out, "term", to_string(term.kind));
    append_member(out, "text", term.text);
    append_member(out, "in", to_string(term.place));
    out += '}';
  }
  out += "]}";
}

void print_json(Output& output, const Inspection& found, bool raw) {
  std::string& out = output.buffer();
  out += "{\"event\":";
  EventJson(output.terminal()).append(out, found.event.view());
  out += ",\"dataBytes\":" + std::to_string(found.event.view().data().size());
  append_member(out, "storedBytes", found.layout.event_bytes);
  append_member(out, "storedAt", found.layout.event_offset);
  if (found.previous) append_member(out, "previousInStream", found.previous->value());
  if (found.next) append_member(out, "nextInStream", found.next->value());
  append_block_json(out, found);
  append_commit_json(out, found);
  append_index_json(out, found.placement);
  if (raw) {
    out += ",\"raw\":";
    append_hexdump_json(out, *found.event.block(), found.layout.stretches);
  }
  out += "}\n";
}

int run(const Context& given, const Flags& flags) {
  const Result<Context> context = with_directory(given, "inspect");
  if (!context) return report(context.error());
  Result<std::unique_ptr<Log>> log = open_for_reading(*context);
  if (!log) return report(log.error());
  const Result<Inspection> found = inspect(**log, Sequence(*flags.sequence));
  if (!found) return report_reading(**log, found.error());
  Output output;
  if (context->json) {
    print_json(output, *found, flags.raw);
  } else if (flags.raw) {
    print_hexdump(output, *found->event.block(), found->layout.stretches);
  } else {
    print_event(output, *found);
    print_block(output, *found);
    print_commit(output, *found);
    print_index(output, *found);
  }
  return finish_reading(**log, output, kExitOk);
}

}  // namespace

void add_inspect(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("inspect",
                                         "Print all about one event: block, commit, index, neighbours, bytes\n\n"
                                         "The fields and their sizes, the block and the commit that hold it, link and "
                                         "chain, the terms that index it, and the events beside it in its stream.");
  const auto flags = std::make_shared<Flags>();
  add_count(*command, "sequence", flags->sequence, "The event's sequence, from 1", 0, kSequenceMax.value())->required();
  command->add_flag("--raw", flags->raw, "Print the stored bytes, each beside the field that it belongs to");
  add_examples(*command,
               {"inspect 812 --log orders", "inspect 812 --raw --log orders", "inspect 812 --raw --json --log orders"});
  command->callback([flags, &context] { context.exit_code = run(context, *flags); });
}

}  // namespace daybook::cli
