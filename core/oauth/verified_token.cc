#include "core/oauth/verified_token.h"

#include "core/base/assert.h"

namespace optare {

std::string_view token_refusal_name(TokenRefusal refusal) {
  switch (refusal) {
    case TokenRefusal::too_large:
      return "too_large";
    case TokenRefusal::malformed:
      return "malformed";
    case TokenRefusal::header:
      return "header";
    case TokenRefusal::type:
      return "type";
    case TokenRefusal::unknown_key:
      return "unknown_key";
    case TokenRefusal::algorithm:
      return "algorithm";
    case TokenRefusal::signature:
      return "signature";
    case TokenRefusal::claims:
      return "claims";
    case TokenRefusal::issuer:
      return "issuer";
  }
  OPTARE_ASSERT(false);
}

}  // namespace optare
