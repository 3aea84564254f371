// What one setting may be, as text and as a value.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "ops/config.h"

namespace optare {

// Which values a setting may have. `min` and `max` count milliseconds for a duration.
struct SettingRule {
  std::string_view type;
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
  std::string_view choices = {};
};

// As ops/settings.def writes them.
namespace setting_rules {

constexpr SettingRule plain() { return {.type = "text"}; }
constexpr SettingRule file() { return {.type = "path"}; }
constexpr SettingRule brokers() { return {.type = "brokers"}; }
constexpr SettingRule prefix() { return {.type = "topic prefix"}; }
constexpr SettingRule url() { return {.type = "URL"}; }
constexpr SettingRule address() { return {.type = "address"}; }
constexpr SettingRule number(std::uint64_t min, std::uint64_t max) {
  return {.type = "number", .min = min, .max = max};
}
constexpr SettingRule duration(Duration min, Duration max) {
  return {.type = "duration",
          .min = static_cast<std::uint64_t>(min.count()),
          .max = static_cast<std::uint64_t>(max.count())};
}
constexpr SettingRule choice(std::string_view choices) {
  return {.type = "choice", .choices = choices};
}

}  // namespace setting_rules

// Takes the value that `text` says. Errors: invalid; the detail says what is possible.
[[nodiscard]] Result<void> read(std::string_view text, const SettingRule& rule, std::string& out);
[[nodiscard]] Result<void> read(std::string_view text, const SettingRule& rule, std::uint64_t& out);
[[nodiscard]] Result<void> read(std::string_view text, const SettingRule& rule, Duration& out);
[[nodiscard]] Result<void> read(std::string_view text, const SettingRule& rule, Endpoint& out);
// As a configuration file has it.
std::string show(const std::string& value);
std::string show(std::uint64_t value);
std::string show(Duration value);
std::string show(const Endpoint& value);
// The smallest and the largest, or the choices; empty when there is no such thing.
std::string bounds_of(const SettingRule& rule);

}  // namespace optare
