// Why simdjson's DOM and not its on-demand parser: on-demand checks only what it walks over, so whether a damaged event
// is refused would hang on which fields a fold reads. The DOM checks the whole text first, at about a nanosecond a
// byte.
//
// Why a key that stands twice is refused: parsers disagree on which one counts, and two folds of one log must not.
#include "projections/retail_decoder.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <simdjson.h>

#include "projections/money.h"

namespace daybook {
namespace {

using simdjson::dom::element;

// A field that a caller wants from an object, and what was found under its name.
struct Wanted {
  std::string_view name;
  std::optional<element> value{};
};

std::unexpected<Error> refuse(std::string_view path, std::string_view name, std::string_view why) {
  return fail(Code::invalid, std::string(path) + std::string(name) + " " + std::string(why));
}

// "lines[3]." for error messages only.
std::string line_path(std::size_t index) {
  return "lines[" + std::to_string(index) + "].";
}

Result<void> pick(const simdjson::dom::object& object, std::span<Wanted> fields, std::string_view path) {
  for (Wanted& field : fields) field.value.reset();
  for (const auto& [key, value] : object) {
    for (Wanted& field : fields) {
      if (field.name != key) continue;
      if (field.value) return refuse(path, field.name, "stands there twice");
      field.value = value;
    }
  }
  return {};
}

Result<std::string_view> text_of(const Wanted& field, std::string_view path = {}) {
  if (!field.value) return refuse(path, field.name, "is missing");
  std::string_view text;
  if (field.value->get(text) != simdjson::SUCCESS) return refuse(path, field.name, "is no text");
  if (text.size() > kRetailTextBytesMax) return refuse(path, field.name, "is longer than 1024 bytes");
  return text;
}

Result<std::int64_t> integer_of(const Wanted& field, std::string_view path = {}) {
  if (!field.value) return refuse(path, field.name, "is missing");
  std::int64_t number = 0;
  if (const auto error = field.value->get(number); error != simdjson::SUCCESS) {
    return refuse(path, field.name, error == simdjson::NUMBER_OUT_OF_RANGE ? "is beyond 64 bits" : "is no integer");
  }
  return number;
}

// Missing, null and empty are one and the same: no customer.
Result<std::string_view> customer_of(const Wanted& field) {
  if (!field.value || field.value->is_null()) return std::string_view();
  return text_of(field);
}

// The first ten code points, so that a cut never leaves half a character.
std::string_view first_ten_characters(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && characters++ == 10) return text.substr(0, i);
  }
  return text;
}

}  // namespace

struct RetailDecoder::Impl {
  simdjson::dom::parser parser;
  std::vector<char> padded;
  std::vector<RetailLine> lines;

  Result<simdjson::dom::object> parse(const EventView& event);
  Result<std::span<const RetailLine>> decode_lines(const Wanted& field, bool priced);
  Result<RetailLine> decode_line(const element& value, std::size_t index, bool priced);
};

RetailDecoder::RetailDecoder() : impl_(std::make_unique<Impl>()) {}
RetailDecoder::~RetailDecoder() = default;
// What a decoder holds is scratch memory, so a copy begins with its own.
RetailDecoder::RetailDecoder(const RetailDecoder&) : RetailDecoder() {}
RetailDecoder& RetailDecoder::operator=(const RetailDecoder&) {
  return *this;
}

Result<simdjson::dom::object> RetailDecoder::Impl::parse(const EventView& event) {
  const std::string_view type = event.content_type();
  if (type != kContentTypeJson && !type.starts_with(std::string(kContentTypeJson) + ';')) {
    return fail(Code::invalid, "content type " + std::string(type) + " is not application/json");
  }
  const std::string_view data = event.data();
  if (padded.size() < data.size() + simdjson::SIMDJSON_PADDING) padded.resize(data.size() + simdjson::SIMDJSON_PADDING);
  data.copy(padded.data(), data.size());
  element root;
  if (const auto error = parser.parse(padded.data(), data.size(), false).get(root); error != simdjson::SUCCESS) {
    return fail(Code::invalid, "data is no JSON: " + std::string(simdjson::error_message(error)));
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return fail(Code::invalid, "data is no JSON object");
  return object;
}

Result<RetailLine> RetailDecoder::Impl::decode_line(const element& value, std::size_t index, bool priced) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return refuse(line_path(index), "", "is no object");
  std::array<Wanted, 3> wanted{Wanted{"sku"}, Wanted{"quantity"}, Wanted{"unitPrice"}};
  const std::span<Wanted> fields(wanted.data(), priced ? 3 : 2);
  RetailLine line;
  const auto decode = [&](std::string_view path) -> Result<void> {
    if (auto picked = pick(object, fields, path); !picked) return picked;
    const auto sku = text_of(wanted[0], path);
    if (!sku) return std::unexpected(sku.error());
    const auto quantity = integer_of(wanted[1], path);
    if (!quantity) return std::unexpected(quantity.error());
    line.sku = *sku;
    line.quantity = *quantity;
    if (!priced) return {};
    const auto text = text_of(wanted[2], path);
    if (!text) return std::unexpected(text.error());
    const auto price = parse_money(*text);
    if (!price) return refuse(path, "unitPrice", price.error().message);
    line.unit_price = *price;
    return {};
  };
  // The path is built only where it is needed: a refused line is decoded once more.
  if (decode({})) return line;
  return std::unexpected(decode(line_path(index)).error());
}

Result<std::span<const RetailLine>> RetailDecoder::Impl::decode_lines(const Wanted& field, bool priced) {
  if (!field.value) return refuse("", field.name, "is missing");
  simdjson::dom::array array;
  if (field.value->get(array) != simdjson::SUCCESS) return refuse("", field.name, "is no array");
  lines.clear();
  for (const element& value : array) {
    const auto line = decode_line(value, lines.size(), priced);
    if (!line) return std::unexpected(line.error());
    lines.push_back(*line);
  }
  return lines;
}

Result<RetailOrder> RetailDecoder::order(const EventView& event, std::string_view time_field) {
  const auto object = impl_->parse(event);
  if (!object) return std::unexpected(object.error());
  std::array<Wanted, 4> wanted{Wanted{"customerId"}, Wanted{"country"}, Wanted{time_field}, Wanted{"lines"}};
  if (auto picked = pick(*object, wanted, {}); !picked) return std::unexpected(picked.error());
  const auto customer = customer_of(wanted[0]);
  if (!customer) return std::unexpected(customer.error());
  const auto country = text_of(wanted[1]);
  if (!country) return std::unexpected(country.error());
  const auto time = text_of(wanted[2]);
  if (!time) return std::unexpected(time.error());
  const auto lines = impl_->decode_lines(wanted[3], true);
  if (!lines) return std::unexpected(lines.error());
  return RetailOrder{*customer, *country, first_ten_characters(*time), *lines};
}

Result<std::span<const RetailLine>> RetailDecoder::stock_lines(const EventView& event) {
  const auto object = impl_->parse(event);
  if (!object) return std::unexpected(object.error());
  std::array<Wanted, 1> wanted{Wanted{"lines"}};
  if (auto picked = pick(*object, wanted, {}); !picked) return std::unexpected(picked.error());
  return impl_->decode_lines(wanted[0], false);
}

Result<RetailLine> RetailDecoder::stock_received(const EventView& event) {
  const auto object = impl_->parse(event);
  if (!object) return std::unexpected(object.error());
  std::array<Wanted, 2> wanted{Wanted{"sku"}, Wanted{"quantity"}};
  if (auto picked = pick(*object, wanted, {}); !picked) return std::unexpected(picked.error());
  const auto sku = text_of(wanted[0]);
  if (!sku) return std::unexpected(sku.error());
  const auto quantity = integer_of(wanted[1]);
  if (!quantity) return std::unexpected(quantity.error());
  return RetailLine{.sku = *sku, .quantity = *quantity};
}

Result<StockAdjustment> RetailDecoder::stock_adjusted(const EventView& event) {
  const auto object = impl_->parse(event);
  if (!object) return std::unexpected(object.error());
  std::array<Wanted, 2> wanted{Wanted{"reason"}, Wanted{"lines"}};
  if (auto picked = pick(*object, wanted, {}); !picked) return std::unexpected(picked.error());
  const auto reason = text_of(wanted[0]);
  if (!reason) return std::unexpected(reason.error());
  const auto lines = impl_->decode_lines(wanted[1], false);
  if (!lines) return std::unexpected(lines.error());
  return StockAdjustment{*reason, *lines};
}

}  // namespace daybook
