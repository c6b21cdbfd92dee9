// `projection query`: rows from a snapshot of the state, beside whatever runs, or of the one that a server runs. All
// rows stream; the N highest or lowest are kept in a heap of N, so that memory hangs on what is asked for and not on
// the size of the state.
#include <algorithm>
#include <chrono>

#include "daybook/client.h"

#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/projection/actions.h"
#include "cli/projection/row_printer.h"
#include "cli/projection/rows.h"

namespace daybook::cli {
namespace {

// Keeps the `limit` first rows in the order of a field; equal values in byte order of the key.
class Ranking {
 public:
  Ranking(std::size_t field, bool highest_first, std::uint64_t limit)
      : field_(field), highest_first_(highest_first), limit_(limit) {}

  void add(const Row& row) {
    const auto order = [this](const Row& a, const Row& b) { return before(a, b); };
    if (rows_.size() == limit_) {
      if (!before(row, rows_.front())) return;
      std::ranges::pop_heap(rows_, order);
      rows_.pop_back();
    }
    rows_.push_back(row);
    std::ranges::push_heap(rows_, order);
  }
  [[nodiscard]] std::vector<Row> take() {
    std::ranges::sort_heap(rows_, [this](const Row& a, const Row& b) { return before(a, b); });
    return std::move(rows_);
  }

 private:
  [[nodiscard]] bool before(const Row& a, const Row& b) const {
    const std::int64_t x = a.values[field_];
    const std::int64_t y = b.values[field_];
    if (x != y) return highest_first_ ? x > y : x < y;
    return a.key < b.key;
  }

  std::size_t field_;
  bool highest_first_;
  std::uint64_t limit_;
  std::vector<Row> rows_;
};

constexpr std::chrono::seconds kTimeout(10);

std::string advice(const Context& context, std::string_view name) {
  if (!context.server.empty()) return "; it is the server that is of another version";
  return "; run: daybook --log " + context.log_directory + " projection run " + std::string(name);
}

// The flags as far as they can be judged without a log.
Result<std::optional<Ranking>> ranking_of(const QueryRequest& request, const RowShape& shape) {
  const auto limit = request.top ? request.top : request.bottom;
  if (!limit && !request.by) return std::nullopt;
  if (!limit) return fail(Code::invalid, "--by goes with --top N or --bottom N");
  if (!request.by) return fail(Code::invalid, "--top and --bottom go with --by FIELD");
  if (request.key) return fail(Code::invalid, "a KEY names one row; leave --top, --bottom and --by away");
  const auto field = shape.find(*request.by);
  if (!field) {
    std::string names;
    for (const RowField& each : shape.fields) names.append(names.empty() ? "" : ", ").append(each.name);
    return fail(Code::invalid, request.name + " has no field " + *request.by + "; it has " + names);
  }
  return Ranking(*field, request.top.has_value(), *limit);
}

// A snapshot of a projection in a directory, or the one that a server runs.
class Queried {
 public:
  [[nodiscard]] static Result<Queried> open(const Context& context, const QueryRequest& request) {
    return context.server.empty() ? in_directory(context, request.name) : on_server(context, request);
  }
  [[nodiscard]] State& state() { return reader_ ? reader_->state() : remote_->state(); }
  [[nodiscard]] const ProjectionStatus& status() const { return status_; }

 private:
  static Result<Queried> in_directory(const Context& context, const std::string& name) {
    Queried queried;
    auto reader = ProjectionReader::open(projection_directory(context, name));
    if (!reader && reader.error().code == Code::not_found) {
      if (auto log = open_for_reading(context); !log) return std::unexpected(std::move(log.error()));
      return fail(Code::not_found, "projection " + name + " never ran" + advice(context, name));
    }
    if (!reader) return std::unexpected(std::move(reader.error()));
    queried.reader_ = std::move(*reader);
    queried.status_ = queried.reader_->status();
    return queried;
  }
  static Result<Queried> on_server(const Context& context, const QueryRequest& request) {
    Queried queried;
    auto log = open_for_reading(context);
    if (!log) return std::unexpected(std::move(log.error()));
    queried.log_ = std::move(*log);
    auto remote = RemoteProjection::open(*queried.log_, request.name);
    if (!remote) return std::unexpected(std::move(remote.error()));
    queried.remote_ = std::move(*remote);
    if (request.at_least) {
      queried.remote_->at_least(Sequence(*request.at_least), request.timeout.value_or(kTimeout));
    }
    auto status = queried.remote_->status();
    if (!status) return std::unexpected(std::move(status.error()));
    queried.status_ = std::move(*status);
    return queried;
  }

  std::unique_ptr<ProjectionReader> reader_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<RemoteProjection> remote_;
  ProjectionStatus status_;
};

// Never ran, or was last run by another version of the fold: an expected failure, and what to do about it.
Result<Queried> open_queried(const Context& context, const Projection& projection, const QueryRequest& request) {
  auto queried = Queried::open(context, request);
  if (!queried) return queried;
  const ProjectionStatus& status = queried->status();
  if (status.fold_version != projection.fold_version) {
    return fail(Code::not_found, "projection " + projection.name + " has fold version " +
                                     std::to_string(status.fold_version) + ", this daybook folds version " +
                                     std::to_string(projection.fold_version) + advice(context, projection.name));
  }
  if (status.failure) {
    note("projection " + projection.name + " stands still before sequence " +
         std::to_string(status.failure->sequence.value()) + ": " + status.failure->reason);
  }
  return queried;
}

Result<void> print_rows(State& state, const RowSource& source, const QueryRequest& request,
                        std::optional<Ranking> ranking, RowPrinter& printer) {
  if (request.key) {
    const auto row = source.find(state, *request.key);
    if (!row) return std::unexpected(row.error());
    if (!*row) {
      return fail(Code::not_found,
                  request.name + " has no " + std::string(source.shape().key_name) + " \"" + *request.key + "\"");
    }
    printer.print(**row);
    return {};
  }
  if (!ranking) {
    return source.scan(state, [&](const Row& row) {
      printer.count();
      return printer.print(row);
    });
  }
  const auto scanned = source.scan(state, [&](const Row& row) {
    printer.count();
    ranking->add(row);
    return !interrupted();
  });
  if (!scanned) return scanned;
  for (const Row& row : ranking->take()) {
    if (!printer.print(row)) break;
  }
  return {};
}

}  // namespace

int query_projection(const Context& context, const QueryRequest& request) {
  const auto projection = find_projection(request.name);
  if (!projection) return report(projection.error());
  const auto source = RowSource::of(request.name, request.dimension);
  if (!source) return report(source.error());
  auto ranking = ranking_of(request, source->shape());
  if (!ranking) return report(ranking.error());
  if (auto named = check_named(context); !named) return report(named.error());
  if (request.at_least && context.server.empty()) {
    return report(
        {.code = Code::invalid, .message = "--at-least waits for a server's projection: give --server ADDRESS"});
  }
  auto queried = open_queried(context, *projection, request);
  if (!queried) return report(queried.error());
  Output output;
  RowPrinter printer("query", source->shape(), context.json, output);
  const auto printed = print_rows(queried->state(), *source, request, std::move(*ranking), printer);
  printer.finish();
  output.flush();
  if (!printed) return output.finish(report(printed.error()));
  return output.finish(interrupted() ? kExitInterrupted : kExitOk);
}

}  // namespace daybook::cli
