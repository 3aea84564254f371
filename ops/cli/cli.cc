#include "ops/cli/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "ops/cli/command.h"
#include "ops/cli/failure.h"

extern "C" char** environ;  // POSIX

namespace optare {
namespace {

std::string footer() {
  std::string text = "Exit codes:\n";
  for (const auto& row : exit_codes)
    text += fmt::format("  {:<3} {}\n", code_of(row.code), row.meaning);
  return text;
}

NamedValues whole_environment() {
  NamedValues variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      variables.emplace_back(std::string(text.substr(0, equals)),
                             std::string(text.substr(equals + 1)));
    }
  }
  return variables;
}

// Help is an answer; anything else is a wrong command line.
int end_parsing(const CLI::App& app, const CLI::ParseError& error, Terminal& terminal) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    app.exit(error, terminal.out, terminal.err);
    return code_of(ExitCode::ok);
  }
  // A word that is no command leaves its group without one: that it is wrong is what helps.
  const auto unknown = app.remaining(true);
  const bool no_command =
      dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty();
  return print_failure(
      terminal.err, {.exit = ExitCode::usage,
                     .title = no_command ? fmt::format("there is no command '{}'", unknown.front())
                                         : std::string(error.what()),
                     .detail = {},
                     .advice = "`optare --help`, or --help after a command, says what there is."});
}

}  // namespace

int run_cli(const std::vector<std::string>& arguments, Terminal& terminal) {
  CLI::App app("Optare, an OAuth control plane whose truth is a log.", "optare");
  app.footer(footer());
  app.set_version_flag("--version", "optare " OPTARE_VERSION);
  Cli cli(terminal);
  build_tree(app, cli);
  try {
    std::vector<std::string> reversed(arguments.rbegin(),
                                      arguments.rend());  // as the parser wants them
    app.parse(reversed);
    if (!cli.run) return code_of(ExitCode::usage);
    const auto ended = cli.run();
    return ended ? *ended : print_failure(terminal.err, ended.error());
  } catch (const CLI::ParseError& error) {
    return end_parsing(app, error, terminal);
  } catch (const std::exception& error) {
    return print_failure(terminal.err, failure_of(error));
  }
}

int run_cli(int argc, char** argv) {
  Terminal terminal{std::cin, std::cout, std::cerr, whole_environment()};
  return run_cli(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), terminal);
}

}  // namespace optare
