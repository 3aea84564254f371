#include "core/oauth/audience.h"

#include <algorithm>

namespace optare {

namespace {

Result<GrantedApi> only_grant(const Application& application, const States& states) {
  GrantedApi only;
  for (const ApiGrant& grant : application.grants) {
    auto api = states.api(grant.api);
    if (!api || !api->exists()) continue;
    if (only.api)
      return reject(Code::invalid_target,
                    "several APIs are granted to this application: name one with `audience`");
    only = {std::move(api), &grant};
  }
  if (!only.api) return reject(Code::invalid_target, "no API is granted to this application");
  return only;
}

}  // namespace

Result<std::optional<std::string_view>> named_identifier(const AudienceRequest& request) {
  std::optional<std::string_view> named;
  const auto name = [&](std::string_view identifier) {
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

Result<GrantedApi> target_of(const AudienceRequest& request, const Application& application,
                             const States& states) {
  TRY(const auto named, named_identifier(request));
  if (!named) return only_grant(application, states);
  GrantedApi target{states.api_by_identifier(*named)};
  if (target.api) target.grant = application.grant(target.api->id);
  if (target.grant == nullptr)
    return reject(Code::invalid_target, "no API of this identifier is granted to this application");
  return target;
}

}  // namespace optare
