// Command lines, an argument a line of the input, through the parser of the whole program without running a command:
// one is taken, or refused in one message; nothing else is thrown, and a second parser says the same.
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/app.h"
#include "cli/visible_text.h"
#include "tests/fuzz/fuzz.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

/// Thrown when a command line was understood, before any command runs.
struct Understood {};

class ParsingApp : public CLI::App {
 public:
  using CLI::App::App;

 private:
  void pre_callback() override { throw Understood{}; }
};

std::string what_was_taken(const CLI::App& app, const cli::Context& context) {
  std::string taken = context.json ? "json " : "";
  taken += context.log_directory;
  DAYBOOK_CHECK(app.get_subcommands().size() == 1, "what is taken names one command");
  for (const CLI::App* at = &app; !at->get_subcommands().empty(); at = at->get_subcommands().front()) {
    const CLI::App& command = *at->get_subcommands().front();
    taken += " " + command.get_name();
    DAYBOOK_CHECK(command.remaining_size() == 0, "nothing that was given is ignored");
    for (const CLI::Option* option : command.get_options()) {
      taken += " " + option->get_name();
      for (const std::string& value : option->results()) taken += "=" + value;
    }
  }
  return taken;
}

/// What became of a command line: the message of what is wrong, or the commands and flags that were given.
std::string outcome_of(const std::vector<std::string>& arguments) {
  cli::Context context;
  ParsingApp app("fuzzed", "daybook");
  cli::build_app(app, context);
  std::vector<const char*> pointers = {"daybook"};
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  try {
    app.parse(static_cast<int>(pointers.size()), pointers.data());
  } catch (const CLI::Success& asked) {
    return asked.get_name() + app.help();
  } catch (const CLI::ParseError& error) {
    const std::string message = cli::usage_message(app, error);
    DAYBOOK_CHECK(!cli::visible(message).empty(), "a refusal says why");
    return message;
  } catch (const Understood&) {
    return what_was_taken(app, context);
  }
  DAYBOOK_CHECK(false, "a command line is understood or refused");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  std::string_view input = text_of(data, bytes);
  std::vector<std::string> arguments;
  while (!input.empty() && arguments.size() < 40) {
    const std::string_view line = take(input, input.find('\n'));
    arguments.emplace_back(line.substr(0, line.find('\0')));
    static_cast<void>(take_byte(input));
  }
  DAYBOOK_CHECK(outcome_of(arguments) == outcome_of(arguments), "a command line means one thing");
  return 0;
}
