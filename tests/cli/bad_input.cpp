// The state of the directory is compared after every case, so the first one that changes something is the one named.
#include "tests/cli/bad_input.h"

#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>

#include "log/format_file.h"

namespace daybook::test {

const std::string kGoodMapping =
    "format = \"csv\"\nsource = \"t\"\n[[event]]\nstream = \"s-{id}\"\ntype = \"T\"\n"
    "data.v = { column = \"v\", type = \"integer\" }\n";

BadPlace::BadPlace() {
  shell(
      "daybook append --log log --stream s --type t --data '{\"n\":1}' --tag a > out && "
      "daybook append --log log --stream r --type u --data 2 > out && "
      "daybook projection run analytics --log log > out && rm out");
  shell(
      "mkdir empty foreign && echo hello > foreign/notes.txt && echo hello > file && "
      "cp -r log newer && cp -r log headless && rm headless/HEAD && cp -r log formatless && rm formatless/FORMAT && "
      "cp -r log garbled && printf 'nonsense' > garbled/FORMAT && cp -r log tableless && rm tableless/log/*.sst");
  write("newer/FORMAT", daybook::encode_format({.version = 2, .log_id = {}}));
  write("m.toml", kGoodMapping);
  write("rows.csv", "id,v\n1,2\n");
  write("names.sh",
        "long() { head -c $1 /dev/zero | tr '\\0' a; }\nmany() { for i in $(seq $1); do printf -- \"$2\" $i; done; }\n"
        "LOG='--log log'; A='append --log log --stream s --type t --data 1'; I='import --log log --mapping m.toml'\n"
        "event() { printf "
        "'{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"stream\":\"s\",\"type\":\"t\",\"data\":1%s}\\n' \"$1\"; "
        "}\n");
}

void BadPlace::write(const std::string& name, const std::string& text) const {
  std::ofstream(scratch_ / name, std::ios::binary | std::ios::trunc) << text;
}

CliResult BadPlace::shell(const std::string& line) const {
  return run_shell("[ -f names.sh ] && . ./names.sh\n" + line, {.directory = scratch_.path()});
}

void check_bad_input(const BadPlace& place, const std::vector<BadCase>& cases) {
  const std::string before = place.state();
  for (const BadCase& each : cases) {
    CAPTURE(each.line);
    const CliResult result = place.shell(each.line);
    CAPTURE(result.err);
    CHECK(result.exit_code == each.exit_code);
    CHECK(result.err.find(each.says) != std::string::npos);
    const std::vector<std::string> lines = lines_of(result.err);
    CHECK(lines.size() >= 1);
    CHECK(lines.size() <= each.lines_max);
    for (const std::string& line : lines) {
      CHECK(line.starts_with("daybook: "));
      CHECK(line.size() < 1'000);
      CHECK(std::ranges::none_of(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
    }
    CHECK(place.state() == before);
  }
  MESSAGE("cases of bad input: " << cases.size());
}

}  // namespace daybook::test
