#include "core/oauth/liveness.h"

#include <algorithm>

#include "core/base/assert.h"

namespace optare {
namespace {

Liveness standing_of(const Application* application) {
  if (application == nullptr) return Liveness::application_unknown;
  switch (application->standing) {
    case Standing::absent:
      return Liveness::application_unknown;
    case Standing::active:
      return Liveness::alive;
    case Standing::inactive:
      return Liveness::application_inactive;
    case Standing::deleted:
      return Liveness::application_deleted;
  }
  OPTARE_ASSERT(false);
}

}  // namespace

std::string_view liveness_name(Liveness liveness) {
  switch (liveness) {
    case Liveness::alive:
      return "alive";
    case Liveness::expired:
      return "expired";
    case Liveness::not_yet_valid:
      return "not_yet_valid";
    case Liveness::token_revoked:
      return "token_revoked";
    case Liveness::quarantined:
      return "quarantined";
    case Liveness::application_unknown:
      return "application_unknown";
    case Liveness::application_inactive:
      return "application_inactive";
    case Liveness::application_deleted:
      return "application_deleted";
    case Liveness::application_moved:
      return "application_moved";
    case Liveness::api_unknown:
      return "api_unknown";
    case Liveness::api_moved:
      return "api_moved";
    case Liveness::grant_gone:
      return "grant_gone";
    case Liveness::grant_moved:
      return "grant_moved";
    case Liveness::key_unknown:
      return "key_unknown";
    case Liveness::key_revoked:
      return "key_revoked";
    case Liveness::key_moved:
      return "key_moved";
  }
  OPTARE_ASSERT(false);
}

struct LivenessGathering {
  static LivenessFacts facts(const AccessTokenClaims& claims, const States& states) {
    LivenessFacts facts;
    facts.position_ = states.position();  // First: the rows are then at least as new.
    facts.issued_at_ = claims.issued_at;
    facts.expires_at_ = claims.expires_at;
    facts.v_ = claims.v;
    facts.application_ = states.application(claims.client_id);
    facts.api_ = states.api_by_identifier(claims.audience);
    facts.token_revoked_ = states.revocation(claims.jti).has_value();
    facts.quarantined_ = states.any_quarantined() &&
                         (states.quarantined(application_stream(claims.client_id)) ||
                          (facts.api_ && states.quarantined(api_stream(facts.api_->id))) ||
                          states.quarantined(revocation_stream(claims.jti)));
    return facts;
  }

  static void add_signing_key(LivenessFacts& facts, const KeyId& kid, const States& states) {
    const auto keys = states.signing_keys();
    const auto key = std::ranges::find(*keys, kid, &SigningKey::id);
    if (key != keys->end()) {
      facts.key_ = key->revoked_at ? LivenessFacts::Key::revoked : LivenessFacts::Key::known;
      facts.key_ordinal_ = key->ordinal;
    }
    facts.quarantined_ = facts.quarantined_ ||
                         (states.any_quarantined() && states.quarantined(signing_key_stream(kid)));
  }

  // The fleet key is in no stream of its own: `system` names it.
  static void add_fleet_key(LivenessFacts& facts, std::optional<std::uint32_t> id,
                            const States& states) {
    const auto system = states.system();
    if (system && (!id || system->fleet_key_id == *id)) facts.key_ = LivenessFacts::Key::known;
    facts.quarantined_ = facts.quarantined_ || states.quarantined(system_stream);
  }
};

LivenessFacts gather(const VerifiedToken& token, const States& states) {
  LivenessFacts facts = LivenessGathering::facts(token.claims(), states);
  switch (token.format()) {
    case TokenFormat::jwt:
      LivenessGathering::add_signing_key(facts, token.kid(), states);
      break;
    case TokenFormat::opaque:
      LivenessGathering::add_fleet_key(facts, token.fleet_key_id(), states);
      break;
  }
  return facts;
}

LivenessFacts gather_for_issuing(const AccessTokenClaims& claims, const KeyId& kid,
                                 const States& states) {
  LivenessFacts facts = LivenessGathering::facts(claims, states);
  if (kid.empty())
    LivenessGathering::add_fleet_key(facts, std::nullopt, states);
  else
    LivenessGathering::add_signing_key(facts, kid, states);
  return facts;
}

Liveness alive(const LivenessFacts& facts, Timestamp now) {
  const std::int64_t seconds = seconds_of(now);
  if (seconds >= facts.expires_at_) return Liveness::expired;
  if (facts.issued_at_ > seconds + clock_ahead_seconds_max) return Liveness::not_yet_valid;
  if (facts.token_revoked_) return Liveness::token_revoked;
  if (facts.quarantined_) return Liveness::quarantined;

  const Liveness application = standing_of(facts.application_.get());
  if (application != Liveness::alive) return application;
  if (facts.application_->standing_ordinal > facts.v_) return Liveness::application_moved;

  if (!facts.api_ || !facts.api_->exists()) return Liveness::api_unknown;
  if (facts.api_->standing_ordinal > facts.v_) return Liveness::api_moved;

  const ApiGrant* const grant = facts.application_->grant(facts.api_->id);
  if (grant == nullptr) return Liveness::grant_gone;
  if (grant->standing > facts.v_) return Liveness::grant_moved;

  switch (facts.key_) {
    case LivenessFacts::Key::unknown:
      return Liveness::key_unknown;
    case LivenessFacts::Key::revoked:
      return Liveness::key_revoked;
    case LivenessFacts::Key::known:
      break;
  }
  return facts.key_ordinal_ > facts.v_ ? Liveness::key_moved : Liveness::alive;
}

bool may_be_behind(Liveness liveness, const LivenessFacts& facts) {
  switch (liveness) {
    case Liveness::application_unknown:
    case Liveness::api_unknown:
    case Liveness::grant_gone:
    case Liveness::key_unknown:
      return true;
    case Liveness::alive:
    case Liveness::expired:
    case Liveness::not_yet_valid:
    case Liveness::token_revoked:
      return false;
    case Liveness::quarantined:
    case Liveness::application_inactive:
    case Liveness::application_deleted:
    case Liveness::application_moved:
    case Liveness::api_moved:
    case Liveness::grant_moved:
    case Liveness::key_revoked:
    case Liveness::key_moved:
      return facts.position() < facts.v();
  }
  OPTARE_ASSERT(false);
}

ClientStanding may_authenticate(const ClientId& id, const States& states) {
  ClientStanding client{states.application(id), Liveness::quarantined};
  if (!states.any_quarantined() || !states.quarantined(application_stream(id)))
    client.liveness = standing_of(client.application.get());
  return client;
}

}  // namespace optare
