// Against an installed daybook: where no server is, connect() says `io`.
#include <chrono>
#include <iostream>

#include <daybook/client.h>

int main() {
  const auto log = daybook::connect("unix:no-server-here", {.connect_timeout = std::chrono::milliseconds(10)});
  std::cout << (log ? "connected" : daybook::to_string(log.error().code)) << '\n';
}
