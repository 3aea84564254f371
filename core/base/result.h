// A value, or the reason why a caller may not have it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace optare {

// Every refusal of the product. How each is spoken over HTTP stands in api/errors.cc, one row each.
enum class Code : std::uint8_t {
  // The request itself.
  malformed,  // not JSON, not a form, a header that cannot be read
  invalid,    // a member breaks a rule; `pointer` names it
  unsupported_media_type,
  too_large,  // over a size or count limit
  method_not_allowed,
  // Who is asking.
  unauthenticated,     // no or unusable credentials for the admin API
  insufficient_scope,  // RFC 6750 section 3.1
  // What is asked for.
  not_found,
  conflict,                // the state does not allow it, or a race was lost too often
  precondition_failed,     // If-Match, RFC 9110 section 13.1.1
  unprocessable,           // understood, and impossible
  rotation_under_way,      // two live secrets and none named to drop
  last_administrator,      // would leave no application that can administer
  identifier_taken,        // another living API has this identifier
  idempotency_key_reused,  // same key, other request
  idempotency_in_flight,   // same key, first request not answered yet
  // OAuth, RFC 6749 section 5.2 and RFC 8707 section 2.
  invalid_request,
  invalid_client,
  unauthorized_client,
  unsupported_grant_type,
  invalid_scope,
  invalid_target,
  // The service.
  too_many_requests,  // of this caller: guessing is slowed, live tails are shared out
  overloaded,         // shed early; try again
  unavailable,        // the log did not take it: surely not done
  outcome_unknown,    // the log did not answer in time
  not_fresh,          // the view is older than it may be, or behind the demanded position
  disk_full,
  clock_skew,   // wall clock and log time disagree: writes are refused
  quarantined,  // the stream's events cannot be applied
  internal,
};

struct Rejection {
  Code code = Code::internal;
  std::string detail;   // for a person: what is wrong and what to do. Never a secret.
  std::string pointer;  // RFC 6901, when one member of the body is at fault

  bool operator==(const Rejection&) const = default;
};

template <class T>
using Result = std::expected<T, Rejection>;

inline std::unexpected<Rejection> reject(Code code, std::string detail, std::string pointer = {}) {
  return std::unexpected(Rejection{code, std::move(detail), std::move(pointer)});
}

}  // namespace optare

#define OPTARE_CONCAT_INNER(a, b) a##b
#define OPTARE_CONCAT(a, b) OPTARE_CONCAT_INNER(a, b)
#define OPTARE_TRY_INTO(declaration, expression, returns, temporary) \
  auto temporary = (expression);                                     \
  if (!temporary) [[unlikely]]                                       \
    returns std::unexpected(std::move(temporary).error());           \
  declaration = *std::move(temporary)

// TRY(const auto x, f()): x is f's value, or this function returns f's Rejection.
#define TRY(declaration, expression) \
  OPTARE_TRY_INTO(declaration, expression, return, OPTARE_CONCAT(try_result_, __LINE__))
// The same inside a coroutine.
#define CO_TRY(declaration, expression) \
  OPTARE_TRY_INTO(declaration, expression, co_return, OPTARE_CONCAT(try_result_, __LINE__))
// For Result<void>.
#define TRY_VOID(expression)                                  \
  do {                                                        \
    if (auto try_void = (expression); !try_void) [[unlikely]] \
      return std::unexpected(std::move(try_void).error());    \
  } while (false)
#define CO_TRY_VOID(expression)                               \
  do {                                                        \
    if (auto try_void = (expression); !try_void) [[unlikely]] \
      co_return std::unexpected(std::move(try_void).error()); \
  } while (false)
