// If-Match, RFC 9110 section 13.1.1: change only what the caller has seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace optare {

[[nodiscard]] inline Result<void> require_version(std::optional<std::uint64_t> if_match,
                                                  std::uint64_t version) {
  if (!if_match || *if_match == version) return {};
  return reject(Code::precondition_failed, "it is at version " + std::to_string(version) +
                                               " and If-Match names " + std::to_string(*if_match) +
                                               ": read it again, then repeat the change");
}

}  // namespace optare
