#include "commands/api/register_api.h"

#include "commands/api/living.h"
#include "core/application/name.h"

namespace optare {

RegisterApi::State RegisterApi::load(const States& states) const {
  State state;
  // The version first: whoever takes the identifier after it is read moves it, and this commit is
  // void.
  state.identifier_version =
      states.stream_version(Partition::control, api_identifier_stream(identifier));
  state.api = states.api(api);
  state.holder = states.api_by_identifier(identifier);
  return state;
}

Result<Decision> RegisterApi::decide(const State& state, const CommandContext&) const {
  TRY_VOID(validate_identifier(identifier));
  TRY_VOID(validate_name(display_name));
  TRY_VOID(validate_scopes(scopes));
  TRY_VOID(validate_token_lifetime(token_lifetime));
  if (state.holder) {
    return reject(Code::identifier_taken,
                  "the API " + state.holder->id.text() + " has this identifier", "/identifier");
  }
  if (state.api) return reject(Code::conflict, "an API with this id exists");
  Decision decision =
      write(subject(), 0,
            {ApiRegistered{.identifier = identifier,
                           .name = display_name,
                           .scope_names = names_of(scopes),
                           .scope_descriptions = descriptions_of(scopes),
                           .token_lifetime_ms = static_cast<std::uint64_t>(token_lifetime.count()),
                           .token_format = token_format,
                           .built_in = false}});
  decision.changes.push_back(claim(api_identifier_stream(identifier), state.identifier_version));
  return decision;
}

}  // namespace optare
