#include "api/server/refusal.h"

#include "api/http/problem.h"
#include "api/server/server.h"

namespace optare {

static_assert(ServerLimits().body_bytes_max == 64 * 1024, "refusals::body_too_large says so");

Response response_to(const Refusal& refusal, std::string_view request_id) {
  Response response = problem_response({.status = refusal.status,
                                        .slug = refusal.slug,
                                        .title = refusal.title,
                                        .detail = std::string(refusal.detail),
                                        .errors = {}},
                                       request_id);
  if (refusal.status == 503) response.with("Retry-After", "1");
  return response;
}

}  // namespace optare
