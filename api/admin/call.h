// One call of the admin API: who asks, in which envelope, and what all of them share.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>

#include "api/admin/key_maker.h"
#include "api/admin/open_tails.h"
#include "api/http/form.h"
#include "api/http/response.h"
#include "api/oauth/bearer.h"
#include "api/services.h"

namespace optare {

constexpr Duration min_position_patience = std::chrono::seconds(5);  // contracts.md A
// Requests of one listener that wait for a position; ours: one more gets 503. Far below what a
// listener may have in flight, or who may read could keep everybody from getting tokens.
constexpr std::size_t position_waits_max = 256;
constexpr std::size_t idempotency_key_bytes_max = 255;  // ours
constexpr std::size_t reason_bytes_max = 500;           // ours

// What the routes of one listener share.
struct AdminContext {
  explicit AdminContext(Services& services_given)
      : services(services_given),
        key_maker(services.signing_keys, services.vault, services.random) {}

  Services& services;
  KeyMaker key_maker;
  // Shared with the tails: one may end after the routes.
  const std::shared_ptr<OpenTails> tails = std::make_shared<OpenTails>();
  std::atomic<std::size_t> position_waits = 0;
};

// What one use of an idempotency key is known by for good (contracts.md C).
CommitId command_id(const LogId& log_id, std::string_view actor, std::string_view method,
                    std::string_view path, std::string_view key);

struct AdminCall {
  AdminContext& context;
  Services& services;
  const Request& request;
  Caller caller;
  CommandOrigin origin;
  Form query;

  ClientId client_id() const { return ClientId(request.parameter("client_id")); }
  ApiId api_id() const { return ApiId(request.parameter("api_id")); }
};

// Lets the caller in, waits for the position that he demands, and reads what every route takes:
// Idempotency-Key, If-Match, and the query, which may hold the parameters `query_names` only.
//
// Errors: those of authorize(); not_fresh; overloaded; malformed; invalid; too_large.
[[nodiscard]] Task<Result<AdminCall>> admin_call(AdminContext& context, const Request& request,
                                                 std::string_view scope,
                                                 std::string_view query_names);

// The versions that an If-Match header names; none: there is no such header, or it is `*`. A tag
// that cannot be one of ours matches nothing.
// Source: RFC 9110 section 13.1.1 (strong comparison).
std::optional<std::vector<std::uint64_t>> if_match_of(const Request& request);

// A body that says why, or nothing: {"reason": "..."}.
// Limits: reason_bytes_max, no control characters. Errors: those of optional_json_body; invalid.
[[nodiscard]] Result<std::string> reason_of(const Request& request);

}  // namespace optare
