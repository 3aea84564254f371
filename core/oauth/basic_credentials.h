// Client credentials in an Authorization header: RFC 7617 with RFC 6749 section 2.3.1, which has
// both parts form-urlencoded before they are joined.
#pragma once

#include <string_view>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace optare {

constexpr std::size_t basic_header_bytes_max = 1024;  // ours

struct ClientCredentials {
  ClientId client_id;
  Secret secret;
};

// The header's value, "Basic ..." (the scheme in any case).
// Limits: client id 64 bytes and id text; secret 1..client_secret_bytes_max, decoded.
// Errors: invalid_client; the detail never repeats what was sent.
[[nodiscard]] Result<ClientCredentials> parse_basic_credentials(std::string_view header);

// The same checks on the two form parameters (client_secret_post), already decoded.
[[nodiscard]] Result<ClientCredentials> check_client_credentials(std::string_view client_id,
                                                                 std::string_view secret);

}  // namespace optare
