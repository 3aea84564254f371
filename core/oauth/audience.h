// Which one API a token request is for: RFC 8707 and the older `audience` parameter (contracts M).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/api.h"
#include "core/application/application.h"
#include "core/base/result.h"
#include "core/ports/states.h"

namespace optare {

// As the form had them. An empty value counts as absent (RFC 6749 section 3.1).
struct AudienceRequest {
  std::optional<std::string> audience;
  std::vector<std::string> resources;  // the one parameter that may be repeated
};

// A living API that the application was granted.
struct GrantedApi {
  std::shared_ptr<const Api> api;
  ApiGrant grant;
};

// The one identifier that the request names, or none. Errors: invalid_target, when it names two.
[[nodiscard]] Result<std::optional<std::string>> named_identifier(const AudienceRequest& request);

// The API so named among the granted ones; the only one when none is named.
// Errors: invalid_target. An unknown API and one that was not granted answer alike.
[[nodiscard]] Result<GrantedApi> choose_target(const std::optional<std::string>& named,
                                               std::span<const GrantedApi> granted);

// Both, over the states. A refusal may be due to a view that is behind (design D6).
[[nodiscard]] Result<GrantedApi> target_of(const AudienceRequest& request,
                                           const Application& application, const States& states);

}  // namespace optare
