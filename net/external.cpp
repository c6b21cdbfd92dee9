// First the message is made to refer to the bytes, then the message that does so is looked for; see
// outgoing_message.cpp.
#include "net/external.h"

#include <capnp/message.h>
#include <cstdint>

#include "net/outgoing_message.h"

namespace daybook::net {

capnp::Orphan<capnp::Data> reference_external(capnp::Orphanage orphanage, std::span<const std::byte> bytes,
                                              std::shared_ptr<const void> owner) {
  const capnp::Data::Reader data(reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size());
  const bool of_words = reinterpret_cast<std::uintptr_t>(bytes.data()) % sizeof(capnp::word) == 0 &&
                        bytes.size() % sizeof(capnp::word) == 0 && !bytes.empty();
  if (of_words) {
    auto reference = orphanage.referenceExternalData(data);
    if (OutgoingMessage* message = OutgoingMessage::that_lacks_owner(bytes.data())) {
      message->keep(bytes.data(), std::move(owner));
      return reference;
    }
    // A message that is sent to nobody: it keeps a segment that nothing in it points to.
  }
  return orphanage.newOrphanCopy(data);
}

}  // namespace daybook::net
