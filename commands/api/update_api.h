// Changes what an API says of itself. Its identifier is for ever.
#pragma once

#include "commands/decision.h"

namespace optare {

struct UpdateApi {
  static constexpr std::string_view name = "UpdateApi";
  using State = std::shared_ptr<const Api>;

  ApiId api;
  std::optional<std::string> display_name;  // none: stays, as with all below
  std::optional<std::vector<ApiScope>> scopes;
  std::optional<Duration> token_lifetime;
  std::optional<TokenFormat> token_format;

  State load(const States& states) const { return states.api(api); }
  // Errors: not_found; invalid; conflict, for the scopes of the admin API.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return api_stream(api); }
};

}  // namespace optare
