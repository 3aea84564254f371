// The command line of Optare.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <thread>
#include <vector>

#include "core/base/time.h"
#include "ops/config.h"

namespace optare {

// What a command talks through; tests give their own.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  NamedValues environment;
  std::function<void(Duration)> sleep = [](Duration time) { std::this_thread::sleep_for(time); };
};

// Parses, runs one command, returns its exit code (ops/cli/exit_code.h). The third place that
// catches.
int run_cli(int argc, char** argv);
// The same without the program's name.
int run_cli(const std::vector<std::string>& arguments, Terminal& terminal);

}  // namespace optare
