// Each completion script is run by its own shell; a shell that is not installed is skipped, saying so.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"

namespace {

using daybook::test::CliResult;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

/// Completes the last of `words` in `shell`, in a directory with a file, a directory and nothing else; sorted.
class Shell {
 public:
  explicit Shell(std::string name) : name_(std::move(name)) {
    REQUIRE(run_shell("mkdir sub && touch 'a file.csv' sub/inner", here()).exit_code == 0);
    REQUIRE(run_shell("daybook completion " + name_ + " > ../script", here()).exit_code == 0);
  }
  [[nodiscard]] bool installed() const {
    if (run_shell("command -v " + name_ + " >/dev/null").exit_code == 0) return true;
    MESSAGE("skipped: " << name_ << " is not installed");
    return false;
  }
  [[nodiscard]] std::vector<std::string> complete(const std::vector<std::string>& words) const {
    const CliResult result = run_shell(line(words), here());
    CAPTURE(words.back());
    CHECK(result.err.empty());
    std::vector<std::string> found = lines_of(result.out);
    for (std::string& each : found) each.resize(std::min(each.find('\t'), each.size()));  // fish: what it means.
    std::ranges::sort(found);
    return found;
  }
  [[nodiscard]] bool offers(const std::vector<std::string>& words, const std::string& one) const {
    return std::ranges::count(complete(words), one) == 1;
  }
  [[nodiscard]] daybook::test::CliOptions here() const {
    std::filesystem::create_directories(scratch_ / "here");
    return {.environment = {"HOME=" + scratch_.path()}, .directory = scratch_ / "here"};
  }

 private:
  [[nodiscard]] std::string line(const std::vector<std::string>& words) const {
    std::string quoted;
    for (const std::string& word : words) quoted += " '" + word + "'";
    if (name_ == "bash") {
      return "source ../script; COMP_WORDS=(daybook" + quoted + "); COMP_CWORD=" + std::to_string(words.size()) +
             "; _daybook; for each in \"${COMPREPLY[@]}\"; do echo \"$each\"; done";
    }
    if (name_ == "fish") {
      std::string text = "daybook";
      for (const std::string& word : words) text += " " + word;
      return "fish --no-config -c 'source ../script; complete -C \"" + text + "\"'";
    }
    // What the completion system would be told; that it is told so at a key is another test.
    return R"(zsh -f -c '
      compdef() { }
      source ../script
      _describe() { local list=${@[-1]}; print -rl -- ${(M)${(@)${(P)list}%%:*}:#$PREFIX*} }
      _files() { if [[ $1 == -/ ]]; then print -rl -- $PREFIX*(N/); else print -rl -- $PREFIX*(N); fi }
      compadd() { shift; print -rl -- ${(M)@:#$PREFIX*} }
      _message() { }
      compset() { PREFIX=${PREFIX#*=} }
      words=(daybook "$@"); CURRENT=$#words; PREFIX=$words[-1]
      _daybook' zsh)" +
           quoted + " | grep -v '^$' || true";
  }

  std::string name_;
  ScratchDirectory scratch_;
};

using Words = std::vector<std::string>;

void check_shell(const std::string& name) {
  const Shell shell(name);
  if (!shell.installed()) return;
  CHECK(shell.complete({"projection", ""}) == Words{"diff", "list", "query", "run"});
  CHECK(shell.complete({"verif"}) == Words{"verify"});
  CHECK(shell.offers({""}, "replay"));
  CHECK_FALSE(shell.offers({""}, "man"));
  CHECK(shell.complete({"replay", ""}) == Words{"analytics", "inventory"});
  CHECK(shell.complete({"projection", "run", "inv"}) == Words{"inventory"});
  CHECK(shell.complete({"replay", "inventory", "--show", ""}) == Words{"changes", "none", "state"});
  CHECK(shell.complete({"append", "--durability", "b"}) == Words{"buffered"});
  CHECK(shell.complete({"completion", "z"}) == Words{"zsh"});
  CHECK(shell.complete({"replay", "--exp"}) == Words{"--explain"});
  CHECK(shell.complete({"replay", "--lo"}) == Words{"--log"});
  CHECK(shell.complete({"--js"}) == Words{"--json"});
  CHECK(shell.complete({"--color", "n"}) == Words{"never"});
  // What a flag takes is no command, whatever it says; and a place is counted without flags.
  CHECK(shell.complete({"--log", "projection", "verif"}) == Words{"verify"});
  CHECK(shell.complete({"replay", "--key", "x", "inv"}) == Words{"inventory"});
  CHECK(shell.complete({"read", "--stream", ""}).empty());
  // `read --explain` is a switch, `replay --explain` takes a key.
  CHECK(shell.complete({"replay", "--explain", "x", "ana"}) == Words{"analytics"});
  const auto without_slash = [](Words words) {
    for (std::string& word : words) {
      if (word.ends_with("/")) word.pop_back();
      std::erase(word, '\\');
    }
    return words;
  };
  CHECK(without_slash(shell.complete({"--log", ""})) == Words{"sub"});
  CHECK(without_slash(shell.complete({"import", ""})) == Words{"a file.csv", "sub"});
  CHECK(without_slash(shell.complete({"import", "x", "--mapping", ""})) == Words{"a file.csv", "sub"});
}

}  // namespace

TEST_CASE("completion: bash completes commands, flags, values, projections, files and directories") {
  check_shell("bash");
}

TEST_CASE("completion: zsh completes commands, flags, values, projections, files and directories") {
  check_shell("zsh");
}

TEST_CASE("completion: fish completes commands, flags, values, projections, files and directories") {
  check_shell("fish");
}

TEST_CASE("completion: a value behind an equals sign is completed, too") {
  const Shell bash("bash");
  CHECK(bash.complete({"replay", "inventory", "--show", "=", "st"}) == Words{"state"});
  CHECK(bash.complete({"replay", "inventory", "--show", "="}) == Words{"changes", "none", "state"});
  const Shell zsh("zsh");
  if (zsh.installed()) CHECK(zsh.complete({"replay", "inventory", "--show=st"}) == Words{"state"});
  const Shell fish("fish");
  if (fish.installed()) CHECK(fish.complete({"replay", "inventory", "--show=st"}) == Words{"--show=state"});
}

TEST_CASE("completion: zsh's own completion system takes the script, sourced and from fpath") {
  const Shell zsh("zsh");
  if (!zsh.installed()) return;
  for (const std::string& setup :
       {std::string("compinit -u -D; source ../script"), std::string("mkdir -p ../f; cp ../script ../f/_daybook; "
                                                                     "fpath=(../f $fpath); compinit -u -D")}) {
    CAPTURE(setup);
    const CliResult result = run_shell(R"(timeout 60 zsh -f -c '
      zmodload zsh/zpty
      zpty -b shell zsh -f -i
      zpty -w shell "autoload -Uz compinit; )" +
                                           setup +
                                           R"(; daybook() { print ran=\$1 }; print rea\dy"
      zpty -r -m shell line "*ready*"
      zpty -w shell "daybook verif"$'\''\t'\''
      zpty -r -m shell line "*ran=*[[:space:]]*"
      [[ $line == *ran=verify[[:space:]]* ]] && print completed')",
                                       zsh.here());
    CAPTURE(result.err);
    CHECK(result.out == "completed\n");
  }
}

TEST_CASE("completion: an unknown shell is exit 2") {
  const CliResult result = run_cli({"completion", "tcsh"});
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("'tcsh' is not bash, zsh or fish") != std::string::npos);
  CHECK(run_cli({"completion"}).exit_code == 2);
}
