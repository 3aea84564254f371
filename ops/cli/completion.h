// Completion scripts, made from the tree of commands itself.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace optare {

// REQUIRES: shell is bash, zsh or fish.
std::string completion_script(const CLI::App& app, std::string_view shell);

}  // namespace optare
