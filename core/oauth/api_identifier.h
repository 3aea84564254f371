// What may name an API: the audience of its tokens.
#pragma once

#include <string_view>

#include "core/base/result.h"

namespace optare {

// An absolute URI without fragment, at most 2048 bytes (api_identifier_bytes_max, ours); a URN will
// do; http and https need a host and no user information. Compared byte for byte, never normalised.
//
// Errors: invalid; `pointer` is /identifier.
// Source: RFC 8707 section 2, RFC 3986 section 4.3.
[[nodiscard]] Result<void> check_api_identifier(std::string_view text);

}  // namespace optare
