// Settings as options of a command, and the configuration made of them.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "ops/cli/failure.h"
#include "ops/config.h"

namespace optare {

struct Cli;

struct LocalOptions {
  std::string config_file;
  // Shared with the parser's callbacks, which run after this was moved or copied.
  std::shared_ptr<NamedValues> flags = std::make_shared<NamedValues>();

  void add_all(CLI::App& command);      // every setting
  void add_offline(CLI::App& command);  // those that matter without a server
  [[nodiscard]] CliResult<Config> load(const Cli& cli) const;
};

}  // namespace optare
