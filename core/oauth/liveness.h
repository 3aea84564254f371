// The one liveness rule (design D6): every path that honours a token or a client asks here, so that
// no path forgets a principal.
//
// A token is alive if it is within its time, was not revoked, and each principal it rests on - the
// application, the API it is for, the application's grant of that API, the key that made it -
// exists, is active, and has not moved since: its standing is an ordinal <= the token's `v`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/oauth/verified_token.h"
#include "core/ports/states.h"

namespace optare {

// An issuing clock may be this far ahead of ours (ours; FAPI 2.0 section 5.3.2.1-13 refuses beyond
// 60 s).
constexpr std::int64_t clock_ahead_seconds_max = 60;

// For logs and metrics; a caller hears no more than that a token is not active.
enum class Liveness : std::uint8_t {
  alive,
  expired,
  not_yet_valid,  // issued in the future
  token_revoked,
  quarantined,  // a stream that it rests on cannot be applied: fail closed
  application_unknown,
  application_inactive,
  application_deleted,
  application_moved,
  api_unknown,  // never registered, or deleted
  api_moved,    // also: deleted and registered again
  grant_gone,
  grant_moved,
  key_unknown,
  key_revoked,
  key_moved,
};
std::string_view liveness_name(Liveness liveness);

// What is true of a token's principals, read in one go. Only gather() builds it.
class LivenessFacts {
 public:
  // The rows that were read, for answers that speak of them. Null when there is none.
  const std::shared_ptr<const Application>& application() const { return application_; }
  const std::shared_ptr<const Api>& api() const { return api_; }
  // Control ordinal that all of it is at least as new as.
  std::uint64_t position() const { return position_; }
  std::uint64_t v() const { return v_; }

 private:
  friend struct LivenessGathering;
  friend Liveness alive(const LivenessFacts& facts, Timestamp now);
  LivenessFacts() = default;

  std::uint64_t position_ = 0;
  std::int64_t issued_at_ = 0;
  std::int64_t expires_at_ = 0;
  std::uint64_t v_ = 0;
  std::shared_ptr<const Application> application_;
  std::shared_ptr<const Api> api_;
  enum class Key : std::uint8_t { unknown, revoked, known } key_ = Key::unknown;
  std::uint64_t key_ordinal_ = 0;
  bool token_revoked_ = false;
  bool quarantined_ = false;
};

// Thread: any that may read `states`.
LivenessFacts gather(const VerifiedToken& token, const States& states);
// The same for a token that is about to be made, by the JWT key `kid`, or opaque when it is empty.
// Set `claims.v` to states.position() BEFORE reading any row, then ask this: a principal that moved
// in between shows, and the request begins again.
LivenessFacts gather_for_issuing(const AccessTokenClaims& claims, const KeyId& kid,
                                 const States& states);

// Pure. The first reason that applies, in the order of the enum but for time, which comes first.
Liveness alive(const LivenessFacts& facts, Timestamp now);

// The refusal may come from a view that is behind: something is absent, or the token is newer than
// the view. Then make sure that the view has caught up, and ask again, before telling anyone.
bool may_be_behind(Liveness liveness, const LivenessFacts& facts);

// May this client authenticate? The application is there for any standing, so that an unknown
// client costs as much as a known one (core/oauth/client_secret.h).
struct ClientStanding {
  std::shared_ptr<const Application> application;  // null when unknown
  Liveness liveness = Liveness::application_unknown;
};
ClientStanding may_authenticate(const ClientId& id, const States& states);

}  // namespace optare
