// Why a command did not do what it was asked: what goes to stderr, and how the process ends.
#pragma once

#include <exception>
#include <expected>
#include <iosfwd>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "ops/cli/exit_code.h"
#include "ops/cli/http_client.h"

namespace optare {

struct Failure {
  ExitCode exit = ExitCode::internal;
  std::string title;
  std::string detail;  // what is wrong, lines
  std::string advice;  // what to do; may be empty
  bool operator==(const Failure&) const = default;
};

template <class T>
using CliResult = std::expected<T, Failure>;

inline std::unexpected<Failure> fail(ExitCode exit, std::string title, std::string detail = {},
                                     std::string advice = {}) {
  return std::unexpected(Failure{exit, std::move(title), std::move(detail), std::move(advice)});
}

// An answer that is not 2xx: problem details (RFC 9457), an OAuth error (RFC 6749 section 5.2), or
// something that is not Optare's.
Failure failure_of(const HttpResponse& response);
// No answer at all: what HttpClient says.
Failure no_answer(const Rejection& rejection);
// A refusal of this process itself.
Failure failure_of(const Rejection& rejection);
// A data folder or a configuration that does not fit: trying again changes nothing.
Failure not_started(const Rejection& rejection);
// What was thrown: a folder that cannot be used as it is (its text says what to do), or a bug.
Failure failure_of(const std::exception& fault);

// "error: <title>", then detail and advice, a line each. Returns the code to end with.
int print_failure(std::ostream& err, const Failure& failure);

}  // namespace optare
