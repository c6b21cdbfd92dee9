// Names lie (`data.csv` that is gzip) and pipes have none, so the magic number decides. No CSV or JSON text begins with
// one of these: none of them is UTF-8.
#include "cli/import/input_source.h"

#include <utility>

namespace daybook::cli {
namespace {

constexpr std::size_t kMagicBytes = 4;

bool is_gzip(std::string_view head) {
  return head.starts_with("\x1f\x8b");
}

bool is_zstd(std::string_view head) {
  if (head.starts_with("\x28\xb5\x2f\xfd")) return true;
  // A skippable frame may come first: 0x184D2A50 to 0x184D2A5F, little-endian.
  return head.size() >= kMagicBytes && (static_cast<unsigned char>(head[0]) & 0xf0U) == 0x50U &&
         head.substr(1, 3) == "\x2a\x4d\x18";
}

}  // namespace

InputSource::InputSource(std::unique_ptr<InputFile> file, std::unique_ptr<Decoder> decoder)
    : file_(std::move(file)), decoder_(std::move(decoder)) {}

Result<InputSource> InputSource::open(const std::string& path, StopRequested stop) {
  auto file = InputFile::open(path, std::move(stop));
  if (!file) return std::unexpected(file.error());
  if (auto filled = (*file)->fill(kMagicBytes); !filled) return std::unexpected(filled.error());
  const std::string_view head = (*file)->chunk();
  InputFile& input = **file;
  if (is_gzip(head)) return InputSource(std::move(*file), make_gzip_decoder(input));
  if (is_zstd(head)) return InputSource(std::move(*file), make_zstd_decoder(input));
  return InputSource(std::move(*file), make_plain_decoder(input));
}

}  // namespace daybook::cli
