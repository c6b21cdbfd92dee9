// As for bash, but zsh shows what each word means, so the tables hold `word:meaning`; and `--flag=value` is one word.
#include "cli/help/completion.h"

namespace daybook::cli {
namespace {

constexpr const char* kLoop = R"script(
_daybook() {
  local word command=daybook flag= kind
  local -i place=1 i
  local -a reply names
  for ((i = 2; i < CURRENT; i++)); do
    word=${(Q)words[i]}
    if [[ -n $flag ]]; then
      flag=
    elif [[ $word == -*=* ]]; then
      continue
    elif [[ $word == -* ]]; then
      _daybook_value "$command" "$word" && flag=$word
    else
      _daybook_commands "$command"
      names=("${(@)reply%%:*}")
      if (( ${names[(Ie)$word]} )); then
        command+=" $word"
        place=1
      else
        place+=1
      fi
    fi
  done
  if [[ -z $flag && $PREFIX == --*=* ]]; then
    flag=${PREFIX%%=*}
    compset -P '*='
  fi
  if [[ -z $flag && $PREFIX == -* ]]; then
    _daybook_flags "$command"
    _describe -o 'flag' reply
    return
  fi
  if _daybook_value "$command" "${flag:-$place}"; then
    kind=${reply[1]}
    case $kind in
      files) _files ;;
      directories) _files -/ ;;
      words) compadd -- "${(@)reply[2,-1]}" ;;
      *) _message "$kind" ;;
    esac
  elif [[ -z $flag ]]; then
    _daybook_commands "$command"
    _describe 'command' reply
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _daybook "$@"
else
  compdef _daybook daybook
fi
)script";

std::string zsh_quoted(const std::string& text) {
  return shell_quoted(text, "'\\''");
}

/// What may stand there: files, directories, words and which; else its name, to be shown.
std::string spec_of(const Argument& argument) {
  switch (argument.completes) {
    case Argument::Completes::files:
      return "files";
    case Argument::Completes::directories:
      return "directories";
    case Argument::Completes::nothing:
      return zsh_quoted(argument.value.empty() ? argument.name : argument.value);
    case Argument::Completes::words:
      break;
  }
  std::string spec = "words";
  for (const std::string& word : argument.words) spec += " " + word;
  return spec;
}

void add_line(std::string& out, const std::string& pattern, const std::string& words) {
  out.append("    ").append(pattern).append(") reply=(").append(words).append(") ;;\n");
}

std::string described(const std::vector<Argument>& flags) {
  std::string words;
  for (const Argument& flag : flags) {
    words += (words.empty() ? "" : " ") + zsh_quoted(flag.name + ":" + flag.description);
  }
  return words;
}

}  // namespace

std::string zsh_completion(const Page& root, const std::vector<Argument>& globals) {
  std::string commands = "_daybook_commands() {\n  reply=()\n  case $1 in\n";
  std::string flags = "_daybook_flags() {\n  reply=()\n  case $1 in\n";
  std::string values = "_daybook_value() {\n  case \"$1 $2\" in\n";
  for (const Page* page : all_pages(root)) {
    std::string names;
    for (const Page& command : page->commands) {
      names += (names.empty() ? "" : " ") + zsh_quoted(command.name() + ":" + command.summary);
    }
    if (!names.empty()) add_line(commands, zsh_quoted(page->command), names);
    if (!page->flags.empty()) add_line(flags, zsh_quoted(page->command), described(page->flags));
    for (const Argument& flag : page->flags) {
      if (!flag.value.empty()) add_line(values, zsh_quoted(page->command + " " + flag.name), spec_of(flag));
    }
    for (std::size_t i = 0; i < page->positionals.size(); ++i) {
      const Argument& positional = page->positionals[i];
      add_line(values, zsh_quoted(page->command + " " + std::to_string(i + 1)), spec_of(positional));
    }
  }
  for (const Argument& flag : globals) {
    if (!flag.value.empty()) add_line(values, "*" + zsh_quoted(" " + flag.name), spec_of(flag));
  }
  flags.append("  esac\n  reply+=(").append(described(globals)).append(")\n}\n");
  return "#compdef daybook\n# zsh completion for daybook: daybook completion zsh > DIR/_daybook, DIR in fpath\n" +
         commands + "  esac\n}\n" + flags + values + "    *) return 1 ;;\n  esac\n}\n" + kLoop;
}

}  // namespace daybook::cli
