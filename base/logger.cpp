// A façade over spdlog, so that a program which embeds daybook can route the logger named "daybook" as it likes:
// if it registered one, that one is used, else warnings and errors go to stderr.
#include "base/logger.h"

#include <memory>

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

}  // namespace

void log_info(std::string_view line) {
  logger().info(line);
}
void log_warning(std::string_view line) {
  logger().warn(line);
}
void log_error(std::string_view line) {
  logger().error(line);
}

}  // namespace daybook
