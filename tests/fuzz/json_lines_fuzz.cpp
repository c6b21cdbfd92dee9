// A line of JSON to be imported: taken exactly where simdjson's other parser takes an object, and copied byte for byte.
#include <simdjson.h>

#include "cli/import/input_window.h"
#include "cli/import/json_reader.h"
#include "cli/json_text.h"
#include "tests/fuzz/fuzz.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

bool is_object(std::string_view text) {
  static simdjson::dom::parser parser;
  simdjson::dom::element element;
  const auto error = parser.parse(simdjson::padded_string(text)).get(element);
  // It wants numbers to fit a double, which JSON does not say.
  if (error == simdjson::NUMBER_ERROR) {
    return cli::is_json(text) && cli::trim_json(text).starts_with('{');
  }
  return error == simdjson::SUCCESS && element.is_object();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  static const std::vector<std::string> paths = {"id", "v", "v.w", "v.w.x", "t"};
  static cli::JsonReader reader(paths);
  const std::string_view line = text_of(data, bytes);
  std::string padded(line);
  padded.resize(line.size() + cli::InputWindow::kPaddingBytes);
  const std::string_view json = std::string_view(padded).substr(0, line.size());

  const auto parsed = reader.parse(json);
  if (!parsed) {
    DAYBOOK_CHECK(parsed.error().at <= json.size(), "a problem is in its line");
    // Half of a surrogate pair is JSON, but no text; the reader says so of a value that it was asked for.
    const bool half = parsed.error().reason.find("surrogate") != std::string::npos;
    DAYBOOK_CHECK(half || !is_object(json), "what is refused is no JSON object");
    return 0;
  }
  DAYBOOK_CHECK(is_object(json), "what is taken is a JSON object");
  for (const cli::Value& value : reader.values()) {
    if (value.kind == cli::Value::Kind::missing) continue;
    DAYBOOK_CHECK(json.substr(value.at).starts_with(value.json), "a value stands where it is said to");
    DAYBOOK_CHECK(cli::is_json(value.json), "a value is JSON itself");
  }
  return 0;
}
