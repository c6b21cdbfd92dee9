// Data is written straight into its final text: what stands before `lines`, then an element a row, and what stands
// behind is rendered with the first row and kept aside until the run is closed. A row that turns out bad is cut off
// again, so that the run before it stays whole.
#include "cli/import/run.h"

#include <utility>

#include "api/validate.h"
#include "base/check.h"
#include "cli/import/json_verbatim.h"
#include "daybook/limits.h"

namespace daybook::cli {
namespace {

std::unexpected<Problem> too_large(std::uint64_t rows) {
  return std::unexpected(Problem{0, rows == 0 ? "the event's data would be larger than 8 MiB"
                                              : "with this row the event's data would be larger than 8 MiB"});
}

/// The log checks names too; here a bad one becomes a bad row, with its place, that --skip-bad can leave out.
Checked<> check_row_name(std::string_view what, std::string_view name, std::size_t bytes_max) {
  if (auto good = check_own_name(what, name, bytes_max); !good) {
    return std::unexpected(Problem{0, std::move(good.error().message)});
  }
  return {};
}

}  // namespace

bool Run::continues(const Rule& rule, const Row& row) const {
  if (rule_ != &rule || is_full()) return false;
  for (std::size_t i = 0; i < group_.size(); ++i) {
    const Value& value = row.values[rule.group[i]];
    if (value.kind == Value::Kind::composite || value.text != group_[i]) return false;
  }
  return true;
}

Checked<> Run::open(Rule& rule, const Row& row) {
  rule_ = nullptr;
  rows_ = 0;
  if (auto done = open_group(rule, row); !done) return done;
  if (auto done = open_names(rule, row); !done) return done;
  if (auto done = open_tags(rule, row); !done) return done;
  if (auto done = open_metadata(rule, row); !done) return done;
  if (auto done = open_data(rule, row); !done) return done;
  key_.begin(mapping_->source, row.number);
  key_.add(row.bytes);
  rule_ = &rule;
  rows_ = 1;
  first_row_ = row.number;
  line_ = row.line;
  return {};
}

Checked<> Run::add(const Row& row) {
  DAYBOOK_CHECK(is_open() && !is_full(), "only an open run that is not full takes a row");
  if (auto added = add_line(*rule_, row); !added) return added;
  key_.add(row.bytes);
  ++rows_;
  return {};
}

ImportedCommit Run::close() {
  DAYBOOK_CHECK(is_open(), "only an open run has an event");
  if (!rule_->data_is_record) {
    if (rule_->lines) data_ += ']';
    data_ += tail_;
    data_ += '}';
  }
  ImportedCommit out;
  const IdempotencyKey key = key_.finish();
  event_.id = event_id_of(key);
  event_.data = data_;  // A copy of the right size; the buffer is used again.
  out.commit.key = key;
  out.commit.events.push_back(std::exchange(event_, Event{}));
  out.first_row = first_row_;
  out.last_row = first_row_ + rows_ - 1;
  out.line = line_;
  rule_ = nullptr;
  return out;
}

Checked<> Run::open_group(const Rule& rule, const Row& row) {
  group_.resize(rule.group.size());
  for (std::size_t i = 0; i < group_.size(); ++i) {
    const Value& value = row.values[rule.group[i]];
    if (value.kind == Value::Kind::composite) {
      const std::string& name = mapping_->columns[rule.group[i]].name;
      return std::unexpected(
          Problem{value.at, quoted(name) + " is an object or array, which cannot be compared for `group`"});
    }
    group_[i] = value.text;
  }
  return {};
}

Checked<> Run::open_names(const Rule& rule, const Row& row) {
  event_.stream.clear();
  const auto has_empty = rule.stream.append_to(event_.stream, row.values);
  if (!has_empty) return std::unexpected(has_empty.error());
  if (*has_empty) {
    Problem problem = rule.stream.empty_placeholder(row.values);
    problem.reason += ", and the stream's name needs it";
    return std::unexpected(std::move(problem));
  }
  if (auto good = check_row_name("a stream's name", event_.stream, kStreamBytesMax); !good) return good;
  event_.type.clear();
  if (const auto type = rule.type.append_to(event_.type, row.values); !type) return std::unexpected(type.error());
  return check_row_name("a type's name", event_.type, kTypeBytesMax);
}

Checked<> Run::open_tags(const Rule& rule, const Row& row) {
  event_.tags.clear();
  for (const TextTemplate& tag : rule.tags) {
    std::string text;
    const auto is_empty = tag.append_to(text, row.values);
    if (!is_empty) return std::unexpected(is_empty.error());
    if (*is_empty) continue;
    if (auto good = check_row_name("a tag", text, kTagBytesMax); !good) return good;
    event_.tags.push_back(std::move(text));
  }
  return {};
}

Checked<> Run::open_metadata(Rule& rule, const Row& row) {
  event_.occurred_at.reset();
  if (rule.occurred_at) {
    const auto time = rule.occurred_at->read(row.values);
    if (!time) return std::unexpected(time.error());
    event_.occurred_at = *time;
  }
  event_.correlation_id.reset();
  if (rule.correlation) {
    scratch_.clear();
    const auto is_empty = rule.correlation->append_to(scratch_, row.values);
    if (!is_empty) return std::unexpected(is_empty.error());
    // An empty one would tie together all the events that have nothing to be tied by.
    if (!*is_empty) event_.correlation_id = correlation_of(mapping_->source, scratch_);
  }
  return {};
}

Checked<> Run::open_data(const Rule& rule, const Row& row) {
  data_.clear();
  tail_.clear();
  if (rule.data_is_record) {
    append_json_on_one_line(data_, row.bytes);
    return {};
  }
  bool is_first = true;
  data_ += '{';
  if (auto done = rule.data_before_lines.append_members(data_, row.values, is_first); !done) return done;
  if (rule.lines) {
    data_ += is_first ? "\"lines\":[" : ",\"lines\":[";
    is_first = false;
  }
  if (auto done = rule.data_after_lines.append_members(tail_, row.values, is_first); !done) return done;
  return add_line(rule, row);
}

/// Appends the row's element of `lines`, if there are any, and checks the data's size.
Checked<> Run::add_line(const Rule& rule, const Row& row) {
  const std::size_t begin = data_.size();
  if (rule.lines) {
    if (rows_ > 0) data_ += ',';
    if (auto done = rule.lines->append_object(data_, row.values); !done) {
      data_.resize(begin);
      return done;
    }
  }
  if (data_bytes_at_end() > kDataBytesMax) {
    data_.resize(begin);
    return too_large(rows_);
  }
  return {};
}

}  // namespace daybook::cli
