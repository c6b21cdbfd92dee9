// What `serve` would do: each setting from its flag, the environment, the file or nowhere, and one line for what is
// wrong with it. Nothing is served here.
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cli/serve/settings.h"
#include "cli/units.h"
#include "tests/support/cli_run.h"

using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::directory_state;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::ScratchDirectory;

namespace {

/// Files of settings, and what `serve --check-config` says of them.
class Config {
 public:
  void write(const std::string& text) const { std::ofstream(file(), std::ios::binary | std::ios::trunc) << text; }
  [[nodiscard]] std::string file() const { return scratch_ / "daybook.toml"; }
  [[nodiscard]] const std::string& directory() const { return scratch_.path(); }
  [[nodiscard]] CliResult check(const std::vector<std::string>& more = {},
                                const std::vector<std::string>& environment = {}) const {
    std::vector<std::string> arguments{"serve", "--check-config"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_cli(arguments, {.environment = environment, .directory = scratch_.path()});
  }
  /// Exit 2, nothing on standard output, and one line that holds `part`.
  void refuses(const std::string& part, const std::vector<std::string>& more,
               const std::vector<std::string>& environment = {}) const {
    CAPTURE(part);
    const CliResult result = check(more, environment);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(lines_of(result.err).size() == 1);
    CHECK(contains(result.err, part));
  }

 private:
  ScratchDirectory scratch_;
};

/// The line of a setting.
std::string line_of(const CliResult& result, const std::string& name) {
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  for (const std::string& line : lines_of(result.out)) {
    if (line.starts_with(name + " = ")) return line;
  }
  return {};
}

}  // namespace

TEST_CASE("serve config: a flag wins over the environment, that over the file, that over the default") {
  const Config config;
  config.write("log = \"there\"\nnetwork_threads = 3\nlisten = [\"127.0.0.1:1\", \"unix:a\"]\n");
  const std::vector<std::string> file{"--config", config.file()};
  const auto with = [&file](std::vector<std::string> more) {
    more.insert(more.end(), file.begin(), file.end());
    return more;
  };
  const std::string name = "network_threads";
  CHECK(line_of(config.check({"--log", "x"}), name) == "network_threads = 2  # default");
  CHECK(line_of(config.check(file), name) == "network_threads = 3  # " + config.file() + ":2:19");
  const std::vector<std::string> environment{"DAYBOOK_NETWORK_THREADS=4", "DAYBOOK_LISTEN=unix:b,localhost:7"};
  CHECK(line_of(config.check(file, environment), name) == "network_threads = 4  # DAYBOOK_NETWORK_THREADS");
  CHECK(line_of(config.check(with({"--network-threads", "5"}), environment), name) ==
        "network_threads = 5  # --network-threads");
  CHECK(line_of(config.check(file), "listen").starts_with(R"(listen = ["127.0.0.1:1", "unix:a"]  # )"));
  CHECK(line_of(config.check(file, environment), "listen") ==
        R"(listen = ["unix:b", "localhost:7"]  # DAYBOOK_LISTEN)");
  CHECK(line_of(config.check(with({"--listen", "unix:c", "--listen", "[::1]:0"}), environment), "listen") ==
        R"(listen = ["unix:c", "[::1]:0"]  # --listen)");
  CHECK(line_of(config.check(file), "log").starts_with("log = \"there\"  # " + config.file()));
  CHECK(line_of(config.check(file, {"DAYBOOK_LOG=elsewhere"}), "log").starts_with("log = \"elsewhere\"  # "));
  CHECK(line_of(config.check(with({"--log", "here"}), {"DAYBOOK_LOG=elsewhere"}), "log").starts_with("log = \"here\""));
  CHECK(line_of(config.check({}, {"DAYBOOK_CONFIG=" + config.file()}), name).starts_with("network_threads = 3"));
  CHECK(line_of(config.check({}, {"DAYBOOK_CONFIG=" + config.file(), "DAYBOOK_SERVER=unix:s"}), name)
            .starts_with("network_threads = 3"));
}

TEST_CASE("serve config: a wrong value that another one hides does not matter, one that counts is named by its place") {
  const Config config;
  config.write("log = \"log\"\n\nreader_threads = 0\n");
  config.refuses(config.file() + ":3:18: ", {"--config", config.file()});
  CHECK(config.check({"--config", config.file(), "--reader-threads", "1"}).exit_code == 0);
  config.refuses("DAYBOOK_READER_THREADS: 'two' is not a whole number", {"--config", config.file()},
                 {"DAYBOOK_READER_THREADS=two"});
  config.refuses("--reader-threads: ", {"--config", config.file(), "--reader-threads", "65"});
}

TEST_CASE("serve config: every mistake in the file is one line with file, line and column, exit 2") {
  const Config config;
  const std::vector<std::pair<std::string, std::string>> mistakes{
      {"lisen = [\"127.0.0.1:1\"]", ":2:1: 'lisen' is no setting of a server; these are: log, "},
      {"[limits]\nreader_threads = 1", ":2:2: 'limits' is no setting"},
      {"listen = \"127.0.0.1:1\"", ":2:10: `listen` is an array of addresses"},
      {"listen = [1]", ":2:10: `listen` is an array"},
      {"listen = []", ":2:10: "},
      {"listen = [\"nonsense\"]", ":2:10: "},
      {"listen = [\"0.0.0.0:1\"]", ":2:10: "},
      {"network_threads = \"2\"", ":2:19: `network_threads` is a whole number"},
      {"network_threads = -1", ":2:19: '-1' is not a whole number"},
      {"network_threads = 2.0", ":2:19: `network_threads` is a whole number"},
      {"network_threads = 99999999999999999999", ":2:"},
      {"insecure = \"yes\"", ":2:12: `insecure` is true or false"},
      {"durability = \"perhaps\"", ":2:14: 'perhaps' is not fsync or buffered"},
      {"log_format = \"xml\"", ":2:14: 'xml' is not text or json"},
      {"log_level = \"loud\"", ":2:13: 'loud' is not info, warning, error or off"},
      {"message_bytes_max = \"32MB\"", ":2:21: '32MB' is not a size"},
      {"message_bytes_max = \"1GiB\"", ":2:21: "},
      {"block_cache_bytes = 1", ":2:21: "},
      {"drain_timeout = 10", ":2:17: `drain_timeout` is a text such as \"30s\""},
      {"drain_timeout = \"10\"", ":2:17: '10' is not a time"},
      {"drain_timeout = \"100h\"", ":2:17: "},
      {"drain_timeout = \"99999999999h\"", ":2:17: '99999999999h' is not a time"},
      {"log = 1", ":2:7: `log` is a text"},
      {"log_level = \"info\"\nlog_level = \"off\"", ":3:"},
      {"= 1", ":2:1: "},
      {"a\x1b = 1", ":2:"},
  };
  for (const auto& [line, place] : mistakes) {
    CAPTURE(line);
    config.write("# settings\n" + line + "\n");
    config.refuses(config.file() + place, {"--config", config.file(), "--log", "log"});
  }
  config.write("# \xff\n");
  config.refuses("invalid UTF-8", {"--config", config.file(), "--log", "log"});
  config.refuses("nowhere.toml", {"--config", "nowhere.toml", "--log", "log"});
  config.refuses(config.directory(), {"--config", config.directory(), "--log", "log"});
}

TEST_CASE("serve config: no log named, a flag twice, a server to serve: exit 2 and one line") {
  const Config config;
  config.refuses("no log named", {});
  config.refuses("--log-level", {"--log", "log", "--log-level", "info", "--log-level", "off"});
  config.refuses("serve", {"--server", "127.0.0.1:1"});
  config.refuses("insecure", {"--log", "log", "--listen", "0.0.0.0:4290"});
  CHECK(config.check({"--log", "log", "--listen", "0.0.0.0:4290", "--insecure"}).exit_code == 0);
  CHECK(config.check({"--log", "log", "--listen", "0.0.0.0:4290"}, {"DAYBOOK_INSECURE=true"}).exit_code == 0);
}

TEST_CASE("serve config: --check-config prints a file that says the same, or JSON, and touches nothing") {
  const Config config;
  config.write("log = \"a log\"\nidle_timeout = \"90s\"\nmessage_bytes_max = 1048577\nappends_bytes_max = \"1GiB\"\n");
  const std::string before = directory_state(config.directory());
  const CliResult first = config.check({"--config", config.file(), "--durability", "buffered"});
  const CliResult json = config.check({"--config", config.file(), "--durability", "buffered", "--json"});
  CHECK(directory_state(config.directory()) == before);
  CHECK(contains(first.out, "\nidle_timeout = \"90s\"  # "));
  CHECK(contains(first.out, "\nmessage_bytes_max = \"1048577\"  # "));
  CHECK(lines_of(json.out).size() == 1);
  CHECK(
      json.out.starts_with(R"({"log":"a log","insecure":false,"listen":["127.0.0.1:4290"],"durability":"buffered",)"));
  CHECK(contains(json.out, R"("appends_bytes_max":"1GiB")"));
  config.write(first.out);
  const CliResult second = config.check({"--config", config.file(), "--json"});
  CHECK(second.out == json.out);
}

TEST_CASE("serve config: each setting has its flag, its variable, and a default that its help names") {
  const std::string help = run_cli({"serve", "--help"}).out;
  for (const daybook::cli::Setting& setting : daybook::cli::serve_settings()) {
    CAPTURE(setting.name);
    CHECK(contains(help, "  " + setting.flag_name()));
    if (setting.kind == daybook::cli::SettingKind::directory) continue;
    CHECK(contains(help, "$" + setting.environment_name()));
    if (setting.kind < daybook::cli::SettingKind::count) continue;
    std::string value = setting.value({});
    std::erase(value, '"');
    CHECK(contains(std::string(setting.meaning), value));
  }
}

TEST_CASE("units: sizes and times are read as they are written, and nothing else is") {
  using daybook::cli::bytes_text;
  using daybook::cli::duration_text;
  using daybook::cli::parse_bytes;
  using daybook::cli::parse_duration;
  for (const char* text : {"0", "1", "1023", "1KiB", "1025", "3MiB", "16GiB"}) {
    CAPTURE(text);
    const auto bytes = parse_bytes(text);
    REQUIRE(bytes.has_value());
    CHECK(bytes_text(*bytes) == text);
  }
  for (const char* text : {"0ns", "1ns", "999us", "1ms", "90s", "2m", "24h"}) {
    CAPTURE(text);
    const auto time = parse_duration(text);
    REQUIRE(time.has_value());
    CHECK(duration_text(*time) == text);
  }
  CHECK(parse_bytes("1024") == parse_bytes("1KiB"));
  CHECK(parse_duration("60s") == parse_duration("1m"));
  for (const char* text :
       {"", "KiB", "-1", "1 KiB", "1kib", "1MB", "1.5MiB", "99999999999999999999", "17179869184GiB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_bytes(text).has_value());
  }
  for (const char* text : {"", "s", "1", "-1s", "1 s", "1S", "1.5s", "1min", "9999999999999h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}
