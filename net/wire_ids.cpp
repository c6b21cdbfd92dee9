// 128 bits travel as two numbers, as they are stored (schema/event.capnp): a language without 128-bit values reads
// them.
#include "net/wire_ids.h"

#include "base/bytes.h"

namespace daybook::net {

void to_wire(const Uuid& uuid, rpc::Uuid::Builder builder) {
  builder.setHigh(load_be64(uuid.bytes.data()));
  builder.setLow(load_be64(uuid.bytes.data() + 8));
}

Uuid from_wire(rpc::Uuid::Reader reader) {
  Uuid uuid;
  store_be64(uuid.bytes.data(), reader.getHigh());
  store_be64(uuid.bytes.data() + 8, reader.getLow());
  return uuid;
}

void to_wire(const Hash128& hash, rpc::Hash::Builder builder) {
  builder.setHigh(load_be64(hash.data()));
  builder.setLow(load_be64(hash.data() + 8));
}

Hash128 from_wire(rpc::Hash::Reader reader) {
  Hash128 hash;
  store_be64(hash.data(), reader.getHigh());
  store_be64(hash.data() + 8, reader.getLow());
  return hash;
}

void to_wire(const Checkpoint& checkpoint, rpc::Checkpoint::Builder builder) {
  to_wire(checkpoint.log_id, builder.initLogId());
  builder.setSequence(checkpoint.sequence.value());
  to_wire(checkpoint.link.bytes, builder.initLink());
}

Checkpoint from_wire(rpc::Checkpoint::Reader reader) {
  return {.log_id = from_wire(reader.getLogId()),
          .sequence = Sequence(reader.getSequence()),
          .link = {from_wire(reader.getLink())}};
}

}  // namespace daybook::net
