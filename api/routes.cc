#include "api/routes.h"

#include <string>
#include <utility>
#include <vector>

#include "api/admin/routes.h"
#include "api/errors.h"
#include "api/oauth/introspection.h"
#include "api/oauth/issuer_path.h"
#include "api/oauth/jwks.h"
#include "api/oauth/metadata.h"
#include "api/oauth/revocation.h"
#include "api/oauth/token.h"

namespace optare {
namespace {

Response as_oauth_error(const Rejection& rejection, const Request& request) {
  return oauth_error_response(rejection, request);
}
Response as_oauth_refusal(const Refusal& refusal, const Request& request) {
  return oauth_error_response(refusal, request);
}
Response as_problem(const Rejection& rejection, const Request& request) {
  return problem_response(rejection, request);
}

std::vector<Route> oauth_routes(Services& services) {
  return {
      {Method::post, "/oauth2/token",
       [&services](const Request& request) { return token_endpoint(services, request); },
       as_oauth_error, as_oauth_refusal},
      {Method::post, "/oauth2/introspect",
       [&services](const Request& request) { return introspection_endpoint(services, request); },
       as_oauth_error, as_oauth_refusal},
      {Method::post, "/oauth2/revoke",
       [&services](const Request& request) { return revocation_endpoint(services, request); },
       as_oauth_error, as_oauth_refusal},
      {Method::get, "/oauth2/jwks",
       [&services](const Request& request) { return jwks_endpoint(services, request); }},
  };
}

}  // namespace

RouteTable product_routes(Services& services) {
  std::vector<Route> routes = oauth_routes(services);
  for (Route& route : admin_routes(services)) routes.push_back(std::move(route));
  for (Route& route : routes) route.pattern.insert(0, issuer_path(services.issuer));
  for (std::string& path : metadata_paths(services.issuer)) {
    routes.push_back({Method::get, std::move(path), [&services](const Request& request) {
                        return metadata_endpoint(services, request);
                      }});
  }
  return {std::move(routes), as_problem};
}

}  // namespace optare
