// How `optare` ends: for scripts, so a number here never changes its meaning.
#pragma once

#include <array>
#include <string_view>

namespace optare {

enum class ExitCode : int {
  ok = 0,
  refused = 1,
  usage = 2,
  not_found = 3,
  conflict = 4,
  not_allowed = 5,
  unavailable = 6,
  internal = 70,  // EX_SOFTWARE of sysexits.h
};

constexpr int code_of(ExitCode code) { return static_cast<int>(code); }

struct ExitCodeRow {
  ExitCode code;
  std::string_view meaning;
};
constexpr std::array exit_codes{
    ExitCodeRow{ExitCode::ok, "done"},
    ExitCodeRow{ExitCode::refused, "refused as asked, or a check failed"},
    ExitCodeRow{ExitCode::usage, "the command line or the configuration is wrong"},
    ExitCodeRow{ExitCode::not_found, "there is no such thing"},
    ExitCodeRow{ExitCode::conflict, "the state does not allow it (409, 412)"},
    ExitCodeRow{ExitCode::not_allowed, "no usable credentials, or they do not allow it"},
    ExitCodeRow{ExitCode::unavailable,
                "the server cannot be reached, or cannot answer now: try again"},
    ExitCodeRow{ExitCode::internal, "a bug, or the server failed"},
};

}  // namespace optare
