// Our own reader because a row's key is made of the record's bytes as they stand in the file: libcsv hands out fields
// one by one through callbacks, without the record's raw bytes, its line or a field's place in it, and needs a pass of
// its own to find out where a record ends.
//
// A state machine over the window's bytes that can pause anywhere, so that a record arriving in pieces is looked at
// once. What RFC 4180 does not allow (a quote inside a plain field, text behind a closing quote, a lone carriage
// return) makes the record bad instead of being guessed at: a guess would be stored for ever.
#include "cli/import/csv_records.h"

#include <cstring>

namespace daybook::cli {

CsvRecords::CsvRecords(InputWindow& window, char delimiter) : window_(window), delimiter_(delimiter) {
  for (const char special : {delimiter, '"', '\n', '\r'}) is_special_[static_cast<unsigned char>(special)] = true;
}

std::size_t CsvRecords::field_at(std::size_t index) const {
  const Field& field = fields_[index];
  return field.is_quoted ? field.begin - 1 : field.begin;
}

std::string_view CsvRecords::field(std::size_t index) const {
  const Field& field = fields_[index];
  return field.has_doubled_quotes ? field.unescaped : bytes_.substr(field.begin, field.end - field.begin);
}

void CsvRecords::unescape_fields() {
  unescaped_.clear();
  // Views must not move while the text grows: unescaped fields are together never longer than their record.
  unescaped_.reserve(bytes_.size());
  for (Field& field : fields_) {
    if (!field.has_doubled_quotes) continue;
    const std::size_t begin = unescaped_.size();
    for (std::size_t at = field.begin; at < field.end; ++at) {
      unescaped_ += bytes_[at];
      if (bytes_[at] == '"') ++at;
    }
    field.unescaped = std::string_view(unescaped_).substr(begin);
  }
}

void CsvRecords::begin_record() {
  window_.consume(consume_next_);
  consume_next_ = 0;
  state_ = State::field_begins;
  position_ = 0;
  current_ = {};
  fields_.clear();
  field_count_ = 0;
  line_breaks_ = 0;
  has_doubled_quotes_ = false;
  overlong_ = false;
  problem_.reset();
  line_ = line_next_;
}

Result<bool> CsvRecords::next() {
  begin_record();
  while (!scan(window_.ahead())) {
    drop_overlong();
    const auto more = window_.more();
    if (!more) return std::unexpected(more.error());
    if (*more) continue;
    if (position_ == 0 && !overlong_) return false;
    end_input();
    break;
  }
  if (has_doubled_quotes_ && !problem_) unescape_fields();
  return true;
}

/// True when the record is complete; false when it needs bytes beyond `text`.
bool CsvRecords::scan(std::string_view text) {
  while (position_ < text.size()) {
    switch (state_) {
      case State::field_begins:
        current_ = {.begin = position_, .end = position_};
        if (text[position_] == '"') {
          current_.begin = ++position_;
          current_.is_quoted = true;
          state_ = State::quoted;
        } else {
          state_ = State::plain;
        }
        break;
      case State::plain:
        if (scan_plain(text)) return true;
        break;
      case State::quoted:
        scan_quoted(text);
        break;
      case State::quote:
        if (scan_quote(text[position_])) return true;
        break;
      case State::carriage_return:
        if (scan_carriage_return(text[position_])) return true;
        break;
    }
  }
  return false;
}

bool CsvRecords::scan_plain(std::string_view text) {
  std::size_t at = position_;
  while (at < text.size() && !is_special_[static_cast<unsigned char>(text[at])]) ++at;
  position_ = at;
  if (at == text.size()) return false;
  ++position_;
  if (text[at] == delimiter_) {
    end_field(at);
  } else if (text[at] == '\n') {
    end_field(at);
    end_record(at, 1);
    return true;
  } else if (text[at] == '\r') {
    carriage_return_field_end_ = at;
    state_ = State::carriage_return;
  } else {
    complain(at, "a quote inside a field that does not begin with one (RFC 4180: quote the field, double the quote)");
  }
  return false;
}

void CsvRecords::scan_quoted(std::string_view text) {
  const void* found = std::memchr(text.data() + position_, '"', text.size() - position_);
  const std::size_t end =
      found == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
  for (std::size_t at = position_; at < end; ++at) line_breaks_ += text[at] == '\n' ? 1 : 0;
  position_ = end;
  if (found == nullptr) return;
  ++position_;
  state_ = State::quote;
}

/// `byte` follows a quote in a quoted field, so that quote closed the field or is the first of a doubled one.
bool CsvRecords::scan_quote(char byte) {
  const std::size_t closed_at = position_ - 1;
  ++position_;
  if (byte == '"') {
    current_.has_doubled_quotes = true;
    has_doubled_quotes_ = true;
    state_ = State::quoted;
  } else if (byte == delimiter_) {
    end_field(closed_at);
  } else if (byte == '\n') {
    end_field(closed_at);
    end_record(position_ - 1, 1);
    return true;
  } else if (byte == '\r') {
    carriage_return_field_end_ = closed_at;
    state_ = State::carriage_return;
  } else {
    complain(position_ - 1, "text behind a field's closing quote (RFC 4180: a quote inside a field is doubled)");
    state_ = State::plain;
  }
  return false;
}

bool CsvRecords::scan_carriage_return(char byte) {
  if (byte == '\n') {
    ++position_;
    end_field(carriage_return_field_end_);
    end_record(position_ - 2, 2);
    return true;
  }
  complain(position_ - 1, "a carriage return that no line feed follows, outside of quotes");
  state_ = State::plain;
  return false;
}

void CsvRecords::end_field(std::size_t end) {
  current_.end = end;
  if (field_count_ < kColumnsMax) fields_.push_back(current_);
  ++field_count_;
  state_ = State::field_begins;
}

void CsvRecords::end_record(std::size_t bytes, std::size_t line_end_bytes) {
  bytes_ = window_.ahead().substr(0, bytes);
  consume_next_ = bytes + line_end_bytes;
  line_next_ = line_ + line_breaks_ + (line_end_bytes > 0 ? 1 : 0);
  if (bytes > kRecordBytesMax) overlong_ = true;
  if (overlong_) {
    problem_ = Problem{0, "the row is longer than 8 MiB; perhaps a quote is not closed"};
  }
}

/// The input ends without a line end behind the record, which is fine except within quotes.
void CsvRecords::end_input() {
  if (state_ == State::quoted) complain(current_.begin - 1, "the quote that opens here is never closed");
  if (state_ == State::carriage_return) {
    complain(position_ - 1, "a carriage return that no line feed follows, outside of quotes");
  }
  if (state_ == State::field_begins) current_ = {.begin = position_, .end = position_};
  end_field(state_ == State::quote ? position_ - 1 : position_);
  end_record(position_, 0);
}

void CsvRecords::complain(std::size_t at, const char* reason) {
  if (!problem_) problem_ = Problem{at, reason};
}

/// Keeps the window bounded: of a record that is too long only its end is still looked for.
void CsvRecords::drop_overlong() {
  if (position_ <= kRecordBytesMax) return;
  overlong_ = true;
  window_.consume(position_ - 1);  // The last byte stays: it may be the first half of a line end.
  position_ = 1;
}

}  // namespace daybook::cli
