// `completion` and `man`: what the commands say of themselves, for a shell and for man(1).
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daybook/version.h"

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/help/completion.h"
#include "cli/help/man_page.h"
#include "cli/help/page.h"
#include "cli/output.h"

namespace daybook::cli {
namespace {

int print_completion(const CLI::App& root, const std::string& shell) {
  const Page page = page_of(root);
  const std::vector<Argument> globals = global_flags(root);
  Output output;
  if (shell == "bash") output.write(bash_completion(page, globals));
  if (shell == "zsh") output.write(zsh_completion(page, globals));
  if (shell == "fish") output.write(fish_completion(page, globals));
  return output.finish(kExitOk);
}

/// The page above, those below, and the first of all.
std::vector<std::string> see_also(const Page& page, const std::vector<const Page*>& pages) {
  std::vector<std::string> names;
  for (const Page* other : pages) {
    const bool above = page.command.starts_with(other->command + " ");
    const bool below = other->command.starts_with(page.command + " ");
    if (above || below) names.push_back(man_page_name(*other));
  }
  return names;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file.good()) return {};
  return fail(Code::io, "cannot write " + path.string() + ": " + std::strerror(errno));
}

int write_man_pages(const CLI::App& root, const std::string& directory) {
  const Page top = page_of(root);
  const std::vector<const Page*> pages = all_pages(top);
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return report({.code = Code::io, .message = "cannot make " + directory + ": " + error.message()});
  for (const Page* page : pages) {
    const std::filesystem::path path = std::filesystem::path(directory) / (man_page_name(*page) + ".1");
    const auto written =
        write_file(path, man_page(*page, global_flags(root), see_also(*page, pages), library_version()));
    if (!written) return report(written.error());
  }
  return kExitOk;
}

}  // namespace

void add_completion(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("completion",
                         "Print a script that completes daybook's command lines in a shell\n\n"
                         "For bash, write `source <(daybook completion bash)` into ~/.bashrc. For zsh, put the script "
                         "as `_daybook` into a "
                         "directory of fpath. For fish, put it as daybook.fish into ~/.config/fish/completions.");
  const auto shell = std::make_shared<std::optional<std::string>>();
  add_choice(*command, "shell", *shell, "The shell", {"bash", "zsh", "fish"})->required();
  add_examples(*command, {"completion bash", "completion zsh > ~/.zsh/_daybook",
                          "completion fish > ~/.config/fish/completions/daybook.fish"});
  command->callback([shell, &app, &context] { context.exit_code = print_completion(app, **shell); });
}

void add_man(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("man", "Write the man pages, one a command, into a directory");
  command->group("");  // For the build and for packagers: not shown.
  const auto directory = std::make_shared<std::string>();
  command->add_option("directory", *directory, "Where they go")->required()->type_name("DIR");
  command->callback([directory, &app, &context] { context.exit_code = write_man_pages(app, *directory); });
}

}  // namespace daybook::cli
