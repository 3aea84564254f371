#include "commands/api/update_api.h"

#include "commands/api/living.h"
#include "core/application/name.h"

namespace optare {

Result<Decision> UpdateApi::decide(const State& state, const CommandContext&) const {
  TRY_VOID(require_living(state));
  Api wanted = *state;
  if (display_name) {
    TRY_VOID(validate_name(*display_name));
    wanted.name = *display_name;
  }
  if (scopes) {
    TRY_VOID(validate_scopes(*scopes));
    wanted.scopes = *scopes;
  }
  if (token_lifetime) {
    TRY_VOID(validate_token_lifetime(*token_lifetime));
    wanted.token_lifetime = *token_lifetime;
  }
  if (token_format) wanted.token_format = *token_format;
  if (wanted == *state) return Decision{};
  if (state->built_in && wanted.scopes != state->scopes) {
    return reject(Code::conflict, "the scopes of the admin API are Optare's own", "/scopes");
  }
  return write(*state, {ApiUpdated{.name = wanted.name,
                                   .scope_names = names_of(wanted.scopes),
                                   .scope_descriptions = descriptions_of(wanted.scopes),
                                   .token_lifetime_ms =
                                       static_cast<std::uint64_t>(wanted.token_lifetime.count()),
                                   .token_format = wanted.token_format}});
}

}  // namespace optare
