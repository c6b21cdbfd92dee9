// Counts and places. Of a list no more is taken than was asked for.
#include "net/wire_status.h"

#include "net/wire_error.h"
#include "net/wire_guard.h"
#include "net/wire_ids.h"

namespace daybook::net {

void to_wire(const StreamHead& head, rpc::StreamHead::Builder builder) {
  builder.setStream(text_of(head.stream));
  builder.setVersion(head.version.value());
  builder.setLastSequence(head.last_sequence.value());
}

Result<StreamHead> from_wire(rpc::StreamHead::Reader reader) {
  return guarded([&]() -> Result<StreamHead> {
    return StreamHead{.stream = string_of(reader.getStream()),
                      .version = Version(reader.getVersion()),
                      .last_sequence = Sequence(reader.getLastSequence())};
  });
}

Result<std::vector<StreamHead>> from_wire(capnp::List<rpc::StreamHead>::Reader list, std::size_t heads_max) {
  if (list.size() > heads_max) return fail(Code::invalid, "a list of streams is longer than was asked for");
  std::vector<StreamHead> heads;
  heads.reserve(list.size());
  for (const auto entry : list) {
    auto head = from_wire(entry);
    if (!head) return std::unexpected(std::move(head.error()));
    heads.push_back(std::move(*head));
  }
  return heads;
}

void to_wire(const Statistics& statistics, rpc::Statistics::Builder builder) {
  builder.setHead(statistics.head.value());
  builder.setStreams(statistics.streams);
  builder.setCommits(statistics.commits);
  builder.setBlocks(statistics.blocks);
  builder.setBytesOnDisk(statistics.bytes_on_disk);
  builder.setIndexedThrough(statistics.indexed_through.value());
  to_wire(statistics.log_id, builder.initLogId());
  builder.setFormatVersion(statistics.format_version);
  builder.setRecovered(static_cast<std::uint16_t>(statistics.recovered));
}

Result<Statistics> from_wire(rpc::Statistics::Reader reader) {
  return guarded([&]() -> Result<Statistics> {
    if (reader.getRecovered() > static_cast<std::uint16_t>(Recovered::cut)) {
      return fail(Code::unsupported, "the server's statistics are of a newer version");
    }
    return Statistics{.events = reader.getHead(),
                      .head = Sequence(reader.getHead()),
                      .streams = reader.getStreams(),
                      .commits = reader.getCommits(),
                      .blocks = reader.getBlocks(),
                      .bytes_on_disk = reader.getBytesOnDisk(),
                      .indexed_through = Sequence(reader.getIndexedThrough()),
                      .log_id = from_wire(reader.getLogId()),
                      .format_version = reader.getFormatVersion(),
                      .recovered = static_cast<Recovered>(reader.getRecovered())};
  });
}

void to_wire(const ReadPlan& plan, rpc::Plan::Builder builder) {
  builder.setUsesPostings(plan.uses_postings);
  builder.setTerms(plan.terms);
  builder.setText(text_of(plan.text));
}

Result<ReadPlan> from_wire(rpc::Plan::Reader reader) {
  return guarded([&]() -> Result<ReadPlan> {
    return ReadPlan{reader.getUsesPostings(), reader.getTerms(), one_line(reader.getText())};
  });
}

void to_wire(const ProjectionStatus& status, rpc::ProjectionStatus::Builder builder) {
  builder.setName(text_of(status.name));
  builder.setFoldVersion(status.fold_version);
  to_wire(status.checkpoint, builder.initPosition());
  if (!status.failure) return;
  auto failure = builder.initFailure();
  failure.setSequence(status.failure->sequence.value());
  failure.setStream(text_of(status.failure->stream));
  failure.setReason(text_of(status.failure->reason));
}

Result<ProjectionStatus> from_wire(rpc::ProjectionStatus::Reader reader) {
  return guarded([&]() -> Result<ProjectionStatus> {
    ProjectionStatus status{.name = one_line(reader.getName()),
                            .fold_version = reader.getFoldVersion(),
                            .checkpoint = from_wire(reader.getPosition()),
                            .failure = std::nullopt};
    if (reader.hasFailure()) {
      const auto failure = reader.getFailure();
      status.failure = {.sequence = Sequence(failure.getSequence()),
                        .stream = one_line(failure.getStream()),
                        .reason = one_line(failure.getReason())};
    }
    return status;
  });
}

}  // namespace daybook::net
