// The importer takes names of files, and a fuzzer makes very many inputs.
#include "tests/fuzz/memory_input.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"

namespace daybook::fuzz {

MemoryInput::MemoryInput(std::string_view bytes) : descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
  DAYBOOK_CHECK(descriptor_ >= 0, "there is a file in memory");
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    DAYBOOK_CHECK(written > 0, "memory takes what is written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

MemoryInput::~MemoryInput() {
  ::close(descriptor_);
}

}  // namespace daybook::fuzz
