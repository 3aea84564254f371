#include "commands/application/grant_rules.h"

#include <algorithm>

namespace optare {
namespace {

// Not repeated: what was taken for a scope may be anything.
std::string no_such_scope(const Api& api) {
  constexpr std::size_t named_max = 10;
  std::string text = "the API " + api.identifier + " has no such scope: it has";
  for (std::size_t i = 0; i < std::min(api.scopes.size(), named_max); ++i)
    text += (i == 0 ? " " : ", ") + api.scopes[i].name;
  if (api.scopes.empty()) text += " none";
  if (api.scopes.size() > named_max) text += ", ...";
  return text;
}

}  // namespace

Result<std::vector<std::string>> grantable_scopes(const Api& api,
                                                  const std::vector<std::string>& scopes,
                                                  const ApiGrant* held,
                                                  const ActorScopes& actor_scopes,
                                                  std::string_view pointer) {
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const std::string at = std::string(pointer) + "/" + std::to_string(i);
    if (!api.has_scope(scopes[i])) {
      return reject(Code::unprocessable, no_such_scope(api), at);
    }
    const bool given_anew = held == nullptr || !held->has_scope(scopes[i]);
    if (api.built_in && given_anew && actor_scopes &&
        std::ranges::count(*actor_scopes, scopes[i]) == 0) {
      return reject(Code::insufficient_scope,
                    "whoever grants " + scopes[i] + " of the admin API needs it himself", at);
    }
  }
  std::vector<std::string> granted = scopes;
  std::ranges::sort(granted);
  const auto repeated = std::ranges::unique(granted);
  granted.erase(repeated.begin(), repeated.end());
  return granted;
}

Result<void> require_scopes_of(const Application& application,
                               const std::shared_ptr<const Api>& admin_api,
                               const ActorScopes& actor_scopes) {
  if (!actor_scopes || !admin_api) return {};
  const ApiGrant* const held = application.grant(admin_api->id);
  if (held == nullptr) return {};
  for (const std::string& scope : held->scopes) {
    if (std::ranges::count(*actor_scopes, scope) > 0) continue;
    return reject(Code::insufficient_scope,
                  "this application may " + scope +
                      " at the admin API: whoever is to know its "
                      "secret needs an access token with that scope himself");
  }
  return {};
}

}  // namespace optare
