// What people call things: applications and APIs.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/base/result.h"

namespace optare {

constexpr std::size_t name_characters_max = 100;  // contracts.md R; code points

// How many code points of UTF-8 (RFC 3629); none when the bytes are not UTF-8.
std::optional<std::size_t> count_characters(std::string_view text);
// Has C0 or C1 controls, or DEL. REQUIRES: UTF-8.
bool has_control_characters(std::string_view text);

// Limits: 1..100 characters of UTF-8, no control characters.
// Errors: invalid, at `/name`.
[[nodiscard]] Result<void> validate_name(std::string_view name);

}  // namespace optare
