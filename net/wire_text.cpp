// A list of a few bytes may claim millions of elements, and millions of elements may be the same few bytes: so counts
// come first, and a budget stands over all.
#include "net/wire_text.h"

namespace daybook::net {

std::unexpected<Error> beyond(std::string_view what, std::size_t actual, std::size_t most, std::string_view unit) {
  return fail(Code::too_large, std::string(what) + " has " + std::to_string(actual) + " " + std::string(unit) +
                                   "; at most " + std::to_string(most) + " are allowed");
}

Result<void> ByteBudget::take(std::size_t bytes, std::string_view what) {
  if (bytes > bytes_left_) return fail(Code::too_large, std::string(what) + " takes more bytes than one call may");
  bytes_left_ -= bytes;
  return {};
}

Result<void> copy_text(std::string_view what, capnp::Text::Reader text, std::size_t bytes_max, ByteBudget& budget,
                       std::string& out) {
  if (text.size() > bytes_max) return beyond(what, text.size(), bytes_max, "bytes");
  if (auto ok = budget.take(text.size(), what); !ok) return ok;
  out.assign(text.begin(), text.size());
  return {};
}

Result<void> copy_texts(std::string_view what, capnp::List<capnp::Text>::Reader list, std::size_t bytes_max,
                        ByteBudget& budget, std::vector<std::string>& out) {
  if (auto ok = budget.take(list.size() * sizeof(std::string), what); !ok) return ok;
  out.reserve(list.size());
  for (const auto text : list) {
    if (auto ok = copy_text(what, text, bytes_max, budget, out.emplace_back()); !ok) return ok;
  }
  return {};
}

}  // namespace daybook::net
