// The tokens that callers got, held against the issuance records of a whole deployment. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace optare {

struct GotToken {
  std::string client_id;
  std::string jti;  // empty: the token is opaque, and nobody was told
};

// Empty when it is no JWT.
std::string jti_of(std::string_view token);

// What cannot be, a sentence each. `exported`: the lines of `optare events export --issuance`.
// - a token whose jti is known has no record, or more than one;
// - two records have the same jti;
// - an application has fewer records than it got tokens.
std::vector<std::string> not_recorded(std::span<const GotToken> got, std::string_view exported);

}  // namespace optare
