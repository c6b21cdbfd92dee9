// Why one row a stream: most streams have one event, or few, and then a row is written once and hardly ever read; a row
// for each (stream, key) would be twenty times as many. Why not only that: a stream of a hundred thousand events would
// read and write an ever longer row with each of them. So a row stops growing at a bound, and what comes after has a
// row each.
//
//   `m` stream                     -> %x00 / %x01 (others stand alone) *( varint(length) mark ), in byte order
//   `x` be16(length) stream mark   -> nothing
#include "projections/stream_marks.h"

#include <algorithm>

#include "base/bytes.h"
#include "projections/state_row.h"

namespace daybook {
namespace {

constexpr char kRowByte = 'm';
constexpr char kSingleByte = 'x';

// A varint of a mark's length takes at most two bytes: marks are shorter than 2^14.
std::size_t encoded_bytes(std::string_view mark) {
  return mark.size() + (mark.size() < 0x80 ? 1 : 2);
}

void append_mark(std::string& row, std::string_view mark) {
  append_varint(row, mark.size());
  row.append(mark);
}

}  // namespace

void StreamMarks::make_single_key(std::string_view stream, std::string_view mark) {
  key_.assign(1, kSingleByte);
  key_.push_back(static_cast<char>(stream.size() >> 8));
  key_.push_back(static_cast<char>(stream.size() & 0xff));
  key_.append(stream).append(mark);
}

// Reads the row under key_.
Result<void> StreamMarks::load(State& state) {
  in_row_.clear();
  spilled_ = false;
  stored_.assign(1, 0);
  auto row = state.get(key_);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return {};
  stored_.assign(**row);
  std::string_view left = stored_;
  if (left.empty()) return fail(Code::corruption, kDamagedRow);
  if (left.front() != 0 && left.front() != 1) return fail(Code::corruption, kDamagedRow);
  spilled_ = left.front() == 1;
  left.remove_prefix(1);
  while (!left.empty()) {
    const auto length = take_varint(left);
    if (!length || *length > left.size()) return fail(Code::corruption, kDamagedRow);
    // What follows searches by order.
    const std::string_view mark = left.substr(0, *length);
    if (!in_row_.empty() && mark <= in_row_.back()) return fail(Code::corruption, kDamagedRow);
    in_row_.push_back(mark);
    left.remove_prefix(*length);
  }
  return {};
}

void StreamMarks::find_new(std::span<const std::string_view> marks) {
  new_.assign(marks.size(), 1);
  auto stored = in_row_.begin();
  for (std::size_t i = 0; i < marks.size(); ++i) {
    while (stored != in_row_.end() && *stored < marks[i]) ++stored;
    if (stored != in_row_.end() && *stored == marks[i]) new_[i] = 0;
  }
}

Result<void> StreamMarks::find_new_among_single(std::string_view stream, std::span<const std::string_view> marks,
                                                State& state) {
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (new_[i] == 0) continue;
    make_single_key(stream, marks[i]);
    auto found = state.get(key_);
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) new_[i] = 0;
  }
  return {};
}

void StreamMarks::merge(std::span<const std::string_view> marks) {
  merged_.assign(1, spilled_ ? 1 : 0);
  auto stored = in_row_.begin();
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (new_[i] == 0) continue;
    for (; stored != in_row_.end() && *stored < marks[i]; ++stored) append_mark(merged_, *stored);
    append_mark(merged_, marks[i]);
  }
  for (; stored != in_row_.end(); ++stored) append_mark(merged_, *stored);
}

Result<std::span<const char>> StreamMarks::add(std::string_view stream, std::span<const std::string_view> marks,
                                               State& state) {
  key_.assign(1, kRowByte).append(stream);
  if (auto loaded = load(state); !loaded) return std::unexpected(std::move(loaded.error()));
  find_new(marks);
  if (spilled_) {
    if (auto found = find_new_among_single(stream, marks, state); !found) return std::unexpected(found.error());
    key_.assign(1, kRowByte).append(stream);
  }
  std::size_t added_bytes = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) added_bytes += new_[i] != 0 ? encoded_bytes(marks[i]) : 0;
  if (added_bytes == 0) return new_;
  if (stored_.size() + added_bytes <= kMarksRowBytesMax) {
    merge(marks);
    if (auto put = state.put(key_, merged_); !put) return std::unexpected(std::move(put.error()));
    return new_;
  }
  if (!spilled_) {
    stored_.front() = 1;
    if (auto put = state.put(key_, stored_); !put) return std::unexpected(std::move(put.error()));
  }
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (new_[i] == 0) continue;
    make_single_key(stream, marks[i]);
    if (auto put = state.put(key_, {}); !put) return std::unexpected(std::move(put.error()));
  }
  return new_;
}

}  // namespace daybook
