#include "core/oauth/token_request.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/oauth/scope.h"

namespace optare {
namespace {

// Of as many names as an API may have, none is copied: every token comes by here.
std::vector<std::string_view> effective_scopes(const ApiGrant& grant, const Api& api) {
  std::vector<std::string_view> offered;
  offered.reserve(api.scopes.size());
  for (const ApiScope& scope : api.scopes) offered.push_back(scope.name);
  std::ranges::sort(offered);
  std::vector<std::string_view> effective;
  effective.reserve(grant.scopes.size());
  std::set_intersection(grant.scopes.begin(), grant.scopes.end(), offered.begin(), offered.end(),
                        std::back_inserter(effective));
  return effective;
}

}  // namespace

Result<std::string> select_scopes(std::optional<std::string_view> requested, const ApiGrant& grant,
                                  const Api& api) {
  const std::vector<std::string_view> effective = effective_scopes(grant, api);
  if (!requested || requested->empty()) return scope_text(effective);
  TRY(const ScopeSet scopes, ScopeSet::parse(*requested));
  if (!std::ranges::includes(effective, scopes.names()))
    return reject(Code::invalid_scope,
                  "the request asks for a scope that this application was not granted");
  return scopes.text();
}

}  // namespace optare
