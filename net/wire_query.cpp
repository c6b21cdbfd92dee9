// The counts of a query are looked at before its texts are; Query::check() judges the rest, as it does for an embedded
// log.
#include "net/wire_query.h"

#include "daybook/limits.h"
#include "net/wire_guard.h"
#include "net/wire_ids.h"
#include "net/wire_text.h"

namespace daybook::net {
namespace {

/// Beyond what the limits let a query have.
constexpr std::size_t kQueryBytesMax =
    kQueryItemsMax * sizeof(QueryItem) + kQueryTermsMax * (kStreamBytesMax + sizeof(std::string));

void to_wire(const std::vector<std::string>& texts, capnp::List<capnp::Text>::Builder builder) {
  for (unsigned i = 0; i < builder.size(); ++i) builder.set(i, text_of(texts[i]));
}

void to_wire(const QueryItem& item, rpc::QueryItem::Builder builder) {
  const auto count = [](const std::vector<std::string>& texts) { return static_cast<unsigned>(texts.size()); };
  if (!item.streams.empty()) to_wire(item.streams, builder.initStreams(count(item.streams)));
  if (!item.stream_prefix.empty()) builder.setStreamPrefix(text_of(item.stream_prefix));
  if (!item.types.empty()) to_wire(item.types, builder.initTypes(count(item.types)));
  if (!item.tags.empty()) to_wire(item.tags, builder.initTags(count(item.tags)));
  if (item.correlation_id) net::to_wire(*item.correlation_id, builder.initCorrelationId());
}

Result<QueryItem> item_from(rpc::QueryItem::Reader reader, std::size_t& terms, ByteBudget& budget) {
  const auto streams = reader.getStreams();
  const auto types = reader.getTypes();
  const auto tags = reader.getTags();
  for (const std::size_t count : {streams.size(), types.size(), tags.size()}) terms += count;
  if (terms > kQueryTermsMax) return beyond("a query", terms, kQueryTermsMax, "terms");
  QueryItem item;
  if (auto ok = copy_texts("a query's stream", streams, kStreamBytesMax, budget, item.streams); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  if (auto ok = copy_texts("a query's type", types, kTypeBytesMax, budget, item.types); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  if (auto ok = copy_texts("a query's tag", tags, kTagBytesMax, budget, item.tags); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  const auto prefix = reader.getStreamPrefix();
  if (auto ok = copy_text("a query's stream prefix", prefix, kStreamBytesMax, budget, item.stream_prefix); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  if (reader.hasCorrelationId()) item.correlation_id = from_wire(reader.getCorrelationId());
  return item;
}

}  // namespace

void to_wire(const Query& query, rpc::Query::Builder builder) {
  if (query.items.empty()) return;
  auto items = builder.initItems(static_cast<unsigned>(query.items.size()));
  for (unsigned i = 0; i < items.size(); ++i) to_wire(query.items[i], items[i]);
}

Result<Query> from_wire(rpc::Query::Reader reader) {
  return guarded([&]() -> Result<Query> {
    const auto items = reader.getItems();
    if (items.size() > kQueryItemsMax) return beyond("a query", items.size(), kQueryItemsMax, "items");
    ByteBudget budget(kQueryBytesMax);
    std::size_t terms = 0;
    Query query;
    query.items.reserve(items.size());
    for (const auto given : items) {
      auto item = item_from(given, terms, budget);
      if (!item) return std::unexpected(std::move(item.error()));
      query.items.push_back(std::move(*item));
    }
    return query;
  });
}

void to_wire(const Start& start, rpc::Start::Builder builder) {
  if (const auto* sequence = std::get_if<Sequence>(&start)) {
    builder.setSequence(sequence->value());
  } else if (const auto* checkpoint = std::get_if<Checkpoint>(&start)) {
    to_wire(*checkpoint, builder.initCheckpoint());
  } else {
    builder.setHead();
  }
}

Result<Start> from_wire(rpc::Start::Reader reader) {
  return guarded([&]() -> Result<Start> {
    switch (reader.which()) {
      case rpc::Start::SEQUENCE:
        return Sequence(reader.getSequence());
      case rpc::Start::HEAD:
        return FromHead{};
      case rpc::Start::CHECKPOINT:
        return from_wire(reader.getCheckpoint());
    }
    return fail(Code::invalid, "a subscription's start is of a kind that is not known here");
  });
}

}  // namespace daybook::net
