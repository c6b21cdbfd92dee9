// Query's own rules: what is well-formed, and the plain meaning of "matches" that every faster path must equal.
#include "daybook/query.h"

#include <algorithm>
#include <string_view>

#include "api/validate.h"
#include "daybook/event.h"
#include "daybook/limits.h"

namespace daybook {
namespace {

bool has_tag(const EventView& event, std::string_view tag) {
  for (std::size_t i = 0; i < event.tag_count(); ++i) {
    if (event.tag(i) == tag) return true;
  }
  return false;
}

bool item_matches(const QueryItem& item, const EventView& event) {
  if (!item.streams.empty() && std::ranges::find(item.streams, event.stream()) == item.streams.end()) return false;
  if (!item.stream_prefix.empty() && !event.stream().starts_with(item.stream_prefix)) return false;
  if (!item.types.empty() && std::ranges::find(item.types, event.type()) == item.types.end()) return false;
  for (const std::string& tag : item.tags) {
    if (!has_tag(event, tag)) return false;
  }
  return !item.correlation_id || event.correlation_id() == item.correlation_id;
}

Result<void> check_item(const QueryItem& item) {
  if (!item.streams.empty() && !item.stream_prefix.empty()) {
    return fail(Code::invalid, "a query item has streams and a stream prefix; give one of them");
  }
  for (const std::string& stream : item.streams) {
    if (auto ok = check_name("a query's stream", stream, kStreamBytesMax); !ok) return ok;
  }
  if (!item.stream_prefix.empty()) {
    if (auto ok = check_name("a query's stream prefix", item.stream_prefix, kStreamBytesMax); !ok) return ok;
  }
  for (const std::string& type : item.types) {
    if (auto ok = check_name("a query's type", type, kTypeBytesMax); !ok) return ok;
  }
  for (const std::string& tag : item.tags) {
    if (auto ok = check_name("a query's tag", tag, kTagBytesMax); !ok) return ok;
  }
  return {};
}

}  // namespace

bool QueryItem::matches_all() const {
  return streams.empty() && stream_prefix.empty() && types.empty() && tags.empty() && !correlation_id;
}

bool Query::matches_all() const {
  return items.empty() || std::ranges::any_of(items, &QueryItem::matches_all);
}

bool Query::matches(const EventView& event) const {
  return items.empty() || std::ranges::any_of(items, [&](const QueryItem& item) { return item_matches(item, event); });
}

Result<void> Query::check() const {
  if (items.size() > kQueryItemsMax) {
    return fail(Code::too_large, "a query has " + std::to_string(items.size()) + " items; at most " +
                                     std::to_string(kQueryItemsMax) + " are allowed");
  }
  std::size_t terms = 0;
  for (const QueryItem& item : items) {
    if (auto ok = check_item(item); !ok) return ok;
    terms += item.streams.size() + item.types.size() + item.tags.size() + (item.stream_prefix.empty() ? 0 : 1) +
             (item.correlation_id ? 1 : 0);
  }
  if (terms > kQueryTermsMax) {
    return fail(Code::too_large, "a query has " + std::to_string(terms) + " terms; at most " +
                                     std::to_string(kQueryTermsMax) + " are allowed");
  }
  return {};
}

}  // namespace daybook
