#include "api/oauth/jwks.h"

#include <chrono>
#include <string>

namespace optare {

Task<Result<Response>> jwks_endpoint(Services& services, const Request& /*request*/) {
  const auto keys = services.states.signing_keys();
  CO_TRY(const auto json, services.key_set.json(published_keys_at(*keys, services.now())));
  Response response = text_response(200, "application/json", *json);
  constexpr auto seconds = std::chrono::floor<std::chrono::seconds>(jwks_max_age).count();
  response.with("Cache-Control", "public, max-age=" + std::to_string(seconds));
  co_return response;
}

}  // namespace optare
