// The door to libzstd. Frames one after the other are one input, as zstd(1) has it; libzstd refuses windows above
// 128 MiB by itself, which bounds the memory that a hostile file can ask for.
#include <memory>
#include <string>

#include <zstd.h>

#include "cli/import/decoder.h"

namespace daybook::cli {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdDecoder final : public Decoder {
 public:
  explicit ZstdDecoder(InputFile& file) : file_(file), context_(ZSTD_createDCtx()) {}

  Result<std::size_t> read(std::span<char> into) override {
    if (!context_) return fail(Code::io, file_.name() + ": libzstd cannot be started: no memory");
    while (true) {
      if (auto filled = file_.fill(); !filled) return std::unexpected(filled.error());
      // Without input there can still be output that did not fit the call before.
      const bool at_end = file_.chunk().empty();
      ZSTD_inBuffer in{file_.chunk().data(), file_.chunk().size(), 0};
      ZSTD_outBuffer out{into.data(), into.size(), 0};
      if (at_end && !in_frame_) return 0;
      const std::size_t status = ZSTD_decompressStream(context_.get(), &out, &in);
      file_.consume(in.pos);
      unpacked_ += out.pos;
      if (!ZSTD_isError(status)) in_frame_ = status != 0;
      if (out.pos > 0) return out.pos;
      if (ZSTD_isError(status)) return damaged(std::string("is damaged (") + ZSTD_getErrorName(status) + ")");
      if (at_end && in_frame_) return damaged("is cut off");
    }
  }

 private:
  std::unexpected<Error> damaged(const std::string& how) const {
    return fail(Code::corruption, file_.name() + ": the zstd data " + how + " after " + std::to_string(unpacked_) +
                                      " unpacked bytes; get a good copy and import again");
  }

  InputFile& file_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  bool in_frame_ = false;
  std::uint64_t unpacked_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> make_zstd_decoder(InputFile& file) {
  return std::make_unique<ZstdDecoder>(file);
}

std::string zstd_library_version() {
  return ZSTD_versionString();
}

}  // namespace daybook::cli
