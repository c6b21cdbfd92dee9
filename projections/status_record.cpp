// The record as a grammar (docs/format.md names it):
//   record   = %x01 name be64(fold version) log-id be64(sequence) link failure
//   failure  = %x00 / %x01 be64(sequence) stream reason
//   name, stream, reason = be64(length) bytes
// RocksDB's checksums guard the bytes; the lengths are still checked, so that a foreign store is refused, not read.
#include "projections/status_record.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace daybook {
namespace {

constexpr char kRecordFormat = 1;

void append_text(std::string& out, std::string_view text) {
  append_be64(out, text.size());
  out.append(text);
}

void append_bytes(std::string& out, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) out.push_back(static_cast<char>(byte));
}

// Takes fields from the front; after the first that is not there, `good` stays false.
struct Fields {
  std::string_view left;
  bool good = true;

  std::string_view take(std::uint64_t count) {
    if (!good || count > left.size()) {
      good = false;
      return {};
    }
    const std::string_view taken = left.substr(0, count);
    left.remove_prefix(count);
    return taken;
  }
  std::uint64_t number() {
    const std::string_view bytes = take(8);
    return good ? load_be64(bytes.data()) : 0;
  }
  std::string text() { return std::string(take(number())); }
  void bytes(std::span<std::uint8_t> out) {
    const std::string_view taken = take(out.size());
    if (good) std::ranges::transform(taken, out.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
  }
};

}  // namespace

std::string encode_status(const ProjectionStatus& status) {
  std::string out(1, kRecordFormat);
  append_text(out, status.name);
  append_be64(out, status.fold_version);
  append_bytes(out, status.checkpoint.log_id.bytes);
  append_be64(out, status.checkpoint.sequence.value());
  append_bytes(out, status.checkpoint.link.bytes);
  out.push_back(status.failure ? 1 : 0);
  if (status.failure) {
    append_be64(out, status.failure->sequence.value());
    append_text(out, status.failure->stream);
    append_text(out, status.failure->reason);
  }
  return out;
}

Result<ProjectionStatus> decode_status(std::string_view record) {
  if (record.empty()) return fail(Code::corruption, "the projection's record is empty");
  if (record.front() > kRecordFormat) {
    return fail(Code::unsupported, "the projection's record has format " + std::to_string(int{record.front()}) +
                                       "; this daybook reads format 1");
  }
  Fields fields{.left = record.substr(1)};
  ProjectionStatus status;
  status.name = fields.text();
  const std::uint64_t fold_version = fields.number();
  status.fold_version = static_cast<std::uint32_t>(fold_version);
  fields.bytes(status.checkpoint.log_id.bytes);
  status.checkpoint.sequence = Sequence(fields.number());
  fields.bytes(status.checkpoint.link.bytes);
  const std::string_view failed = fields.take(1);
  if (fields.good && failed.front() == 1) {
    ProjectionFailure failure;
    failure.sequence = Sequence(fields.number());
    failure.stream = fields.text();
    failure.reason = fields.text();
    status.failure = std::move(failure);
  }
  const bool good = fields.good && fields.left.empty() && record.front() == kRecordFormat &&
                    (failed.front() == 0 || failed.front() == 1) &&
                    fold_version <= std::numeric_limits<std::uint32_t>::max();
  if (!good) return fail(Code::corruption, "the projection's record is damaged");
  return status;
}

}  // namespace daybook
