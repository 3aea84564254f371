#include "api/oauth/metadata.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/oauth/issuer_path.h"

namespace optare {

std::vector<std::string> metadata_paths(std::string_view issuer) {
  const std::string path(issuer_path(issuer));
  std::vector<std::string> paths{"/.well-known/oauth-authorization-server" + path,
                                 "/.well-known/openid-configuration" + path};
  if (!path.empty()) paths.push_back(path + "/.well-known/openid-configuration");
  return paths;
}

std::string metadata_json(std::string_view issuer) {
  const std::string base(issuer);
  const boost::json::array methods{"client_secret_basic", "client_secret_post"};
  return boost::json::serialize(boost::json::object{
      {"issuer", base},
      {"token_endpoint", base + "/oauth2/token"},
      {"token_endpoint_auth_methods_supported", methods},
      {"grant_types_supported", boost::json::array{"client_credentials"}},
      {"introspection_endpoint", base + "/oauth2/introspect"},
      {"introspection_endpoint_auth_methods_supported", methods},
      {"revocation_endpoint", base + "/oauth2/revoke"},
      {"revocation_endpoint_auth_methods_supported", methods},
      {"jwks_uri", base + "/oauth2/jwks"},
  });
}

Task<Result<Response>> metadata_endpoint(const Services& services, const Request& /*request*/) {
  Response response = text_response(200, "application/json", metadata_json(services.issuer));
  constexpr auto seconds = std::chrono::floor<std::chrono::seconds>(metadata_max_age).count();
  response.with("Cache-Control", "public, max-age=" + std::to_string(seconds));
  co_return response;
}

}  // namespace optare
