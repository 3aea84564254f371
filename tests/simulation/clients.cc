#include "tests/simulation/clients.h"

#include "commands/api/allow_introspector.h"
#include "commands/api/delete_api.h"
#include "commands/api/register_api.h"
#include "commands/api/remove_introspector.h"
#include "commands/api/update_api.h"
#include "commands/application/activate_client.h"
#include "commands/application/create_client.h"
#include "commands/application/deactivate_client.h"
#include "commands/application/delete_application.h"
#include "commands/application/grant_api.h"
#include "commands/application/revoke_api_grant.h"
#include "commands/application/revoke_client_tokens.h"
#include "commands/application/revoke_secret.h"
#include "commands/application/rotate_secret.h"
#include "commands/application/update_client.h"
#include "commands/key/revoke_signing_key.h"
#include "commands/key/rotate_signing_key.h"
#include "commands/policies/expire_rotated_secret.h"
#include "commands/token/revoke_token.h"
#include "core/oauth/client_secret.h"
#include "projections/due_secrets.h"
#include "tests/simulation/keys.h"

namespace optare::simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Few names, so that they meet.
constexpr std::size_t newest_asked_about = 5;
constexpr std::array<std::string_view, 3> scope_names{"read", "write", "list"};

}  // namespace

Clients::Clients(Stage& stage, Requests& requests, Holdings& holdings)
    : stage_(stage),
      requests_(requests),
      holdings_(holdings),
      chance_(stage.chance.fork()),
      random_(stage.chance.fork()) {}

void Clients::start() {
  for (std::size_t i = 0; i < stage_.scenario.clients; ++i) think(i);
}

void Clients::think(std::size_t client) {
  if (stopped_) return;
  const bool at_once = stage_.scenario.crowded || chance_.once_in(3);
  const Duration pause = at_once ? milliseconds(5) : milliseconds(900);
  stage_.timeline.after(chance_.between(milliseconds(0), pause), [this, client] { act(client); });
}

void Clients::act(std::size_t client) {
  Machine* machine = stopped_ ? nullptr : stage_.any_ready();
  if (machine == nullptr) return think(client);
  act_at(*machine, client);
}

void Clients::act_at(Machine& machine, std::size_t client) {
  Asked* asked = nullptr;
  if (apis_.size() < 2 || chance_.once_in(10)) {
    asked = ask_of_api(machine);
  } else
    switch (chance_.below(16)) {
      case 0:
      case 1:
        asked = &create(machine);
        break;
      case 2:
      case 3:
      case 4:
        asked = ask_of_application(machine);
        break;
      case 5:
      case 6:
      case 7:
        asked = ask_of_secret(machine);
        break;
      case 8:
      case 9:
        asked = ask_of_grant(machine);
        break;
      case 10:
        asked = ask_of_api(machine);
        break;
      case 11:
        asked = repeatable_.empty() ? nullptr : &repeat(machine);
        break;
      case 12:
        asked = chance_.once_in(3) ? ask_of_key(machine) : revoke_token(machine);
        break;
      default:
        if (!machine.paused) holdings_.ask_for_token(machine, this->client());
        break;
    }
  if (asked == nullptr) return think(client);
  // Whoever hears nothing, because the process died, tries elsewhere after a while.
  asked->then = [this, client, then = asked->then](const Result<Committed>& answer) {
    if (then) then(answer);
    think(client);
  };
  asked->abandoned = [this, client] { think(client); };
}

Asked& Clients::create(Machine& machine) {
  CreateClient command;
  command.client = ClientId("srv_" + std::to_string(++made_));
  command.display_name = "Application";
  command.secret = new_secret(command.client);
  if (!chance_.once_in(4)) command.grants = {{api(), "", scopes()}};
  const ClientId client = command.client;
  const auto key = maybe_key(client);
  Asked& asked = requests_.ask(machine, actor(), std::move(command), key);
  asked.then = [this, client](const Result<Committed>& answer) {
    if (answer || answer.error().code == Code::outcome_unknown) applications_.push_back(client);
  };
  return asked;
}

Asked* Clients::ask_of_application(Machine& machine) {
  const ClientId client = this->client();
  switch (chance_.below(8)) {
    case 0:
    case 1:
      return &requests_.ask(machine, actor(), DeactivateClient{client, ""});
    case 2:
    case 3:
      return &requests_.ask(machine, actor(), ActivateClient{client, ""});
    case 4:
    case 5: {
      const bool careless = stage_.scenario.broken == Break::delete_carelessly;
      Asked& asked = careless ? requests_.ask(machine, actor(), CarelessDeletion{{client, ""}})
                              : requests_.ask(machine, actor(), DeleteApplication{client, ""});
      asked.then = [this, &machine](const Result<Committed>& answer) {
        if (answer) holdings_.check_tokens(machine);
      };
      return &asked;
    }
    case 6:
      return &requests_.ask(machine, actor(), RevokeClientTokens{client, ""});
    default:
      return &rename(machine, client);
  }
}

// Half of the time only if it still is as it was seen.
Asked& Clients::rename(Machine& machine, const ClientId& client) {
  Requests::IfMatch seen;
  const auto application = machine.process->states().application(client);
  if (application && chance_.once_in(2)) seen = {application->version - chance_.below(2)};
  return requests_.ask(machine, actor(),
                       UpdateClient{client, "Name " + std::to_string(chance_.below(3))},
                       std::nullopt, seen);
}

Asked* Clients::ask_of_secret(Machine& machine) {
  const ClientId client = this->client();
  if (chance_.once_in(5))
    return &requests_.ask(machine, actor(), RevokeSecret{client, secret_of(machine, client)});
  return &rotate(machine, client, maybe_key(client));
}

Asked& Clients::rotate(Machine& machine, const ClientId& client, std::optional<Requests::Key> key) {
  constexpr std::array<Duration, 6> overlaps{seconds(0),  seconds(1), seconds(20),
                                             minutes(10), hours(24),  hours(24 * 7)};
  RotateSecret command;
  command.client = client;
  command.secret = new_secret(client);
  command.overlap = chance_.pick(overlaps);
  if (chance_.once_in(2)) command.drop = secret_of(machine, client);
  return requests_.ask(machine, actor(), std::move(command), key);
}

// The same request again, as the shell makes it: with new ids, and a secret of its own. Sometimes
// another request under the same key.
Asked& Clients::repeat(Machine& machine) {
  Repeatable repeated = chance_.pick(repeatable_);
  if (chance_.once_in(5)) repeated.key.digest[0] ^= 1U;
  return rotate(machine, repeated.client, repeated.key);
}

Asked* Clients::ask_of_grant(Machine& machine) {
  const ClientId client = this->client();
  if (chance_.once_in(3)) return &requests_.ask(machine, actor(), RevokeApiGrant{client, api()});
  return &requests_.ask(machine, actor(), GrantApi{client, api(), scopes(), std::nullopt});
}

Asked* Clients::ask_of_api(Machine& machine) {
  switch (chance_.below(6)) {
    case 0:
      return &requests_.ask(machine, actor(), DeleteApi{api(), ""});
    case 1:
      return &requests_.ask(
          machine, actor(),
          UpdateApi{api(), std::nullopt, api_scopes(), std::nullopt, std::nullopt});
    case 2:
      return &requests_.ask(machine, actor(), AllowIntrospector{api(), client()});
    case 3:
      return &requests_.ask(machine, actor(), RemoveIntrospector{api(), client()});
    default: {
      const ApiId api("api_" + std::to_string(++made_));
      const std::string identifier = "https://" + std::to_string(chance_.below(3)) + ".example";
      const TokenFormat format = chance_.once_in(2) ? TokenFormat::jwt : TokenFormat::opaque;
      const RegisterApi command{api, identifier, "API", api_scopes(), hours(1), format};
      Asked& asked = stage_.scenario.broken == Break::claim_nothing
                         ? requests_.ask(machine, actor(), CarelessRegistration{command})
                         : requests_.ask(machine, actor(), command);
      asked.then = [this, api](const Result<Committed>& answer) {
        if (answer || answer.error().code == Code::outcome_unknown) apis_.push_back(api);
      };
      return &asked;
    }
  }
}

Asked* Clients::ask_of_key(Machine& machine) {
  const KeyId id("key_" + std::to_string(++made_));
  const NewSigningKey key{id, SigningAlgorithm::ES256, signing_key().public_key};
  if (chance_.once_in(3))
    return &requests_.ask(machine, actor(), RevokeSigningKey{chance_.pick(keys_), "", key});
  keys_.push_back(id);
  return &requests_.ask(machine, actor(), RotateSigningKey{key});
}

Asked* Clients::revoke_token(Machine& machine) {
  if (holdings_.tokens().empty()) return nullptr;
  const AccessTokenClaims& claims = chance_.pick(holdings_.tokens()).token.claims();
  return &requests_.ask(
      machine, {ActorType::application, claims.client_id.text()},
      RevokeToken{claims.jti, claims.client_id, timestamp_of(claims.expires_at * 1000)});
}

void Clients::expire_secrets(Machine& machine) {
  const Break broken = stage_.scenario.broken;
  if (broken == Break::never_expire) return;
  if (broken == Break::expire_early || broken == Break::expire_unknown) {
    requests_.ask(machine, {ActorType::system, "careless"},
                  CarelessExpiry{{client(), SecretId()}, broken == Break::expire_unknown});
    return;
  }
  const auto due = due_secrets(machine.store, machine.process->log().now(), 1);
  const std::string round = machine.node_id + "/" + std::to_string(machine.incarnation);
  if (due.empty() || !expiring_.insert(round).second) return;
  Asked& asked = requests_.ask(machine, {ActorType::system, "expire_rotated_secret"},
                               expire_rotated_secret(due.front().client, due.front().secret));
  asked.then = [this, round, &machine](const Result<Committed>& answer) {
    expiring_.erase(round);
    if (answer) expire_secrets(machine);  // The next.
  };
  asked.abandoned = [this, round] { expiring_.erase(round); };
}

// Mostly the one that always can; at times another, who may be gone when it counts.
Actor Clients::actor() {
  const ClientId& id = chance_.once_in(4) ? chance_.pick(applications_) : administrator;
  return {ActorType::application, id.text()};
}

ClientId Clients::client() {
  const std::size_t newest =
      stage_.scenario.crowded ? 1 : std::min(newest_asked_about, applications_.size());
  return applications_[applications_.size() - 1 - chance_.below(newest)];
}

ApiId Clients::api() {
  const std::size_t newest = std::min<std::size_t>(3, apis_.size());
  return chance_.once_in(6) ? admin_api : apis_[apis_.size() - 1 - chance_.below(newest)];
}

SecretId Clients::secret_of(Machine& machine, const ClientId& client) {
  const auto application = machine.process->states().application(client);
  if (!application || application->secrets.empty()) return SecretId("sec_none");
  return chance_.pick(application->secrets).id;
}

NewSecret Clients::new_secret(const ClientId& client) {
  const Secret secret = generate_client_secret(random_);
  const SecretId id("sec_" + std::to_string(++made_));
  holdings_.hold({client, id, std::string(secret.reveal())});
  return {id, client_secret_digest(secret.reveal())};
}

std::vector<std::string> Clients::scopes() {
  if (chance_.once_in(8)) return {"write:applications"};
  std::vector<std::string> chosen;
  for (const std::string_view name : scope_names)
    if (!chance_.once_in(3)) chosen.emplace_back(name);
  return chosen;
}

std::vector<ApiScope> Clients::api_scopes() {
  std::vector<ApiScope> chosen;
  for (const std::string_view name : scope_names)
    if (!chance_.once_in(4)) chosen.push_back({std::string(name), ""});
  return chosen;
}

std::optional<Requests::Key> Clients::maybe_key(const ClientId& client) {
  if (!chance_.once_in(3)) return std::nullopt;
  const Requests::Key key{random_.bytes<16>(), random_.bytes<32>()};
  repeatable_.push_back({key, client});
  return key;
}

}  // namespace optare::simulation
