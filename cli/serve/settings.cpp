// Ranges are not repeated here: after each setting the options are asked whether they are still in order. All of them
// were before, so what they then complain of is what was set. `insecure` stands before `listen`, which it decides on.
#include "cli/serve/settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/flags.h"
#include "cli/json_text.h"
#include "cli/units.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

using Kind = SettingKind;

constexpr std::size_t kQuotedColumns = 60;

constexpr std::array<Setting, 22> kSettings{
    Setting{.name = "log", .kind = Kind::directory, .value_name = "DIR", .meaning = "The log's directory"},
    Setting{
        .name = "insecure",
        .kind = Kind::insecure,
        .meaning = "Listen on addresses that others can reach, although there is neither encryption nor a password"},
    Setting{.name = "listen",
            .kind = Kind::listen,
            .value_name = "ADDRESS",
            .meaning = "HOST:PORT, [IPV6]:PORT or unix:PATH; port 0 is any free one; may be repeated; default: "
                       "127.0.0.1:4290"},
    Setting{.name = "durability",
            .kind = Kind::durability,
            .value_name = "fsync|buffered",
            .meaning =
                "When an append is acknowledged: fsync (default), it is on disk; buffered, faster, it survives a "
                "crash but not a power cut"},
    Setting{.name = "log_format",
            .kind = Kind::log_format,
            .value_name = "text|json",
            .meaning = "How lines on standard error are written; default: text"},
    Setting{.name = "log_level",
            .kind = Kind::log_level,
            .value_name = "info|warning|error|off",
            .meaning = "The least that is written there; default: info"},
    Setting{.name = "network_threads",
            .kind = Kind::count,
            .value_name = "N",
            .meaning = "Threads that connections are spread over; default: 2",
            .server_number = &ServerOptions::network_threads},
    Setting{.name = "reader_threads",
            .kind = Kind::count,
            .value_name = "N",
            .meaning = "Threads that read from storage; default: 2",
            .server_number = &ServerOptions::reader_threads},
    Setting{.name = "connections_max",
            .kind = Kind::count,
            .value_name = "N",
            .meaning = "Connections at a time; beyond it a new one is closed; default: 10000",
            .server_number = &ServerOptions::connections_max},
    Setting{.name = "calls_max",
            .kind = Kind::count,
            .value_name = "N",
            .meaning = "Calls of one connection in progress; beyond it nothing is read from it; default: 1024",
            .server_number = &ServerOptions::calls_max},
    Setting{.name = "message_bytes_max",
            .kind = Kind::bytes,
            .value_name = "SIZE",
            .meaning = "The largest message of a client, such as 32MiB, which is the default",
            .server_number = &ServerOptions::message_bytes_max},
    Setting{.name = "login_message_bytes_max",
            .kind = Kind::bytes,
            .value_name = "SIZE",
            .meaning = "The largest one before its login; default: 16KiB",
            .server_number = &ServerOptions::login_message_bytes_max},
    Setting{.name = "outbox_bytes_max",
            .kind = Kind::bytes,
            .value_name = "SIZE",
            .meaning = "Unsent bytes to one connection; beyond it nothing is read from it; default: 8MiB",
            .server_number = &ServerOptions::outbox_bytes_max},
    Setting{.name = "appends_bytes_max",
            .kind = Kind::bytes,
            .value_name = "SIZE",
            .meaning = "All connections' appends in progress; default: 256MiB",
            .server_number = &ServerOptions::appends_bytes_max},
    Setting{.name = "handshake_timeout",
            .kind = Kind::duration,
            .value_name = "TIME",
            .meaning = "From a connection to its login; default: 10s",
            .duration = &ServerOptions::handshake_timeout},
    Setting{.name = "message_timeout",
            .kind = Kind::duration,
            .value_name = "TIME",
            .meaning = "From a message's first byte to its last; default: 30s",
            .duration = &ServerOptions::message_timeout},
    Setting{.name = "idle_timeout",
            .kind = Kind::duration,
            .value_name = "TIME",
            .meaning = "Without a call or a subscription, until a connection is closed; default: 10m",
            .duration = &ServerOptions::idle_timeout},
    Setting{.name = "dead_timeout",
            .kind = Kind::duration,
            .value_name = "TIME",
            .meaning = "Until a peer that no longer answers TCP is given up; default: 2m",
            .duration = &ServerOptions::dead_timeout},
    Setting{.name = "drain_timeout",
            .kind = Kind::duration,
            .value_name = "TIME",
            .meaning = "What an end waits for calls in progress; default: 10s",
            .duration = &ServerOptions::drain_timeout},
    Setting{.name = "block_cache_bytes",
            .kind = Kind::bytes,
            .value_name = "SIZE",
            .meaning = "Memory for blocks that are read again, the newest among them; default: 32MiB",
            .log_number = &Options::block_cache_bytes},
    Setting{.name = "storage_cache_bytes",
            .kind = Kind::bytes,
            .value_name = "SIZE",
            .meaning = "Memory for RocksDB's own blocks, indexes and filters; default: 32MiB",
            .log_number = &Options::storage_cache_bytes},
    Setting{.name = "disk_free_bytes_min",
            .kind = Kind::bytes,
            .value_name = "SIZE",
            .meaning = "Free space below which appends are refused; default: 256MiB",
            .log_number = &Options::disk_free_bytes_min},
};

std::string quoted(std::string_view text) {
  return "'" + clip(visible(text), kQuotedColumns) + "'";
}

/// Words and what they stand for.
template <class Value>
using Words = std::vector<std::pair<std::string_view, Value>>;

const Words<Durability>& durabilities() {
  static const Words<Durability> words{{"fsync", Durability::fsync}, {"buffered", Durability::buffered}};
  return words;
}

const Words<bool>& booleans() {
  static const Words<bool> words{{"true", true}, {"false", false}};
  return words;
}

const Words<LogFormat>& formats() {
  static const Words<LogFormat> words{{"text", LogFormat::text}, {"json", LogFormat::json}};
  return words;
}

const Words<LogLevel>& levels() {
  static const Words<LogLevel> words{
      {"info", LogLevel::info}, {"warning", LogLevel::warning}, {"error", LogLevel::error}, {"off", LogLevel::off}};
  return words;
}

template <class Value>
Result<void> choose(const Words<Value>& words, std::string_view text, Value& value) {
  const auto found = std::ranges::find(words, text, &std::pair<std::string_view, Value>::first);
  if (found != words.end()) {
    value = found->second;
    return {};
  }
  std::string list;
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (at > 0) list += at + 1 == words.size() ? " or " : ", ";
    list += words[at].first;
  }
  return fail(Code::invalid, quoted(text) + " is not " + list);
}

template <class Value>
std::string chosen(const Words<Value>& words, Value value) {
  return std::string(std::ranges::find(words, value, &std::pair<std::string_view, Value>::second)->first);
}

/// A text in TOML's basic string, which JSON's strings are.
std::string text_value(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

Result<void> set_number(ServeConfig& config, const Setting& setting, std::string_view text) {
  const auto number = setting.kind == Kind::bytes ? parse_bytes(text) : parse_count(text);
  if (!number) {
    return fail(Code::invalid, quoted(text) + (setting.kind == Kind::bytes ? " is not a size such as 33554432 or 32MiB"
                                                                           : " is not a whole number"));
  }
  (setting.log_number != nullptr ? config.log.*setting.log_number : config.server.*setting.server_number) =
      static_cast<std::size_t>(*number);
  return {};
}

Result<void> set_duration(ServeConfig& config, const Setting& setting, std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return fail(Code::invalid, quoted(text) + " is not a time such as 30s, 500ms or 2m");
  config.server.*setting.duration = *duration;
  return {};
}

Result<void> assign(ServeConfig& config, const Setting& setting, const std::vector<std::string>& texts) {
  if (setting.kind == Kind::listen) {
    config.server.listen = texts;
    return {};
  }
  const std::string& text = texts.front();
  switch (setting.kind) {
    case Kind::directory:
    case Kind::listen:
      config.log_directory = text;
      return {};
    case Kind::durability:
      return choose(durabilities(), text, config.log.durability);
    case Kind::insecure:
      return choose(booleans(), text, config.server.insecure);
    case Kind::log_format:
      return choose(formats(), text, config.log_format);
    case Kind::log_level:
      return choose(levels(), text, config.log_level);
    case Kind::count:
    case Kind::bytes:
      return set_number(config, setting, text);
    case Kind::duration:
      return set_duration(config, setting, text);
  }
  return {};
}

std::string capitals(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

}  // namespace

std::string Setting::flag_name() const {
  std::string flag = "--" + std::string(name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string Setting::environment_name() const {
  return "DAYBOOK_" + capitals(name);
}

Result<void> Setting::set(ServeConfig& config, const std::vector<std::string>& texts) const {
  if (texts.size() != 1 && kind != Kind::listen) return fail(Code::invalid, "it is given more than once");
  if (auto assigned = assign(config, *this, texts); !assigned) return assigned;
  if (auto checked = config.log.check(); !checked) return checked;
  return config.server.check();
}

std::string Setting::value(const ServeConfig& config) const {
  switch (kind) {
    case Kind::directory:
      return text_value(config.log_directory);
    case Kind::durability:
      return text_value(chosen(durabilities(), config.log.durability));
    case Kind::insecure:
      return chosen(booleans(), config.server.insecure);
    case Kind::log_format:
      return text_value(chosen(formats(), config.log_format));
    case Kind::log_level:
      return text_value(chosen(levels(), config.log_level));
    case Kind::duration:
      return text_value(duration_text(config.server.*duration));
    case Kind::count:
      return std::to_string(config.server.*server_number);
    case Kind::bytes:
      return text_value(bytes_text(log_number != nullptr ? config.log.*log_number : config.server.*server_number));
    case Kind::listen:
      break;
  }
  std::string out = "[";
  for (const std::string& address : config.server.listen) {
    out.append(out.size() == 1 ? "" : ", ").append(text_value(address));
  }
  return out + "]";
}

std::span<const Setting> serve_settings() {
  return kSettings;
}

}  // namespace daybook::cli
