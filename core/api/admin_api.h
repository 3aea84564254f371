// The API that Optare itself is: who may administer holds a grant on it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/api.h"

namespace optare {

constexpr std::string_view admin_api_name = "Optare admin API";

namespace admin_scope {
constexpr std::string_view read_applications = "read:applications";
constexpr std::string_view write_applications = "write:applications";
constexpr std::string_view delete_applications = "delete:applications";
constexpr std::string_view rotate_secrets = "rotate:secrets";
constexpr std::string_view read_apis = "read:apis";
constexpr std::string_view write_apis = "write:apis";
constexpr std::string_view read_events = "read:events";
constexpr std::string_view manage_keys = "manage:keys";
}  // namespace admin_scope

struct AdminScope {
  std::string_view name;
  std::string_view description;
};
constexpr std::array admin_scopes{
    AdminScope{admin_scope::read_applications, "See applications and what they may ask for"},
    AdminScope{admin_scope::write_applications, "Create and change applications and their grants"},
    AdminScope{admin_scope::delete_applications, "Delete applications"},
    AdminScope{admin_scope::rotate_secrets, "Rotate and end the secrets of applications"},
    AdminScope{admin_scope::read_apis, "See APIs and who may introspect their tokens"},
    AdminScope{admin_scope::write_apis, "Register, change and delete APIs and their introspectors"},
    AdminScope{admin_scope::read_events, "Read the audit log"},
    AdminScope{admin_scope::manage_keys, "Rotate and revoke signing keys, raise the feature level"},
};

inline std::vector<std::string> admin_scope_names() {
  std::vector<std::string> names;
  for (const AdminScope& scope : admin_scopes) names.emplace_back(scope.name);
  return names;
}

inline std::string admin_api_identifier(std::string_view issuer) {
  return std::string(issuer) + "/api/v1";
}

// Whoever can give out administration can administer.
inline bool administers(const Application& application, const ApiId& admin_api) {
  if (application.standing != Standing::active) return false;
  const ApiGrant* grant = application.grant(admin_api);
  return grant != nullptr && grant->has_scope(admin_scope::write_applications);
}

}  // namespace optare
