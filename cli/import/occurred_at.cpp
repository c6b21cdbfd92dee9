// The door to Howard Hinnant's date library, whose parser takes strptime's conversions (`%S` with a fraction too) and
// refuses 31 February, which strptime(3) lets pass. Asking a zone is the dear part, and rows come in the order of time
// mostly, so the span in which one offset holds is remembered.
#include "cli/import/occurred_at.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>

#include <date/date.h>
#include <date/tz.h>

#include "cli/time_text.h"

namespace daybook::cli {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using LocalSeconds = date::local_seconds;

constexpr std::size_t kWidthDigitsMax = 2;

constexpr const char* kSkipped = "falls into an hour that the zone's clocks skipped";
constexpr const char* kOutOfRange = "is not within the years 1678 to 2261";
constexpr const char* kUnreadable = "is no time of the mapping's format";

/// Whether `format` takes a UTC offset (`%z`, `%Ez`, `%Oz`) from the text itself.
bool has_offset(std::string_view format) {
  for (std::size_t at = 0; at + 1 < format.size(); ++at) {
    if (format[at] != '%') continue;
    ++at;
    if ((format[at] == 'E' || format[at] == 'O') && at + 1 < format.size()) ++at;
    if (format[at] == 'z') return true;
  }
  return false;
}

/// Whether a field's width in `format`, as in `%4Y`, has so many digits that the library's sum of them overflows.
bool has_wild_width(std::string_view format) {
  for (std::size_t at = format.find('%'); at < format.size(); at = format.find('%', at)) {
    const std::size_t width = ++at;
    at = std::min(format.find_first_not_of("0123456789", width), format.size());
    if (at - width > kWidthDigitsMax) return true;
    at += at == width ? 1 : 0;  // `%%` is no field
  }
  return false;
}

/// What a format found in a text.
struct Parsed {
  date::local_time<nanoseconds> local;
  seconds offset{0};
};

}  // namespace

class OccurredAt::Parser {
 public:
  using Answer = std::expected<Timestamp, const char*>;

  Parser(std::string format, const date::time_zone* zone)
      : format_(std::move(format)),
        is_rfc3339_(format_ == "rfc3339"),
        is_epoch_(format_ == "%s"),
        has_offset_(has_offset(format_)),
        zone_(zone) {}

  Answer read(std::string_view text) {
    if (text == last_text_) return last_answer_;
    last_answer_ = is_rfc3339_ ? read_rfc3339_time(text) : is_epoch_ ? read_epoch_time(text) : read_formatted(text);
    last_text_ = text;
    return last_answer_;
  }

  /// A format that cannot read back a whole date that it wrote would make every row bad.
  bool gives_a_date() {
    if (is_rfc3339_ || is_epoch_) return true;
    if (has_wild_width(format_)) return false;
    const auto sample = date::local_days(date::year(2011) / 11 / 23) + std::chrono::hours(13);
    const auto parsed = parse(date::format(format_, date::sys_seconds(sample.time_since_epoch())));
    return parsed && date::floor<date::days>(parsed->local) == date::floor<date::days>(sample);
  }

 private:
  static Answer read_rfc3339_time(std::string_view text) {
    if (const auto time = parse_time(text)) return *time;
    return std::unexpected("is no time as RFC 3339 writes it, or out of its range");
  }

  /// strptime(3) has `%s`, the library does not.
  static Answer read_epoch_time(std::string_view text) {
    constexpr std::int64_t kSecondsMax = std::numeric_limits<std::int64_t>::max() / 1'000'000'000;
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size()) return std::unexpected(kUnreadable);
    if (count > kSecondsMax || count < -kSecondsMax) return std::unexpected(kOutOfRange);
    return Timestamp(seconds(count));
  }

  Answer read_formatted(std::string_view text) {
    const auto parsed = parse(text);
    if (!parsed) return std::unexpected(parsed.error());
    const Timestamp as_utc(parsed->local.time_since_epoch());
    if (has_offset_) return as_utc - parsed->offset;
    const auto offset = offset_at(date::floor<seconds>(parsed->local));
    if (!offset) return std::unexpected(kSkipped);
    return as_utc - *offset;
  }

// The library gives its parser of seconds a variable that is set only where a number was read, and looks at it only
// then; g++ 12 does not see the second half.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
  std::expected<Parsed, const char*> parse(std::string_view text) {
    stream_.clear();
    stream_.str(std::string(text));
    date::fields<nanoseconds> fields;
    std::chrono::minutes offset{0};
    std::string abbreviation;
    date::from_stream(stream_, format_.c_str(), fields, &abbreviation, &offset);
    if (stream_.fail() || stream_.peek() != std::istringstream::traits_type::eof()) return std::unexpected(kUnreadable);
    if (!fields.ymd.ok() || !fields.tod.in_conventional_range()) return std::unexpected(kUnreadable);
    // A year inside of these leaves room for any offset in 64 bits of nanoseconds.
    if (fields.ymd.year() < date::year(1678) || fields.ymd.year() > date::year(2261)) {
      return std::unexpected(kOutOfRange);
    }
    return Parsed{date::local_days(fields.ymd) + fields.tod.to_duration(), offset};
  }
#pragma GCC diagnostic pop

  /// The offset of the zone at `local`, the earlier of two; nullopt for a time that the zone skipped.
  std::optional<seconds> offset_at(LocalSeconds local) {
    if (zone_ == nullptr) return seconds(0);
    if (known_from_ <= local && local < known_until_) return known_offset_;
    const date::local_info info = zone_->get_info(local);
    if (info.result == date::local_info::nonexistent) return std::nullopt;
    if (info.result == date::local_info::unique) remember(info.first, local);
    return info.first.offset;
  }

  /// Near its ends a span of one offset overlaps with the next one's, so a day is kept off on both sides.
  void remember(const date::sys_info& info, LocalSeconds local) {
    constexpr auto kMargin = date::days(1);
    known_offset_ = info.offset;
    // The span can reach to the ends of time, where adding would overflow: at most ten years around `local` are kept.
    const auto around = date::days(3650);
    const LocalSeconds begin(std::max(info.begin.time_since_epoch(), (local - around).time_since_epoch()) + kMargin);
    const LocalSeconds end(std::min(info.end.time_since_epoch(), (local + around).time_since_epoch()) - kMargin);
    known_from_ = begin;
    known_until_ = end;
  }

  std::string format_;
  bool is_rfc3339_;
  bool is_epoch_;
  bool has_offset_;
  const date::time_zone* zone_;  ///< Null: UTC.
  std::istringstream stream_;
  std::string last_text_;
  Answer last_answer_ = std::unexpected(kUnreadable);
  LocalSeconds known_from_{};
  LocalSeconds known_until_{};
  seconds known_offset_{0};
};

OccurredAt::OccurredAt(std::size_t column, std::string name, std::unique_ptr<Parser> parser)
    : column_(column), name_(std::move(name)), parser_(std::move(parser)) {}
OccurredAt::~OccurredAt() = default;
OccurredAt::OccurredAt(OccurredAt&&) noexcept = default;
OccurredAt& OccurredAt::operator=(OccurredAt&&) noexcept = default;

std::expected<OccurredAt, std::string> OccurredAt::create(std::size_t column, std::string name,
                                                          const std::string& format, const std::string& zone) {
  const date::time_zone* found = nullptr;
  try {
    // UTC needs no database, and a system without one can still read it.
    if (zone != "UTC") found = date::locate_zone(zone);
  } catch (const std::exception&) {
    return std::unexpected(quoted(zone) + " is no time zone of this system's database (package tzdata)");
  }
  OccurredAt out(column, std::move(name), std::make_unique<Parser>(format, found));
  if (!out.parser_->gives_a_date()) {
    return std::unexpected(quoted(format) + " is no strptime format that gives a whole date, nor `rfc3339`");
  }
  return out;
}

Checked<Timestamp> OccurredAt::read(std::span<const Value> values) {
  const Value& value = values[column_];
  if (value.is_empty()) return std::unexpected(Problem{value.at, quoted(name_) + " is empty, not a time"});
  const auto answer = parser_->read(value.text);
  if (!answer)
    return std::unexpected(
        Problem{value.at, quoted(name_) + " is " + quoted(value.text) + ", which " + answer.error()});
  return *answer;
}

}  // namespace daybook::cli
