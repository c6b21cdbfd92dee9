// One buffer that slides: what is unread moves to the front when the end is reached (less than a record, so cheap), and
// it grows only for a record longer than itself. The readers bound the record, and so the buffer.
#include "cli/import/input_window.h"

#include <cstring>
#include <span>

namespace daybook::cli {
namespace {

constexpr std::size_t kWindowBytes = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

InputWindow::InputWindow(InputSource& source) : source_(source), buffer_(kWindowBytes + kPaddingBytes) {}

Result<bool> InputWindow::more() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ + kPaddingBytes == buffer_.size()) buffer_.resize((buffer_.size() - kPaddingBytes) * 2 + kPaddingBytes);
  const auto count = source_.read(std::span(buffer_).subspan(end_, buffer_.size() - kPaddingBytes - end_));
  if (!count) return std::unexpected(count.error());
  end_ += *count;
  return *count > 0;
}

Result<void> InputWindow::skip_byte_order_mark() {
  while (ahead().size() < kByteOrderMark.size()) {
    const auto read = more();
    if (!read) return std::unexpected(read.error());
    if (!*read) break;
  }
  if (ahead().starts_with(kByteOrderMark)) consume(kByteOrderMark.size());
  return {};
}

}  // namespace daybook::cli
