// The path of the issuer's URL. Everything the product serves stands below it, but for the metadata
// that RFC 8414 section 3.1 has inserted before it: a proxy in front passes paths on as they are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace optare {

constexpr std::size_t issuer_path_segments_max = 8;  // ours; routes of eight more still match

// "" of "https://id.example.com", "/tenant" of "https://id.example.com/tenant".
// REQUIRES: an issuer as ops/config takes it (no query, no slash at its end).
constexpr std::string_view issuer_path(std::string_view issuer) {
  constexpr std::string_view after_scheme = "://";
  const auto scheme = issuer.find(after_scheme);
  const auto authority = scheme == issuer.npos ? 0 : scheme + after_scheme.size();
  return issuer.substr(std::min(issuer.find('/', authority), issuer.size()));
}

}  // namespace optare
