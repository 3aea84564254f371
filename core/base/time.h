// Time as it is stored and spoken: UTC, milliseconds, RFC 3339 in text.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace optare {

using Duration = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<Duration>;

constexpr Timestamp timestamp_of(std::int64_t milliseconds) {
  return Timestamp(Duration(milliseconds));
}
constexpr std::int64_t milliseconds_of(Timestamp t) { return t.time_since_epoch().count(); }
// A stored length of time; never so long that adding it to a time of this era overflows.
constexpr Duration duration_of(std::uint64_t milliseconds) {
  constexpr std::uint64_t millennium = 1000ULL * 365 * 24 * 3600 * 1000;
  return Duration(static_cast<std::int64_t>(milliseconds < millennium ? milliseconds : millennium));
}
// NumericDate of RFC 7519 section 2, whole seconds, rounded down.
constexpr std::int64_t seconds_of(Timestamp t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

// "2026-03-03T12:00:00.123Z".
std::string rfc3339(Timestamp t);
// Errors: malformed. Accepts a Z suffix and 0..9 fraction digits; years 1970..9999.
[[nodiscard]] Result<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace optare
