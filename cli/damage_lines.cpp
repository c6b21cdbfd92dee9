// `verify` and `repair` name what they found in the same words, so that one can be held against the other.
#include "cli/damage_lines.h"

#include <string>

#include "cli/json_text.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

std::string place_of(const Damage& damage) {
  std::string place;
  if (damage.sequence.value() > 0) place = "sequence " + std::to_string(damage.sequence.value());
  if (!damage.file.empty()) place += (place.empty() ? "" : ", ") + damage.file;
  return place.empty() ? place : visible(place) + ": ";
}

}  // namespace

void print_damage(Output& output, const std::vector<Damage>& damage, bool json) {
  const Style& style = output.style();
  for (const Damage& one : damage) {
    std::string& out = output.buffer();
    if (json) {
      out += "{\"sequence\":" + std::to_string(one.sequence.value()) + ",\"file\":";
      append_json_string(out, one.file);
      out.append(",\"part\":\"").append(to_string(one.part)).append("\",\"message\":");
      append_json_string(out, one.message);
      out += "}\n";
    } else {
      out += style.red("damage") + "  " + place_of(one) + visible(one.message) + "\n";
    }
    output.line_done();
  }
}

}  // namespace daybook::cli
