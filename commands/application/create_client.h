// Creates an application with its first secret and, in the same commit, what it may ask for.
#pragma once

#include "commands/application/grant_rules.h"
#include "commands/application/new_secret.h"

namespace optare {

// Each grant guards its API, and a commit has room for 16 guards: two are for the actor and to
// spare.
constexpr std::size_t create_client_grants_max = commit_guards_max - 2;

// One of `api` and `identifier` is given; the other is empty.
struct RequestedGrant {
  ApiId api;
  std::string identifier;
  std::vector<std::string> scopes;
};

struct CreateClient {
  static constexpr std::string_view name = "CreateClient";
  struct State {
    std::shared_ptr<const Application> application;  // an id is never used twice
    std::vector<std::shared_ptr<const Api>>
        apis;  // of `grants`, in their order; null when there is none
  };

  ClientId client;
  ClientType type = ClientType::m2m;
  std::string display_name;
  NewSecret secret;
  std::vector<RequestedGrant> grants;
  ActorScopes actor_scopes;

  State load(const States& states) const;
  // Errors: conflict; invalid; unprocessable; insufficient_scope.
  [[nodiscard]] Result<Decision> decide(const State& state, const CommandContext& context) const;
  std::string subject() const { return application_stream(client); }
};

}  // namespace optare
