// The door to zlib. A gzip file is one or more members one after the other (`cat a.gz b.gz`), perhaps with zeros behind
// the last (tapes); anything else behind it is damage and is said, where gzip(1) only warns.
#include <algorithm>
#include <limits>
#include <string>

#include <zlib.h>

#include "cli/import/decoder.h"

namespace daybook::cli {
namespace {

constexpr int kGzipOnly = 15 + 16;  // The largest window, and a gzip header (not a zlib one) is required.

class GzipDecoder final : public Decoder {
 public:
  explicit GzipDecoder(InputFile& file) : file_(file) { usable_ = inflateInit2(&stream_, kGzipOnly) == Z_OK; }
  ~GzipDecoder() override { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  Result<std::size_t> read(std::span<char> into) override {
    if (!usable_) return fail(Code::io, file_.name() + ": zlib cannot be started: no memory");
    std::size_t done = 0;
    while (done == 0) {
      if (auto filled = file_.fill(); !filled) return std::unexpected(filled.error());
      if (file_.chunk().empty()) return in_member_ ? damaged("is cut off") : Result<std::size_t>(0);
      if (!in_member_ && members_ > 0 && skipped_padding()) continue;
      in_member_ = true;
      const int status = step(into, done);
      unpacked_ += done;
      if (status == Z_STREAM_END) {
        in_member_ = false;
        ++members_;
        inflateReset(&stream_);
      } else if (status == Z_MEM_ERROR) {
        return fail(Code::io, file_.name() + ": no memory to unpack it");
      } else if (status != Z_OK && status != Z_BUF_ERROR && done == 0) {
        return damaged("is damaged");
      }
    }
    return done;
  }

 private:
  int step(std::span<char> into, std::size_t& done) {
    const std::string_view chunk = file_.chunk();
    // zlib's type lacks a const; inflate() does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(chunk.data()));
    stream_.avail_in = static_cast<uInt>(chunk.size());
    const std::size_t room = std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    file_.consume(chunk.size() - stream_.avail_in);
    done = room - stream_.avail_out;
    return status;
  }

  bool skipped_padding() {
    const std::string_view chunk = file_.chunk();
    const std::size_t zeros = std::min(chunk.find_first_not_of('\0'), chunk.size());
    file_.consume(zeros);
    return zeros > 0;
  }

  std::unexpected<Error> damaged(const char* how) const {
    return fail(Code::corruption, file_.name() + ": the gzip data " + how + " after " + std::to_string(unpacked_) +
                                      " unpacked bytes; get a good copy and import again");
  }

  InputFile& file_;
  z_stream stream_{};
  bool usable_ = false;
  bool in_member_ = false;
  std::uint64_t members_ = 0;
  std::uint64_t unpacked_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> make_gzip_decoder(InputFile& file) {
  return std::make_unique<GzipDecoder>(file);
}

std::string zlib_library_version() {
  return zlibVersion();
}

}  // namespace daybook::cli
