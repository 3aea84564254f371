// application/x-www-form-urlencoded: bodies of the OAuth endpoints, and query strings.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/request.h"
#include "core/base/result.h"

namespace optare {

constexpr std::size_t form_parameters_max = 64;          // ours
constexpr std::size_t form_name_bytes_max = 128;         // decoded; ours
constexpr std::size_t form_value_bytes_max = 16 * 1024;  // decoded; the longest token fits; ours

struct Form {
  std::vector<std::pair<std::string, std::string>> pairs;  // in order, decoded, empty ones too

  // A parameter without a value counts as left out (RFC 6749 section 3.1).
  // The first non-empty value.
  std::optional<std::string_view> one(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  // Sent more than once, empty or not.
  bool repeated(std::string_view name) const;
  // The first parameter sent more than once that is not in `allowed` (e.g. "resource", RFC 8707).
  std::optional<std::string_view> first_repeated(
      std::span<const std::string_view> allowed = {}) const;
};

// Limits: the three above. Decoded text must be UTF-8 without NUL.
// Errors: malformed (bad percent-encoding, not UTF-8), too_large.
// Source: WHATWG URL section 5.1; '+' is a space.
[[nodiscard]] Result<Form> parse_form(std::string_view body);
[[nodiscard]] Result<Form> parse_query(std::string_view query);

// The body of `request`, which must say Content-Type: application/x-www-form-urlencoded once.
// Errors: as parse_form; unsupported_media_type.
[[nodiscard]] Result<Form> form_body(const Request& request);

// One percent-decoded piece; '+' is a space when `plus_is_space`. nullopt: bad encoding.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

// The media type matches and its charset, if any, is UTF-8; parameters are ignored else.
bool has_content_type(const Request& request, std::string_view media_type);

bool is_utf8(std::string_view text);

}  // namespace optare
