// CSV as of RFC 4180, a record at a time: fields with quotes, delimiters and line breaks in them; LF or CRLF.
//
// Threads: one at a time. Owns: the positions of one record's fields; borrows the window.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/import/input_window.h"
#include "cli/import/row.h"
#include "daybook/result.h"

namespace daybook::cli {

/// The most columns that a CSV file may have.
inline constexpr std::size_t kColumnsMax = 4096;

/// See above. What is said of a record is valid until the next call of next().
class CsvRecords {
 public:
  /// `window` outlives the records. `delimiter` is one ASCII character.
  CsvRecords(InputWindow& window, char delimiter);

  /// Goes to the next record; false at the end of the input. Errors as in InputSource::read.
  [[nodiscard]] Result<bool> next();

  /// The record's bytes without its line end.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  /// The line on which the record begins, from 1.
  [[nodiscard]] std::uint64_t line() const { return line_; }
  /// What is wrong with the record's form; nullopt when nothing is. A record that is wrong ends where it would have.
  [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }
  /// How many fields the record has. Of those beyond kColumnsMax nothing else is known.
  [[nodiscard]] std::size_t field_count() const { return field_count_; }
  /// Where the field at `index` begins in bytes(), its opening quote included.
  [[nodiscard]] std::size_t field_at(std::size_t index) const;
  /// The field at `index` without its quotes, below field_count() and kColumnsMax.
  [[nodiscard]] std::string_view field(std::size_t index) const;

 private:
  enum class State : std::uint8_t { field_begins, plain, quoted, quote, carriage_return };
  struct Field {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool is_quoted = false;
    bool has_doubled_quotes = false;
    std::string_view unescaped{};  ///< Set, in unescaped_, where quotes are doubled.
  };

  void begin_record();
  [[nodiscard]] bool scan(std::string_view text);
  [[nodiscard]] bool scan_plain(std::string_view text);
  void scan_quoted(std::string_view text);
  [[nodiscard]] bool scan_quote(char byte);
  [[nodiscard]] bool scan_carriage_return(char byte);
  void end_field(std::size_t end);
  void end_record(std::size_t bytes, std::size_t line_end_bytes);
  void end_input();
  void complain(std::size_t at, const char* reason);
  void drop_overlong();
  void unescape_fields();

  InputWindow& window_;
  char delimiter_;
  std::array<bool, 256> is_special_{};

  // Of the record: positions are counted from its first byte, so that they survive a move of the window.
  State state_ = State::field_begins;
  std::size_t position_ = 0;
  Field current_;
  std::size_t carriage_return_field_end_ = 0;
  std::vector<Field> fields_;
  std::size_t field_count_ = 0;
  std::uint64_t line_breaks_ = 0;
  bool has_doubled_quotes_ = false;
  bool overlong_ = false;
  std::optional<Problem> problem_;

  std::string_view bytes_;
  std::size_t consume_next_ = 0;
  std::uint64_t line_ = 0;
  std::uint64_t line_next_ = 1;
  std::string unescaped_;
};

}  // namespace daybook::cli
