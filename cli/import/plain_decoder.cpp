// Uncompressed input: one copy from the file's chunk to the caller, so that all three kinds of input look the same.
#include <algorithm>
#include <cstring>

#include "cli/import/decoder.h"

namespace daybook::cli {
namespace {

class PlainDecoder final : public Decoder {
 public:
  explicit PlainDecoder(InputFile& file) : file_(file) {}

  Result<std::size_t> read(std::span<char> into) override {
    if (auto filled = file_.fill(); !filled) return std::unexpected(filled.error());
    const std::size_t count = std::min(into.size(), file_.chunk().size());
    std::memcpy(into.data(), file_.chunk().data(), count);
    file_.consume(count);
    return count;
  }

 private:
  InputFile& file_;
};

}  // namespace

std::unique_ptr<Decoder> make_plain_decoder(InputFile& file) {
  return std::make_unique<PlainDecoder>(file);
}

}  // namespace daybook::cli
