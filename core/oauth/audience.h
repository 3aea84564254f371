// Which one API a token request is for: RFC 8707 and the older `audience` parameter (contracts M).
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/api/api.h"
#include "core/application/application.h"
#include "core/base/result.h"
#include "core/ports/states.h"

namespace optare {

// As the form has them. An empty value counts as absent (RFC 6749 section 3.1).
struct AudienceRequest {
  std::optional<std::string_view> audience;
  std::vector<std::string_view> resources;  // the one parameter that may be repeated
};

// A living API that the application was granted.
struct GrantedApi {
  std::shared_ptr<const Api> api;
  const ApiGrant* grant = nullptr;  // within the application
};

// The one identifier that the request names, or none. Errors: invalid_target, when it names two.
[[nodiscard]] Result<std::optional<std::string_view>> named_identifier(
    const AudienceRequest& request);

// The API so named, if it was granted; the only granted one when none is named. A refusal may be
// due to a view that is behind (design D6). Errors: invalid_target. An unknown API and one that was
// not granted answer alike.
[[nodiscard]] Result<GrantedApi> target_of(const AudienceRequest& request,
                                           const Application& application, const States& states);

}  // namespace optare
