#include "api/errors.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>
#include <vector>

#include "api/http/problem.h"
#include "core/base/assert.h"

namespace optare {
namespace {

// In the order of the enum. `oauth` beyond RFC 6749 section 5.2: invalid_target is RFC 8707
// section 2, invalid_token and insufficient_scope RFC 6750 section 3.1; server_error and
// temporarily_unavailable are the words of section 4.1.2.1 for the service's own failures.
constexpr ErrorRow rows[] = {
    // code, status, slug, title, oauth, Retry-After
    {Code::malformed, 400, "malformed", "The request cannot be read", "invalid_request"},
    {Code::invalid, 400, "invalid", "A member of the request breaks a rule", "invalid_request"},
    {Code::unsupported_media_type, 415, "unsupported-media-type",
     "The content type is not supported", "invalid_request"},
    {Code::too_large, 413, "too-large", "The request is over a limit", "invalid_request"},
    {Code::method_not_allowed, 405, "method-not-allowed", "The path does not answer to this method",
     "invalid_request"},
    {Code::unauthenticated, 401, "unauthenticated", "No usable credentials", "invalid_token"},
    {Code::insufficient_scope, 403, "insufficient-scope", "The token does not allow this",
     "insufficient_scope"},
    {Code::not_found, 404, "not-found", "There is nothing here", "invalid_request"},
    {Code::conflict, 409, "conflict", "The state does not allow this", "invalid_request"},
    {Code::precondition_failed, 412, "precondition-failed", "It has changed since you read it",
     "invalid_request"},
    {Code::unprocessable, 422, "unprocessable", "Understood, and impossible", "invalid_request"},
    {Code::rotation_under_way, 409, "rotation-under-way", "A rotation of the secret is under way",
     "invalid_request"},
    {Code::last_administrator, 409, "last-administrator",
     "No application would be left that can administer", "invalid_request"},
    {Code::identifier_taken, 409, "identifier-taken", "Another API has this identifier",
     "invalid_request"},
    {Code::idempotency_key_reused, 422, "idempotency-key-reused",
     "The idempotency key was used for another request", "invalid_request"},
    {Code::idempotency_in_flight, 409, "idempotency-in-flight",
     "The first request with this idempotency key is not answered yet", "invalid_request", 1},
    {Code::invalid_request, 400, "invalid-request", "The request breaks a rule of OAuth",
     "invalid_request"},
    {Code::invalid_client, 401, "invalid-client", "Client authentication failed", "invalid_client"},
    {Code::unauthorized_client, 400, "unauthorized-client", "The client may not do this",
     "unauthorized_client"},
    {Code::unsupported_grant_type, 400, "unsupported-grant-type", "The grant type is not supported",
     "unsupported_grant_type"},
    {Code::invalid_scope, 400, "invalid-scope", "The scope is unknown or not granted",
     "invalid_scope"},
    {Code::invalid_target, 400, "invalid-target", "The resource is unknown or not granted",
     "invalid_target"},
    {Code::too_many_requests, 429, "too-many-requests", "Too many requests",
     "temporarily_unavailable", 1},
    {Code::overloaded, 503, "overloaded", "The service has more to do than it can",
     "temporarily_unavailable", 1},
    {Code::unavailable, 503, "unavailable", "The service cannot do this now; nothing was done",
     "temporarily_unavailable", 1},
    {Code::outcome_unknown, 503, "outcome-unknown",
     "Whether it was done is not known; ask again with the same idempotency key",
     "temporarily_unavailable", 1},
    {Code::not_fresh, 503, "not-fresh", "This node is behind; try again", "temporarily_unavailable",
     1},
    {Code::disk_full, 503, "disk-full", "The service has no room to record changes",
     "temporarily_unavailable", 30},
    {Code::clock_skew, 503, "clock-skew", "The clock of this node is wrong; changes are refused",
     "temporarily_unavailable", 30},
    {Code::quarantined, 503, "quarantined", "Its history cannot be read; an operator must look",
     "temporarily_unavailable"},
    {Code::internal, 500, "internal", "The service failed", "server_error"},
};

void add_retry_after(Response& response, const ErrorRow& row) {
  if (row.retry_after_seconds > 0) {
    response.with("Retry-After", std::to_string(row.retry_after_seconds));
  }
}

// RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E.
std::string described(std::string_view detail) {
  std::string out;
  for (const char c : detail) {
    const bool allowed = c >= 0x20 && c <= 0x7E && c != '"' && c != '\\';
    out += allowed ? c : c == '"' ? '\'' : '?';
  }
  return out;
}

Response oauth_error(int status, std::string_view word, std::string_view detail) {
  boost::json::object body{{"error", word}};
  if (!detail.empty()) body["error_description"] = described(detail);
  Response response = json_response(status, std::move(body));
  response.with("Cache-Control", "no-store").with("Pragma", "no-cache");
  return response;
}

bool names_bearer(std::string_view authorization) {
  return authorization.size() >= 7 && same_field_name(authorization.substr(0, 7), "bearer ");
}

}  // namespace

std::span<const ErrorRow> error_table() { return rows; }

const ErrorRow& error_row(Code code) {
  const auto index = static_cast<std::size_t>(std::to_underlying(code));
  OPTARE_ASSERT(index < std::size(rows) && rows[index].code == code);
  return rows[index];
}

Response problem_response(const Rejection& rejection, const Request& request) {
  const ErrorRow& row = error_row(rejection.code);
  Problem problem{row.status, row.slug, row.title, rejection.detail, {}};
  if (!rejection.pointer.empty()) problem.errors.push_back({rejection.pointer, rejection.detail});
  Response response = problem_response(problem, request.request_id);
  response.refusal = rejection.code;
  add_retry_after(response, row);
  return response;
}

Response oauth_error_response(const Rejection& rejection, bool basic_used) {
  const ErrorRow& row = error_row(rejection.code);
  const bool refused_client = rejection.code == Code::invalid_client;
  const bool keeps_status = row.status >= 429 || row.status == 405 || row.status == 404 ||
                            row.status == 413 || row.status == 415;
  const int status = refused_client ? (basic_used ? 401 : 400) : keeps_status ? row.status : 400;
  Response response = oauth_error(status, row.oauth, rejection.detail);
  response.refusal = rejection.code;
  if (status == 401) response.with("WWW-Authenticate", "Basic realm=\"optare\", charset=\"UTF-8\"");
  add_retry_after(response, row);
  return response;
}

Response oauth_error_response(const Rejection& rejection, const Request& request) {
  return oauth_error_response(rejection, !request.header("Authorization").empty());
}

Response oauth_error_response(const Refusal& refusal, const Request& /*request*/) {
  const bool passes = refusal.status == 503;
  Response response = oauth_error(
      refusal.status, passes ? "temporarily_unavailable" : "invalid_request", refusal.detail);
  if (passes) response.with("Retry-After", "1");
  return response;
}

Response bearer_error_response(const Rejection& rejection, const Request& request,
                               std::string_view scope_needed) {
  Response response = problem_response(rejection, request);
  std::string challenge = "Bearer realm=\"optare\"";
  if (rejection.code == Code::unauthenticated) {
    if (names_bearer(request.header("Authorization"))) challenge += ", error=\"invalid_token\"";
  } else if (rejection.code == Code::insufficient_scope) {
    challenge += ", error=\"insufficient_scope\"";
    if (!scope_needed.empty()) challenge += ", scope=\"" + std::string(scope_needed) + '"';
  } else {
    return response;
  }
  response.with("WWW-Authenticate", challenge);
  return response;
}

}  // namespace optare
