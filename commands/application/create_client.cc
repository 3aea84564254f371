#include "commands/application/create_client.h"

#include <algorithm>

#include "core/application/name.h"
#include "core/base/assert.h"

namespace optare {
namespace {

// The API of grant `i`, which no grant before it names.
Result<const Api*> api_of_grant(const std::vector<std::shared_ptr<const Api>>& apis,
                                std::size_t i) {
  const std::string at = "/apis/" + std::to_string(i);
  const auto& api = apis[i];
  if (!api || !api->exists())
    return reject(Code::unprocessable,
                  "there is no such API: GET /api/v1/apis lists those there are", at);
  const auto same = [&](const auto& earlier) { return earlier && earlier->id == api->id; };
  if (std::any_of(apis.begin(), apis.begin() + static_cast<std::ptrdiff_t>(i), same)) {
    return reject(Code::invalid, "this API stands here twice: name all its scopes at once", at);
  }
  return api.get();
}

}  // namespace

CreateClient::State CreateClient::load(const States& states) const {
  State state{states.application(client), {}};
  for (const RequestedGrant& grant : grants) {
    state.apis.push_back(grant.api.empty() ? states.api_by_identifier(grant.identifier)
                                           : states.api(grant.api));
  }
  return state;
}

Result<Decision> CreateClient::decide(const State& state, const CommandContext&) const {
  OPTARE_ASSERT(secret.digest.size() == 32);
  if (state.application) return reject(Code::conflict, "an application with this id exists");
  TRY_VOID(validate_name(display_name));
  if (grants.size() > create_client_grants_max) {
    return reject(Code::invalid,
                  "at most " + std::to_string(create_client_grants_max) +
                      " APIs can be granted at creation; grant the others afterwards",
                  "/apis");
  }
  Decision decision = write(subject(), 0,
                            {ClientCreated{.type = type,
                                           .name = display_name,
                                           .secret_id = secret.id.text(),
                                           .secret_digest = secret.digest_bytes()}});
  for (std::size_t i = 0; i < grants.size(); ++i) {
    TRY(const Api* api, api_of_grant(state.apis, i));
    TRY(auto scopes, grantable_scopes(*api, grants[i].scopes, nullptr, actor_scopes,
                                      "/apis/" + std::to_string(i) + "/scopes"));
    decision.changes.front().events.push_back(
        ApiGranted{.api_id = api->id.text(), .scopes = std::move(scopes)});
    decision.guards.push_back({api_stream(api->id), api->version});
  }
  return decision;
}

}  // namespace optare
