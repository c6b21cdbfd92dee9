// A façade over spdlog, so that a program which embeds daybook can route the logger named "daybook" as it likes:
// if it registered one, that one is used, else warnings and errors go to stderr. Lines hold names of files, which
// anyone may choose and which a terminal would obey; so what controls one is left out. As JSON a line is quoted here
// and put into spdlog's pattern, so that no line can break out of its string.
#include "base/logger.h"

#include <atomic>
#include <memory>
#include <string>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/utf8.h"

namespace daybook {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%fZ %l %n: %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","logger":"%n","message":"%v"})";

std::atomic<bool> g_json{false};

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    if (auto given = spdlog::get("daybook")) return given;
    auto made = std::make_shared<spdlog::logger>("daybook", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::warn);
    made->set_pattern(kTextPattern, spdlog::pattern_time_type::utc);
    return made;
  }();
  return *instance;
}

// C0, DEL, and the second byte of the C1 characters become a question mark.
std::string harmless(std::string_view line) {
  std::string text(line);
  unsigned char before = 0;
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte < 0xA0)) c = '?';
    before = byte;
  }
  return text;
}

// What stands between the quotes of a JSON string. A name that is no UTF-8 keeps its ASCII only.
std::string quoted(std::string_view text) {
  const bool readable = is_utf8(text);
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += readable || static_cast<unsigned char>(c) < 0x80 ? c : '?';
  }
  return out;
}

void write(spdlog::level::level_enum level, std::string_view line) {
  if (!logger().should_log(level)) return;
  const std::string text = harmless(line);
  logger().log(level, g_json.load(std::memory_order_relaxed) ? quoted(text) : text);
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

}  // namespace

void configure_logger(LogFormat format, LogLevel level) {
  g_json.store(format == LogFormat::json);
  logger().set_pattern(format == LogFormat::json ? kJsonPattern : kTextPattern, spdlog::pattern_time_type::utc);
  logger().set_level(level_of(level));
}

void log_info(std::string_view line) {
  write(spdlog::level::info, line);
}
void log_warning(std::string_view line) {
  write(spdlog::level::warn, line);
}
void log_error(std::string_view line) {
  write(spdlog::level::err, line);
}

std::string spdlog_version() {
  return std::to_string(SPDLOG_VER_MAJOR) + "." + std::to_string(SPDLOG_VER_MINOR) + "." +
         std::to_string(SPDLOG_VER_PATCH);
}

}  // namespace daybook
