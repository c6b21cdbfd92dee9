// Logs are made through the library, so that every field can be used; all else is the binary's.
#include "tests/cli/exported_logs.h"

#include <algorithm>
#include <regex>

#include <doctest/doctest.h>

namespace daybook::test {

std::string without_time(const std::string& lines) {
  static const std::regex kTime(R"("time":"[0-9T:.-]+Z")");
  return std::regex_replace(lines, kTime, "\"time\":T");
}

void Logs::append(const std::string& log, const std::vector<Commit>& commits) const {
  auto opened = Log::open(scratch_ / log, {.create_if_missing = true, .durability = Durability::buffered});
  REQUIRE(opened);
  for (const Commit& commit : commits) {
    const auto appended = (*opened)->append(commit);
    if (!appended) FAIL(to_string(appended.error()));
  }
  REQUIRE((*opened)->close());
}

std::string Logs::exported(const std::string& log) const {
  const CliResult result = run_cli({"export", "--log", scratch_ / log});
  CHECK(result.err == "");
  CHECK(result.exit_code == 0);
  return result.out;
}

CliResult Logs::import(const std::string& log, const std::string& lines, const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = {"import", "-", "--log", scratch_ / log, "--durability", "buffered"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_cli(arguments, {.input = lines});
}

CliResult Logs::copy(const std::string& from, const std::string& to, const std::string& pipe) const {
  return run_shell("set -o pipefail; daybook export --log '" + path(from) + "' | " + pipe +
                   " | daybook import - --log '" + path(to) + "' --durability buffered --json");
}

void Logs::check_equal(const std::string& a, const std::string& b) const {
  const std::vector<std::string> left = lines_of(without_time(exported(a)));
  const std::vector<std::string> right = lines_of(without_time(exported(b)));
  CHECK(left.size() == right.size());
  const auto [at_left, at_right] = std::ranges::mismatch(left, right);
  if (at_left != left.end() && at_right != right.end()) CHECK(*at_left == *at_right);
}

}  // namespace daybook::test
