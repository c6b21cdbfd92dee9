// What packaging/ gives to a system is right as far as it can be told without one.
#include <fstream>
#include <regex>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"

using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

namespace {

const std::string kPackaging = std::string(DAYBOOK_SOURCE_DIR) + "/packaging/";

/// The unit for the binary under test, in a directory of its own.
void write_unit(const std::string& path) {
  std::ifstream in(kPackaging + "daybook.service.in", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string binary = "@CMAKE_INSTALL_FULL_BINDIR@/daybook";
  const std::size_t at = text.find(binary);
  REQUIRE(at != std::string::npos);
  text.replace(at, binary.size(), DAYBOOK_BINARY);
  // man pages are not installed where tests run.
  text = std::regex_replace(text, std::regex("Documentation=.*\n"), "");
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("packaging: the settings for a service are such that serve takes them") {
  const CliResult checked = run_cli({"serve", "--config", kPackaging + "daybook.toml", "--check-config"});
  CHECK(checked.err.empty());
  CHECK(checked.exit_code == 0);
  CHECK(contains(checked.out, "log = \"/var/lib/daybook/log\""));
}

TEST_CASE("packaging: systemd takes the unit, and finds it exposed to little") {
  if (run_shell("command -v systemd-analyze").exit_code != 0) {
    MESSAGE("skipped: there is no systemd-analyze");
    return;
  }
  const ScratchDirectory scratch;
  const std::string unit = scratch / "daybook.service";
  write_unit(unit);
  const CliResult verified = run_shell("systemd-analyze verify '" + unit + "' 2>&1");
  CHECK(verified.exit_code == 0);
  CHECK(verified.out.empty());
  // 20 of 100: what is left is that it talks to the network.
  const CliResult secure =
      run_shell("systemd-analyze security --no-pager --offline=true --threshold=20 '" + unit + "' 2>&1");
  CHECK_MESSAGE(secure.exit_code == 0, secure.out);
}
