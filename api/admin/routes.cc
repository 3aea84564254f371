#include "api/admin/routes.h"

#include <memory>

#include "api/admin/apis.h"
#include "api/admin/applications.h"
#include "api/admin/events.h"
#include "api/admin/feature_level.h"
#include "api/admin/grants.h"
#include "api/admin/introspectors.h"
#include "api/admin/keys.h"
#include "api/admin/secrets.h"
#include "api/errors.h"
#include "core/api/admin_api.h"

namespace optare {
namespace {

using enum Method;
using namespace admin_scope;

constexpr std::string_view page = "limit cursor";
constexpr std::string_view events_page = "after limit partition";

constexpr AdminRoute table[] = {
    {post, "/applications", write_applications, create_application},
    {get, "/applications", read_applications, list_applications, page},
    {get, "/applications/{client_id}", read_applications, get_application},
    {patch, "/applications/{client_id}", write_applications, update_application},
    {delete_, "/applications/{client_id}", delete_applications, delete_application},
    {post, "/applications/{client_id}/deactivate", write_applications, deactivate_application},
    {post, "/applications/{client_id}/activate", write_applications, activate_application},
    {post, "/applications/{client_id}/revoke-tokens", write_applications,
     revoke_application_tokens},
    {post, "/applications/{client_id}/rotate-secret", rotate_secrets, rotate_secret},
    {delete_, "/applications/{client_id}/secrets/{secret_id}", rotate_secrets, delete_secret},

    {get, "/applications/{client_id}/apis", read_applications, list_apis_of_application, page},
    {put, "/applications/{client_id}/apis/{api_id}", write_applications, put_grant},
    {delete_, "/applications/{client_id}/apis/{api_id}", write_applications, delete_grant},
    {get, "/apis/{api_id}/applications", read_applications, list_applications_of_api, page},

    {post, "/apis", write_apis, create_api},
    {get, "/apis", read_apis, list_apis, page},
    {get, "/apis/{api_id}", read_apis, get_api},
    {patch, "/apis/{api_id}", write_apis, update_api},
    {delete_, "/apis/{api_id}", write_apis, delete_api},
    {get, "/apis/{api_id}/introspectors", read_apis, list_introspectors, page},
    {put, "/apis/{api_id}/introspectors/{client_id}", write_apis, put_introspector},
    {delete_, "/apis/{api_id}/introspectors/{client_id}", write_apis, delete_introspector},

    {get, "/keys", manage_keys, list_keys, page},
    {post, "/keys/rotate", manage_keys, rotate_key},
    {post, "/keys/{kid}/revoke", manage_keys, revoke_key},

    {get, "/events", read_events, list_events, events_page},

    {get, "/feature-level", manage_keys, get_feature_level},
    {post, "/feature-level", manage_keys, raise_feature_level},
};

Task<Result<Response>> answer(AdminContext& context, const AdminRoute& route,
                              const Request& request) {
  CO_TRY(const AdminCall call, co_await admin_call(context, request, route.scope, route.query));
  CO_TRY(Response response, co_await route.handler(call));
  if (!response.stream) response.with("Cache-Control", "no-store");
  co_return response;
}

}  // namespace

std::span<const AdminRoute> admin_route_table() { return table; }

std::vector<Route> admin_routes(Services& services) {
  // Shared by the routes, which are copied.
  const auto context = std::make_shared<AdminContext>(services);
  std::vector<Route> routes;
  for (const AdminRoute& row : table) {
    Route route;
    route.method = row.method;
    route.pattern = std::string(admin_root).append(row.path);
    route.handler = [context, &row](const Request& request) {
      return answer(*context, row, request);
    };
    route.render = [&row](const Rejection& rejection, const Request& request) {
      return bearer_error_response(rejection, request, row.scope);
    };
    routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace optare
