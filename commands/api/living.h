// The API that a command is about.
#pragma once

#include <memory>
#include <vector>

#include "commands/decision.h"

namespace optare {

// Errors: not_found, when there is none or it was deleted.
[[nodiscard]] inline Result<void> require_living(const std::shared_ptr<const Api>& api) {
  if (api && api->exists()) return {};
  return reject(Code::not_found, "there is no such API: GET /api/v1/apis lists those there are");
}

inline Decision write(const Api& api, std::vector<Event> events) {
  return write(api_stream(api.id), api.version, std::move(events));
}

// Scopes as events hold them.
inline std::vector<std::string> names_of(const std::vector<ApiScope>& scopes) {
  std::vector<std::string> names;
  for (const ApiScope& scope : scopes) names.push_back(scope.name);
  return names;
}
inline std::vector<std::string> descriptions_of(const std::vector<ApiScope>& scopes) {
  std::vector<std::string> descriptions;
  for (const ApiScope& scope : scopes) descriptions.push_back(scope.description);
  return descriptions;
}

}  // namespace optare
