#include "tests/simulation/holdings.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/oauth/client_secret.h"
#include "tests/simulation/keys.h"
#include "tests/simulation/secret_life.h"
#include "tests/support/log_samples.h"

namespace optare::simulation {
namespace {

// "Cut short" and "past its deadline" are judged within this (contracts.md G).
constexpr Duration judged_within = std::chrono::seconds(5);

std::vector<FleetKey> fleet_keys() {
  std::vector<FleetKey> keys;
  keys.push_back({samples::fleet_key_id, Secret(std::string(fleet_key_bytes, 'k'))});
  return keys;
}

bool takes_scope_away(const std::vector<std::string>& before, std::vector<std::string> after) {
  std::ranges::sort(after);
  return !std::ranges::all_of(
      before, [&](const std::string& scope) { return std::ranges::binary_search(after, scope); });
}

// What a token rests on.
std::vector<std::string> streams_of(const HeldToken& held) {
  const AccessTokenClaims& claims = held.token.claims();
  std::vector<std::string> streams{application_stream(claims.client_id), api_stream(held.api),
                                   revocation_stream(claims.jti)};
  if (held.token.format() == TokenFormat::jwt)
    streams.push_back(signing_key_stream(held.token.kid()));
  return streams;
}

// A token for `api` that was alive before this: does it end?
bool ends_token(const ModelRows& rows, const std::string& client, const ApiId& api,
                const Happened& happened) {
  const Event& event = happened.event;
  if (std::holds_alternative<ClientDeactivated>(event) ||
      std::holds_alternative<ClientTokensRevoked>(event) ||
      std::holds_alternative<ApplicationDeleted>(event) ||
      std::holds_alternative<ApiDeleted>(event) || std::holds_alternative<SigningKeyRevoked>(event))
    return true;
  if (const auto* revoked = std::get_if<ApiGrantRevoked>(&event))
    return revoked->api_id == api.text();
  if (const auto* granted = std::get_if<ApiGranted>(&event)) {
    if (granted->api_id != api.text()) return false;
    const auto before = rows.application(client, happened.ordinal - 1);
    const ApiGrant* held = before ? before->grant(api) : nullptr;
    return held != nullptr && takes_scope_away(held->scopes, granted->scopes);
  }
  if (const auto* updated = std::get_if<ApiUpdated>(&event)) {
    std::vector<std::string> before;
    for (const ApiScope& scope : rows.api(api.text(), happened.ordinal - 1)->scopes)
      before.push_back(scope.name);
    return takes_scope_away(before, updated->scope_names);
  }
  return false;
}

}  // namespace

Holdings::Holdings(Stage& stage, const Requests& requests)
    : stage_(stage),
      requests_(requests),
      random_(stage.chance.fork()),
      opaque_(fleet_keys(), samples::fleet_key_id, issuer, random_) {}

bool Holdings::ask_for_token(Machine& machine, const ClientId& client) {
  if (!answers(machine)) return false;
  const States& states = machine.process->states();
  AccessTokenClaims claims{.issuer = issuer,
                           .client_id = client,
                           .audience = {},
                           .issued_at = 0,
                           .expires_at = 0,
                           .jti = {},
                           .scope = {},
                           .v = 0};
  const std::uint64_t position = states.position();  // Before any row is read.
  claims.v = position + (stage_.scenario.broken == Break::issue_ahead ? 5 : 0);
  const auto application = states.application(client);
  if (!application || application->grants.empty()) return false;
  const ApiGrant& grant = stage_.chance.pick(application->grants);
  const auto api = states.api(grant.api);
  const Timestamp now = machine.process->log().now();
  const SigningKey* key = signing_key_at(*states.signing_keys(), now);
  if (!api || !api->exists() || key == nullptr || !states.fresh()) return false;
  claims.audience = api->identifier;
  claims.issued_at = seconds_of(now);
  claims.expires_at = claims.issued_at + api->token_lifetime.count() / 1000;
  claims.jti = TokenId("00" + std::to_string(++last_token_));
  const bool jwt = api->token_format == TokenFormat::jwt;
  const KeyId kid = jwt ? key->id : KeyId();
  if (alive(gather_for_issuing(claims, kid, states), now) != Liveness::alive) return false;
  const auto known = [](const KeyId&) {
    return std::optional(JwtKey{SigningAlgorithm::ES256, signing_key().verifier});
  };
  const Verification verified =
      jwt ? JwtVerification(issuer, known)
                .verify(JwtSigner(kid, SigningAlgorithm::ES256, signing_key().signer).sign(claims))
          : opaque_.open(opaque_.seal(claims));
  tokens_.push_back({verified.value(), api->id, position});
  stage_.judge.note(fmt::format("{} gives token {} of {} at {}", machine.node_id, claims.jti.text(),
                                client.text(), claims.v));
  check_token(machine, tokens_.back());
  return true;
}

void Holdings::log_was_cut() {
  std::erase_if(tokens_, [&](const HeldToken& held) {
    return held.issued_at > stage_.model.ordinals(Partition::control);
  });
}

void Holdings::check(Machine& machine) {
  check_tokens(machine);
  if (!answers(machine)) return;
  for (const HeldSecret& secret : secrets_) check_secret(machine, secret);
}

void Holdings::check_tokens(Machine& machine) {
  if (!answers(machine)) return;
  for (const HeldToken& held : tokens_) check_token(machine, held);
}

// Whether its answers concern anyone: it has read what was written after its start, so that its
// estimate of log time is right, and it does not follow a history that the log lost just now.
bool Holdings::answers(const Machine& machine) const {
  return machine.process->ready() && !machine.process->stopped() && !machine.astray(stage_.log);
}

// The ordinal that ended it, after the one it was issued at.
std::optional<std::uint64_t> Holdings::ended(const HeldToken& held, std::uint64_t until) const {
  const AccessTokenClaims& claims = held.token.claims();
  const ModelRows& rows = stage_.model.rows(Partition::control);
  for (const std::string& stream : streams_of(held)) {
    for (const Happened& happened : rows.happened(stream)) {
      if (happened.ordinal <= held.issued_at || happened.ordinal > until) continue;
      if (ends_token(rows, claims.client_id.text(), held.api, happened)) return happened.ordinal;
    }
  }
  return std::nullopt;
}

void Holdings::check_token(Machine& machine, const HeldToken& held) {
  const LiveStates& states = machine.process->states();
  const AccessTokenClaims& claims = held.token.claims();
  const std::uint64_t applied = states.position();
  if (applied < claims.v) return;  // A view that is behind asks the log first.
  const Timestamp now = machine.process->log().now();
  const Liveness liveness = alive(gather(held.token, states), now);
  const auto wrong = [&](Rule rule, std::string_view why) {
    stage_.judge.violated(
        rule, fmt::format("{} at ordinal {}: token {} of {}, issued at {}, is {}: {}",
                          machine.node_id, applied, claims.jti.text(), claims.client_id.text(),
                          claims.v, liveness_name(liveness), why));
  };
  const bool is_alive = liveness == Liveness::alive;
  ++(is_alive ? honoured : refused);
  for (const std::string& stream : streams_of(held)) {
    if (is_alive && requests_.in_doubt(machine, stream))
      return wrong(Rule::doubt, "whether " + stream + " ended is in doubt");
  }
  const auto& revoked =
      stage_.model.rows(Partition::tokens_00).happened(revocation_stream(claims.jti));
  const std::uint64_t tokens_applied = states.view(Partition::tokens_00).ordinal;
  const bool is_revoked = !revoked.empty() && revoked.front().ordinal <= tokens_applied;
  const bool is_over = seconds_of(now) >= claims.expires_at;
  const auto end = ended(held, applied);
  const bool should_be_alive = !is_revoked && !is_over && !end;
  if (is_alive && !should_be_alive)
    return wrong(Rule::tokens,
                 end ? "ordinal " + std::to_string(*end) + " ended it" : "it is over");
  if (!is_alive && should_be_alive && liveness != Liveness::quarantined)
    wrong(Rule::tokens, "nothing ended it");
}

void Holdings::check_secret(Machine& machine, const HeldSecret& held) {
  const LiveStates& states = machine.process->states();
  if (!states.fresh()) return;  // Then no secret opens anything (design D11).
  const std::uint64_t applied = states.position();
  const SecretLife life = life_of(
      held.id, stage_.model.rows(Partition::control).happened(application_stream(held.client)));
  const auto application = states.application(held.client);
  const bool opens =
      matching_secret(held.text, application.get(), machine.process->log().now()) == held.id;
  const Timestamp now = stage_.log.log_time(Partition::control);
  const auto wrong = [&](std::string_view why) {
    stage_.judge.violated(
        Rule::secrets, fmt::format("{} at ordinal {}: secret {} of {} {}", machine.node_id, applied,
                                   held.id.text(), held.client.text(), why));
  };
  if (opens && !life.valid(applied, now - judged_within)) wrong("opens past its deadline");
  if (!opens && life.valid(applied, now + judged_within)) wrong("is cut short");
}

void Holdings::check_expirations() {
  const ModelRows& rows = stage_.model.rows(Partition::control);
  const Timestamp now = stage_.model.log_time(Partition::control);
  for (const HeldSecret& held : secrets_) {
    const SecretLife life = life_of(held.id, rows.happened(application_stream(held.client)));
    const auto wrong = [&](std::string_view why) {
      stage_.judge.violated(Rule::expirations,
                            fmt::format("{} of {} {}", held.id.text(), held.client.text(), why));
    };
    if (life.expirations.size() > 1) wrong("expired more than once");
    for (const Happened& expired : life.expirations) {
      if (!life.deadline || expired.log_time < *life.deadline - judged_within)
        wrong("expired before its deadline");
    }
    const bool due = life.deadline && *life.deadline + judged_within < now && !life.ended;
    if (due && life.expirations.empty()) wrong("never expired");
  }
}

}  // namespace optare::simulation
