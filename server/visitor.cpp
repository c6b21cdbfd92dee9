// Capabilities may outlive their connection by a turn of the loop; what they share lives as long as they do.
#include "server/visitor.h"

#include "server/station.h"

namespace daybook::server {

Visitor::Visitor(Station& where)
    : station(where), core(where.core()), loop(where.loop()), reads_(where.loop(), core.options.outbox_bytes_max / 8) {}

void Visitor::arrive(net::Connection& through) {
  connection = &through;
  reads_.watch(&through);
}

void Visitor::leave() {
  connection = nullptr;
  reads_.watch(nullptr);
}

}  // namespace daybook::server
