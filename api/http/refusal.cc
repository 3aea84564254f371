#include "api/http/refusal.h"

#include "api/http/problem.h"

namespace optare {

Response refusal_response(const Refusal& refusal, const Request& request) {
  Response response = problem_response({.status = refusal.status,
                                        .slug = refusal.slug,
                                        .title = refusal.title,
                                        .detail = std::string(refusal.detail),
                                        .errors = {}},
                                       request.request_id);
  if (refusal.status == 503) response.with("Retry-After", "1");
  return response;
}

}  // namespace optare
