// The secrets and tokens that people hold, and whether a node honours just those that it should:
// judged by the events of the log, not by the folded state that the node judges by.
#pragma once

#include "core/oauth/liveness.h"
#include "core/oauth/opaque_token.h"
#include "tests/simulation/requests.h"

namespace optare::simulation {

struct HeldSecret {
  ClientId client;
  SecretId id;
  std::string text;
};

struct HeldToken {
  VerifiedToken token;
  ApiId api;
  std::uint64_t issued_at = 0;  // the control ordinal that its issuer had applied
};

class Holdings {
 public:
  Holdings(Stage& stage, const Requests& requests);

  void hold(HeldSecret secret) { secrets_.push_back(std::move(secret)); }
  // Asks the machine for a token, as the token endpoint does; true when it was given.
  bool ask_for_token(Machine& machine, const ClientId& client);
  const std::vector<HeldToken>& tokens() const { return tokens_; }

  // What was issued at an ordinal that the log does not have any more is nobody's concern.
  void log_was_cut();

  // Everything that is held, at this machine, now.
  void check(Machine& machine);
  // What its newest commits may have changed.
  void check_tokens(Machine& machine);
  // At the end: each secret that was rotated away and whose deadline has passed was recorded, once.
  void check_expirations();

  std::size_t honoured = 0;  // how often a token was alive
  std::size_t refused = 0;   // how often not

 private:
  bool answers(const Machine& machine) const;
  void check_token(Machine& machine, const HeldToken& held);
  void check_secret(Machine& machine, const HeldSecret& held);
  std::optional<std::uint64_t> ended(const HeldToken& held, std::uint64_t until) const;

  Stage& stage_;
  const Requests& requests_;
  SeededRandom random_;
  OpaqueTokens opaque_;
  std::uint64_t last_token_ = 0;
  std::vector<HeldSecret> secrets_;
  std::vector<HeldToken> tokens_;
};

}  // namespace optare::simulation
