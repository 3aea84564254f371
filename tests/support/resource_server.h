// A resource server that knows this product by its specifications alone: it takes a JWT apart and
// verifies it with the published key set, and shares no code with what made them but base64url.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

namespace optare {

struct SeenJwt {
  boost::json::object header, claims;
};

// The parts, unverified. Throws when it is no compact JWS of JSON objects.
SeenJwt take_apart(std::string_view jwt);

// Whether the signature is that of the key set's key of this `kid`, by that key's own `alg`.
// Throws when there is no such key, or it cannot be read.
bool verifies(std::string_view jwt, std::string_view key_set_json);

}  // namespace optare
