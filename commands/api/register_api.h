// Registers an API under an identifier that no other living API has.
#pragma once

#include "commands/decision.h"

namespace optare {

struct RegisterApi {
  static constexpr std::string_view name = "RegisterApi";
  struct State {
    std::uint64_t identifier_version = 0;  // of the identifier's own stream
    std::shared_ptr<const Api> api;        // an id is never used twice
    std::shared_ptr<const Api> holder;     // the living API that has the identifier
  };

  ApiId api;
  std::string identifier;
  std::string display_name;
  std::vector<ApiScope> scopes;
  Duration token_lifetime = token_lifetime_default;
  TokenFormat token_format = TokenFormat::jwt;

  State load(const States& states) const;
  // Errors: invalid; identifier_taken; conflict.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return api_stream(api); }
};

}  // namespace optare
