// What an API may be made of.
#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <set>

#include "core/api/api.h"
#include "core/application/name.h"

namespace optare {
namespace {

// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), RFC 6749 section 3.3.
bool is_scope_token(std::string_view text) {
  const auto legal = [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  return !text.empty() && std::ranges::all_of(text, legal);
}

Result<void> validate_scope(const ApiScope& scope, const std::string& at) {
  if (!is_scope_token(scope.name)) {
    return reject(Code::invalid,
                  "a scope's name is printable ASCII without spaces, quotes and backslashes",
                  at + "/name");
  }
  if (scope.name.size() > scope_name_bytes_max) {
    return reject(Code::invalid,
                  "a scope's name has at most " + std::to_string(scope_name_bytes_max) + " bytes",
                  at + "/name");
  }
  if (scope.description.size() > scope_description_bytes_max) {
    return reject(Code::invalid,
                  "a scope's description has at most " +
                      std::to_string(scope_description_bytes_max) + " bytes",
                  at + "/description");
  }
  if (!count_characters(scope.description) || has_control_characters(scope.description)) {
    return reject(Code::invalid, "a scope's description is UTF-8 without control characters",
                  at + "/description");
  }
  return {};
}

}  // namespace

Result<void> validate_scopes(const std::vector<ApiScope>& scopes) {
  if (scopes.size() > api_scopes_max) {
    return reject(Code::invalid, "an API has at most " + std::to_string(api_scopes_max) + " scopes",
                  "/scopes");
  }
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const std::string at = "/scopes/" + std::to_string(i);
    TRY_VOID(validate_scope(scopes[i], at));
    if (!names.insert(scopes[i].name).second) {
      return reject(Code::invalid, "this scope stands here twice", at + "/name");
    }
  }
  return {};
}

Result<void> validate_identifier(std::string_view identifier) {
  if (identifier.size() > api_identifier_bytes_max) {
    return reject(
        Code::invalid,
        "an identifier has at most " + std::to_string(api_identifier_bytes_max) + " bytes",
        "/identifier");
  }
  const auto refuse = [](std::string detail) {
    return reject(Code::invalid, std::move(detail), "/identifier");
  };
  // parse_absolute_uri: RFC 3986 section 4.3, which has no fragment.
  const auto url = boost::urls::parse_absolute_uri(identifier);
  if (!url) {
    return refuse(
        "an identifier is an absolute URI without a fragment, such as https://api.example.com or "
        "urn:example:api");
  }
  const bool web = url->scheme_id() == boost::urls::scheme::http ||
                   url->scheme_id() == boost::urls::scheme::https;
  if (web && url->encoded_host().empty()) return refuse("the identifier names no host");
  // Identifiers stand in events and tokens; a password must not.
  if (web && url->has_userinfo())
    return refuse("the identifier has user information, which no audience needs");
  if (!web && url->encoded_authority().empty() && url->encoded_path().empty())
    return refuse("the identifier is a bare scheme");
  return {};
}

Result<void> validate_token_lifetime(Duration lifetime) {
  if (lifetime < token_lifetime_min || lifetime > token_lifetime_max) {
    return reject(Code::invalid, "a token lives 60 to 86400 seconds", "/token_lifetime_seconds");
  }
  return {};
}

}  // namespace optare
