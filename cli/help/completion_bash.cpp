// The script is three tables, made from the pages, and a loop that reads the words before the cursor with them: which
// command they name, whether a flag waits for its value, which place is next. `--flag=value` comes as three words.
#include "cli/help/completion.h"

namespace daybook::cli {
namespace {

constexpr const char* kLoop = R"script(
_daybook() {
  local word path=daybook flag= place=1 spec i cur=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word == = ]] && continue
    if [[ -n $flag ]]; then
      flag=
    elif [[ $word == -* ]]; then
      [[ -n $(_daybook_value "$path" "$word") ]] && flag=$word
    elif [[ " $(_daybook_commands "$path") " == *" $word "* ]]; then
      path+=" $word"
      place=1
    else
      ((place++))
    fi
  done
  [[ $cur == = ]] && cur=
  if [[ -z $flag && $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$(_daybook_flags "$path")" -- "$cur"))
    return
  fi
  spec=$(_daybook_value "$path" "${flag:-$place}")
  case $spec in
    files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    directories) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    words\ *) COMPREPLY=($(compgen -W "${spec#words }" -- "$cur")) ;;
    '') [[ -z $flag ]] && COMPREPLY=($(compgen -W "$(_daybook_commands "$path")" -- "$cur")) ;;
  esac
}
complete -F _daybook daybook
)script";

std::string spec_of(const Argument& argument) {
  switch (argument.completes) {
    case Argument::Completes::files:
      return "files";
    case Argument::Completes::directories:
      return "directories";
    case Argument::Completes::nothing:
      return "nothing";
    case Argument::Completes::words:
      break;
  }
  std::string spec = "words";
  for (const std::string& word : argument.words) spec += " " + word;
  return spec;
}

void add_line(std::string& out, const std::string& pattern, const std::string& answer) {
  out.append("    ").append(pattern).append(") echo ").append(shell_quoted(answer, "'\\''")).append(" ;;\n");
}

std::string bash_quoted(const std::string& text) {
  return shell_quoted(text, "'\\''");
}

std::string flag_names(const std::vector<Argument>& flags) {
  std::string names;
  for (const Argument& flag : flags) names += (names.empty() ? "" : " ") + flag.name;
  return names;
}

}  // namespace

std::vector<const Page*> all_pages(const Page& root) {
  std::vector<const Page*> pages{&root};
  for (const Page& command : root.commands) {
    for (const Page* page : all_pages(command)) pages.push_back(page);
  }
  return pages;
}

std::string shell_quoted(const std::string& text, const std::string& inner) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += inner;
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string bash_completion(const Page& root, const std::vector<Argument>& globals) {
  std::string commands = "_daybook_commands() {\n  case $1 in\n";
  std::string flags = "_daybook_flags() {\n  case $1 in\n";
  std::string values = "_daybook_value() {\n  case \"$1 $2\" in\n";
  for (const Page* page : all_pages(root)) {
    std::string names;
    for (const Page& command : page->commands) names += (names.empty() ? "" : " ") + command.name();
    if (!names.empty()) add_line(commands, bash_quoted(page->command), names);
    if (!page->flags.empty()) add_line(flags, bash_quoted(page->command), flag_names(page->flags));
    for (const Argument& flag : page->flags) {
      if (!flag.value.empty()) add_line(values, bash_quoted(page->command + " " + flag.name), spec_of(flag));
    }
    for (std::size_t i = 0; i < page->positionals.size(); ++i) {
      const Argument& positional = page->positionals[i];
      add_line(values, bash_quoted(page->command + " " + std::to_string(i + 1)), spec_of(positional));
    }
  }
  for (const Argument& flag : globals) {
    if (!flag.value.empty()) add_line(values, "*" + bash_quoted(" " + flag.name), spec_of(flag));
  }
  flags.append("  esac\n  echo ").append(bash_quoted(flag_names(globals))).append("\n}\n");
  return "# bash completion for daybook. In ~/.bashrc: source <(daybook completion bash)\n" + commands + "  esac\n}\n" +
         flags + values + "  esac\n}\n" + kLoop;
}

}  // namespace daybook::cli
