// Problem details, RFC 9457: how the API says no.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/http/response.h"

namespace optare {

struct Problem {
  int status = 500;
  std::string_view slug;   // the type is urn:optare:problem:<slug>; stable
  std::string_view title;  // the same words for every problem of the type
  std::string detail;      // this case: what is wrong and what to do
  struct Error {
    std::string pointer;  // RFC 6901, into the request's body
    std::string detail;
  };
  std::vector<Error> errors;
};

// application/problem+json, never stored by caches.
Response problem_response(const Problem& problem, std::string_view request_id);

}  // namespace optare
