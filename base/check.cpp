// Straight to stderr and abort: a logger may be what is broken.
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace daybook {

void check_failed(std::string_view condition, std::string_view message, const char* file, int line) {
  std::fprintf(stderr, "daybook: bug: %.*s (%.*s) at %s:%d\n", static_cast<int>(message.size()), message.data(),
               static_cast<int>(condition.size()), condition.data(), file, line);
  std::abort();
}

}  // namespace daybook
