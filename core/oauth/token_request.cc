#include "core/oauth/token_request.h"

namespace optare {

ScopeSet effective_scopes(const ApiGrant& grant, const Api& api) {
  std::vector<std::string> offered;
  offered.reserve(api.scopes.size());
  for (const ApiScope& scope : api.scopes) offered.push_back(scope.name);
  return ScopeSet::of(grant.scopes).intersection(ScopeSet::of(offered));
}

Result<ScopeSet> select_scopes(const std::optional<std::string>& requested, const ApiGrant& grant,
                               const Api& api) {
  ScopeSet effective = effective_scopes(grant, api);
  if (!requested || requested->empty()) return effective;
  TRY(ScopeSet scopes, ScopeSet::parse(*requested));
  if (!scopes.subset_of(effective))
    return reject(Code::invalid_scope,
                  "the request asks for a scope that this application was not granted");
  return scopes;
}

}  // namespace optare
