// What the endpoints stand on. Composition fills a Foundation; Services adds what they share among
// themselves.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/oauth/key_set.h"
#include "api/oauth/throttle.h"
#include "api/oauth/token_signers.h"
#include "commands/handle.h"
#include "core/issuance/last_used.h"
#include "core/issuance/spool.h"
#include "core/log/event_log.h"
#include "core/oauth/cursor.h"
#include "core/oauth/opaque_token.h"
#include "core/oauth/token_reader.h"
#include "core/oauth/verification_keys.h"
#include "core/ports/accepted.h"
#include "core/ports/clock.h"
#include "core/ports/fleet_key.h"
#include "core/ports/random.h"
#include "core/ports/signer.h"
#include "core/ports/states.h"
#include "core/ports/store.h"
#include "core/ports/vault.h"

namespace optare {

// Everything outlives the routes; all of it may be used from any thread.
struct Foundation {
  States& states;
  CommandRunner& runner;
  const AcceptedCommits& accepted;
  const EventLog& log;
  const Store& store;  // for last-used times; everything else is asked of `states`
  IssuanceSpool& spool;
  LastUsed& last_used;
  const SigningKeys& signing_keys;
  Vault& vault;
  Random& random;
  const Clock& clock;
  const FleetKey& fleet_key;
  LogId log_id{};  // of the log that the history began in
  std::string issuer;
  ThrottleLimits throttle_limits{};
  // Told of each attempt with wrong credentials; never what was presented.
  std::function<void(std::string_view client, std::string_view reason, std::string_view request_id)>
      authentication_failed = nullptr;
};

struct Services : Foundation {
  explicit Services(Foundation foundation);
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // max(own clock, last log time): what deadlines and token times are compared with (design D3).
  Timestamp now() const { return log.now(); }

  Cursors cursors;
  OpaqueTokens opaque;
  VerificationKeys verification_keys;
  TokenReader tokens;
  TokenSigners signers;
  KeySet key_set;
  Throttle throttle;
};

}  // namespace optare
