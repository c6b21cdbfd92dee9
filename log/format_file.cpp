// The check line is the one thing that every later format keeps: only so can "newer than this build" be told from "a
// bit of the version flipped". It is the XXH3-128 of all bytes before it, as 32 hexadecimal digits.
#include "log/format_file.h"

#include <charconv>
#include <utility>

#include "schema/hash.h"

namespace daybook {
namespace {

constexpr std::size_t kFormatBytesMax = 4096;
constexpr std::string_view kVersionPrefix = "daybook format ";
constexpr std::string_view kLogPrefix = "log ";
constexpr std::string_view kCheckPrefix = "check ";

std::string check_line(std::string_view text_before) {
  return std::string(kCheckPrefix).append(Link{hash128(text_before)}.text()).append("\n");
}

/// Takes `PREFIX rest\n` from the front of `text` and yields the rest.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view prefix) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(prefix)) return std::nullopt;
  const std::string_view rest = text.substr(prefix.size(), end - prefix.size());
  text.remove_prefix(end + 1);
  return rest;
}

std::unexpected<Error> damaged(std::string_view where, std::string_view what) {
  return fail(Code::corruption, std::string(where).append(": ").append(what));
}

std::string format_path(const std::string& directory) {
  return directory + "/" + std::string(kFormatFile);
}

}  // namespace

std::string encode_format(const Format& format) {
  std::string text(kVersionPrefix);
  text.append(std::to_string(format.version)).append("\n");
  text.append(kLogPrefix).append(format.log_id.text()).append("\n");
  return text + check_line(text);
}

Result<Format> decode_format(std::string_view text, std::string_view where) {
  const std::size_t check = text.rfind(kCheckPrefix);
  if (check == std::string_view::npos || text.substr(check) != check_line(text.substr(0, check))) {
    return damaged(where, "the text and its check line do not agree");
  }
  std::string_view rest = text.substr(0, check);
  const auto digits = take_line(rest, kVersionPrefix);
  Format format;
  if (!digits || digits->empty()) return damaged(where, "it does not begin with `daybook format`");
  const auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), format.version);
  if (error != std::errc() || end != digits->data() + digits->size() || format.version == 0) {
    return damaged(where, "its version is no number");
  }
  if (format.version > kFormatVersion) {
    return fail(Code::unsupported, std::string(where) + ": the log is in format " + std::to_string(format.version) +
                                       ", this build reads up to " + std::to_string(kFormatVersion) +
                                       "; use a newer daybook");
  }
  const auto id_text = take_line(rest, kLogPrefix);
  const auto id = id_text ? LogId::parse(*id_text) : std::nullopt;
  if (!id || !rest.empty()) return damaged(where, "it does not name the log");
  format.log_id = *id;
  return format;
}

Result<std::optional<Format>> read_format(FileLayer& files, const std::string& directory) {
  const std::string path = format_path(directory);
  auto text = files.read_file(path, kFormatBytesMax);
  if (!text && text.error().code == Code::not_found) return std::nullopt;
  if (!text && text.error().code != Code::too_large) return std::unexpected(std::move(text.error()));
  Result<Format> format = damaged(path, "it is too long");
  if (text) format = decode_format(*text, path);
  if (format) return *format;
  if (format.error().code == Code::corruption) {
    format.error().message += "; `daybook repair` writes it again from the copy in the log";
  }
  return std::unexpected(std::move(format.error()));
}

Result<void> write_format(FileLayer& files, const std::string& directory, const Format& format) {
  if (auto written = files.write_file_atomically(format_path(directory), encode_format(format)); !written) {
    return written;
  }
  return files.sync_directory(parent_directory(directory));
}

}  // namespace daybook
