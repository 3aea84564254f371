// A secret that the shell has just made; the domain sees its digest only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/id.h"

namespace optare {

struct NewSecret {
  SecretId id;
  std::string digest;  // SHA-256 of the whole presented secret, 32 bytes

  std::vector<std::uint8_t> digest_bytes() const { return {digest.begin(), digest.end()}; }
};

}  // namespace optare
