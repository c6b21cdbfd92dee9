// The door to Boost.UUID. Namespaces, drawn once by lot, keep the ids of events, the keys of commits and the names of
// sources apart; they are part of what a second import must reproduce, so they never change.
#include "cli/import/identity.h"

#include <algorithm>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

namespace daybook::cli {
namespace {

// 9fc2784c-4bb0-4c41-a6d5-ee8c4b14e46f
constexpr boost::uuids::uuid kEventNamespace = {
    {0x9f, 0xc2, 0x78, 0x4c, 0x4b, 0xb0, 0x4c, 0x41, 0xa6, 0xd5, 0xee, 0x8c, 0x4b, 0x14, 0xe4, 0x6f}};
// 014d2156-17f6-4049-9b67-ae024864a9a3
constexpr boost::uuids::uuid kSourceNamespace = {
    {0x01, 0x4d, 0x21, 0x56, 0x17, 0xf6, 0x40, 0x49, 0x9b, 0x67, 0xae, 0x02, 0x48, 0x64, 0xa9, 0xa3}};

// 0a25a712-6157-412c-a153-456083b0e387
constexpr boost::uuids::uuid kCommitNamespace = {
    {0x0a, 0x25, 0xa7, 0x12, 0x61, 0x57, 0x41, 0x2c, 0xa1, 0x53, 0x45, 0x60, 0x83, 0xb0, 0xe3, 0x87}};

boost::uuids::uuid name_based(const boost::uuids::uuid& name_space, std::string_view name) {
  return boost::uuids::name_generator_sha1(name_space)(name.data(), name.size());
}

Uuid to_uuid(const boost::uuids::uuid& from) {
  Uuid uuid;
  std::copy(from.begin(), from.end(), uuid.bytes.begin());
  return uuid;
}

}  // namespace

void RunKey::begin(std::string_view source, std::uint64_t first_row) {
  hash_.reset();
  hash_.add_text(source);
  hash_.add_number(first_row);
}

EventId event_id_of(const IdempotencyKey& key) {
  return to_uuid(name_based(kEventNamespace, key.text()));
}

IdempotencyKey commit_key_of(const EventId& first_event) {
  return to_uuid(name_based(kCommitNamespace, first_event.text()));
}

Uuid correlation_of(std::string_view source, std::string_view text) {
  if (const auto uuid = Uuid::parse(text)) return *uuid;
  return to_uuid(name_based(name_based(kSourceNamespace, source), text));
}

}  // namespace daybook::cli
