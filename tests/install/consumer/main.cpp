// Ten lines against an installed daybook: append one event to a log in memory and read it back.
#include <iostream>

#include <daybook/log.h>

int main() {
  auto log = daybook::Log::open("consumer.daybook", {.create_if_missing = true, .in_memory = true});
  if (!log) return std::cerr << to_string(log.error()) << '\n', 1;
  auto done = (*log)->append({.events = {{.stream = "order-1", .type = "OrderPlaced", .data = R"({"sku":"A"})"}}});
  if (!done) return std::cerr << to_string(done.error()) << '\n', 1;
  auto event = (*log)->get(done->first);
  if (!event) return std::cerr << to_string(event.error()) << '\n', 1;
  std::cout << event->view().sequence().value() << ' ' << event->view().stream() << '\n';
}
