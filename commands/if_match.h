// If-Match, RFC 9110 section 13.1.1: change only what the caller has seen.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace optare {

// Errors: precondition_failed, unless `seen` names the version; none seen: any will do.
[[nodiscard]] inline Result<void> require_version(
    const std::optional<std::vector<std::uint64_t>>& seen, std::uint64_t version) {
  if (!seen || std::ranges::find(*seen, version) != seen->end()) return {};
  return reject(Code::precondition_failed,
                "it is at version " + std::to_string(version) +
                    ", which If-Match does not name: read it again, then repeat the change");
}

}  // namespace optare
