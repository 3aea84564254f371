#include "core/oauth/audience.h"

#include <algorithm>

namespace optare {

Result<std::optional<std::string>> named_identifier(const AudienceRequest& request) {
  std::optional<std::string> named;
  const auto name = [&](const std::string& identifier) {
    if (identifier.empty()) return true;
    if (!named) named = identifier;
    return *named == identifier;
  };
  const bool one = (!request.audience || name(*request.audience)) &&
                   std::ranges::all_of(request.resources, name);
  if (!one)
    return reject(Code::invalid_target,
                  "a token is for exactly one API: the request names several");
  return named;
}

Result<GrantedApi> choose_target(const std::optional<std::string>& named,
                                 std::span<const GrantedApi> granted) {
  if (named) {
    const auto found = std::ranges::find_if(
        granted, [&](const GrantedApi& g) { return g.api->identifier == *named; });
    if (found == granted.end())
      return reject(Code::invalid_target,
                    "no API of this identifier is granted to this application");
    return *found;
  }
  if (granted.empty()) return reject(Code::invalid_target, "no API is granted to this application");
  if (granted.size() > 1)
    return reject(Code::invalid_target,
                  "several APIs are granted to this application: name one with `audience`");
  return granted.front();
}

Result<GrantedApi> target_of(const AudienceRequest& request, const Application& application,
                             const States& states) {
  TRY(const auto named, named_identifier(request));
  std::vector<GrantedApi> granted;
  if (named) {
    const auto api = states.api_by_identifier(*named);
    const ApiGrant* const grant = api ? application.grant(api->id) : nullptr;
    if (grant != nullptr) granted.push_back({api, *grant});
  } else {
    for (const ApiGrant& grant : application.grants)
      if (const auto api = states.api(grant.api); api && api->exists())
        granted.push_back({api, grant});
  }
  return choose_target(named, granted);
}

}  // namespace optare
