#include "commands/system/genesis.h"

#include "core/api/admin_api.h"
#include "core/base/assert.h"

namespace optare {
namespace {

Change first_of(std::string stream, std::vector<Event> events) {
  return {std::move(stream), 0, std::move(events)};
}

ApiRegistered admin_api(std::string_view issuer) {
  ApiRegistered registered{
      .identifier = admin_api_identifier(issuer),
      .name = std::string(admin_api_name),
      .scope_names = {},
      .scope_descriptions = {},
      .token_lifetime_ms = static_cast<std::uint64_t>(token_lifetime_default.count()),
      .token_format = TokenFormat::jwt,
      .built_in = true};
  for (const AdminScope& scope : admin_scopes) {
    registered.scope_names.emplace_back(scope.name);
    registered.scope_descriptions.emplace_back(scope.description);
  }
  return registered;
}

}  // namespace

Decision decide_genesis(const Genesis& genesis) {
  OPTARE_ASSERT(genesis.secret.digest.size() == 32);
  Decision decision;
  decision.changes = {
      first_of(std::string(system_stream),
               {LogCreated{.log_id = {genesis.log_id.begin(), genesis.log_id.end()},
                           .issuer = genesis.issuer,
                           .fleet_key_id = genesis.fleet_key_id}}),
      publish(genesis.key, Duration::zero()),
      first_of(api_stream(genesis.admin_api), {admin_api(genesis.issuer)}),
      first_of(api_identifier_stream(admin_api_identifier(genesis.issuer)), {}),
      first_of(application_stream(genesis.administrator),
               {ClientCreated{.type = ClientType::m2m,
                              .name = std::string(administrator_name),
                              .secret_id = genesis.secret.id.text(),
                              .secret_digest = genesis.secret.digest_bytes()},
                ApiGranted{.api_id = genesis.admin_api.text(), .scopes = admin_scope_names()}}),
  };
  return decision;
}

}  // namespace optare
