// An API (= resource server): an audience, its scopes, and who may introspect its tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/application/application.h"
#include "core/base/id.h"
#include "core/base/time.h"
#include "core/events.h"

namespace optare {

constexpr std::size_t api_identifier_bytes_max = 2048;
constexpr std::size_t api_scopes_max = 100;
constexpr std::size_t scope_name_bytes_max = 64;
constexpr std::size_t scope_description_bytes_max = 200;
constexpr std::size_t api_introspectors_max = 50;
constexpr Duration token_lifetime_min = std::chrono::seconds(60);
constexpr Duration token_lifetime_max = std::chrono::hours(24);
constexpr Duration token_lifetime_default = std::chrono::hours(1);

struct ApiScope {
  std::string name;
  std::string description;
  bool operator==(const ApiScope&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(name, description);
  }
};

struct Api {
  ApiId id;
  std::uint64_t version = 0;
  Standing standing = Standing::absent;  // never inactive
  std::uint64_t standing_ordinal = 0;    // that registered it, took a scope away, or deleted it
  std::string identifier;                // the audience
  std::string name;
  std::vector<ApiScope> scopes;  // in the order they were given
  Duration token_lifetime = token_lifetime_default;
  TokenFormat token_format = TokenFormat::jwt;
  bool built_in = false;  // Optare's own admin API
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> deleted_at;
  std::vector<ClientId> introspectors;  // sorted

  bool exists() const { return standing == Standing::active; }
  bool has_scope(std::string_view scope) const;
  bool operator==(const Api&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(id, version, standing, standing_ordinal, identifier, name, scopes, token_lifetime,
      token_format, built_in, created_at, updated_at, deleted_at, introspectors);
  }
};

[[nodiscard]] Result<Api> evolve(Api state, const ApiEvent& event, const EventMeta& meta);

// Scope names are scope-tokens (RFC 6749 section 3.3), each once.
// Errors: invalid, at `/scopes`, `/scopes/<i>/name` or `/scopes/<i>/description`.
[[nodiscard]] Result<void> validate_scopes(const std::vector<ApiScope>& scopes);
// What names an API, the audience of its tokens: an absolute URI without a fragment, at most
// api_identifier_bytes_max; a URN will do; http and https need a host and no user information.
// Compared byte for byte, never normalised.
// Errors: invalid, at `/identifier`. Source: RFC 8707 section 2, RFC 3986 section 4.3.
[[nodiscard]] Result<void> validate_identifier(std::string_view identifier);
// Errors: invalid, at `/token_lifetime_seconds`.
[[nodiscard]] Result<void> validate_token_lifetime(Duration lifetime);

std::string api_stream(const ApiId& id);  // "api/<api_id>"
// "api-identifier/<sha256 hex>": written by the commit that claims or frees the identifier.
std::string api_identifier_stream(std::string_view identifier);

}  // namespace optare
