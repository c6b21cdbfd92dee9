// A façade over spdlog, so that a program which embeds daybook can route the logger named "daybook" as it likes:
// if it registered one, that one is used, else warnings and errors go to stderr. Lines hold names of files, which
// anyone may choose and which a terminal would obey; so what controls one is left out.
#include "base/logger.h"

#include <memory>
#include <string>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace daybook {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    if (auto given = spdlog::get("daybook")) return given;
    auto made = std::make_shared<spdlog::logger>("daybook", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::warn);
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %n: %v", spdlog::pattern_time_type::utc);
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

}  // namespace

void log_info(std::string_view line) {
  logger().info(harmless(line));
}
void log_warning(std::string_view line) {
  logger().warn(harmless(line));
}
void log_error(std::string_view line) {
  logger().error(harmless(line));
}

std::string spdlog_version() {
  return std::to_string(SPDLOG_VER_MAJOR) + "." + std::to_string(SPDLOG_VER_MINOR) + "." +
         std::to_string(SPDLOG_VER_PATCH);
}

}  // namespace daybook
