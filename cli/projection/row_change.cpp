// Rows of both sides come in byte order of the key, so that comparing them is a merge.
#include "cli/projection/row_change.h"

#include <utility>

#include "cli/json_text.h"

namespace daybook::cli {
namespace {

Result<std::vector<Row>> rows_of(const RowSource& source, const std::optional<std::string>& key, State& state) {
  std::vector<Row> rows;
  if (key) {
    auto row = source.find(state, *key);
    if (!row) return std::unexpected(std::move(row.error()));
    if (*row) rows.push_back(std::move(**row));
    return rows;
  }
  auto scanned = source.scan(state, [&rows](const Row& row) {
    rows.push_back(row);
    return true;
  });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  return rows;
}

/// The fields to name: those that differ, and of a row that came or went all.
bool named(const RowChange& change, std::size_t field) {
  return !change.before || !change.after || change.before->values[field] != change.after->values[field];
}

void append_side(std::string& out, const RowShape& shape, const RowChange& change, const std::optional<Row>& row) {
  if (!row) {
    out.append("null");
    return;
  }
  char separator = '{';
  for (std::size_t i = 0; i < shape.fields.size(); ++i) {
    if (!named(change, i)) continue;
    out.push_back(std::exchange(separator, ','));
    append_field_json(out, shape.fields[i], row->values[i]);
  }
  out.push_back('}');
}

std::string_view kind_of(const RowChange& change) {
  if (!change.before) return "added";
  return change.after ? "changed" : "removed";
}

}  // namespace

Result<std::vector<RowChange>> row_changes(const RowSource& source, const std::optional<std::string>& key,
                                           State& before, State& after) {
  auto old_rows = rows_of(source, key, before);
  if (!old_rows) return std::unexpected(std::move(old_rows.error()));
  auto new_rows = rows_of(source, key, after);
  if (!new_rows) return std::unexpected(std::move(new_rows.error()));
  std::vector<RowChange> changes;
  auto was = old_rows->begin();
  auto is = new_rows->begin();
  while (was != old_rows->end() || is != new_rows->end()) {
    RowChange change;
    const bool gone = is == new_rows->end() || (was != old_rows->end() && was->key < is->key);
    const bool fresh = was == old_rows->end() || (is != new_rows->end() && is->key < was->key);
    if (!fresh) change.before = std::move(*was++);
    if (!gone) change.after = std::move(*is++);
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

void append_change_json(std::string& out, const RowShape& shape, const RowChange& change) {
  out.append("\"").append(shape.key_name).append("\":");
  append_json_string(out, change.key());
  out.append(",\"change\":\"").append(kind_of(change)).append("\",\"before\":");
  append_side(out, shape, change, change.before);
  out.append(",\"after\":");
  append_side(out, shape, change, change.after);
}

std::string change_text(const RowShape& shape, const RowChange& change) {
  std::string text;
  for (std::size_t i = 0; i < shape.fields.size(); ++i) {
    const RowField& field = shape.fields[i];
    if (!named(change, i)) continue;
    if (change.before && change.after) {
      text.append(text.empty() ? "" : ", ").append(field.name).append(" ");
      text.append(value_text(field, change.before->values[i])).append(" -> ");
      text.append(value_text(field, change.after->values[i]));
      continue;
    }
    const std::int64_t value = (change.before ? change.before : change.after)->values[i];
    if (value == 0) continue;
    text.append(text.empty() ? "" : ", ").append(field.name).append(" ").append(value_text(field, value));
  }
  if (change.before && change.after) return text;
  return std::string(kind_of(change)) + ": " + (text.empty() ? "all 0" : text);
}

}  // namespace daybook::cli
