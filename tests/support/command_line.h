// The command line in this process: what it says, and how it ends.
#pragma once

#include <sstream>

#include "ops/cli/cli.h"

namespace optare {

struct Ran {
  int exit = -1;
  std::string out, err;
  std::vector<Duration> slept;
};

inline Ran run_command_line(std::vector<std::string> arguments, const std::string& input = {},
                            NamedValues environment = {}) {
  std::istringstream in(input);
  std::ostringstream out, err;
  Ran ran;
  Terminal terminal{in, out, err, std::move(environment),
                    [&ran](Duration time) { ran.slept.push_back(time); }};
  ran.exit = run_cli(arguments, terminal);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

}  // namespace optare
