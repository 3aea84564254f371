#include "api/server/refusal.h"

#include "api/http/problem.h"

namespace optare {

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
