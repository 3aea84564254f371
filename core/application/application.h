// An application (= OAuth client): its folded state, and what each event does to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/id.h"
#include "core/base/time.h"
#include "core/events.h"

namespace optare {

constexpr std::size_t application_grants_max = 100;
constexpr Duration secret_overlap_default = std::chrono::hours(24);
constexpr Duration secret_overlap_max = std::chrono::days(7);
constexpr std::size_t live_secrets_max = 2;

enum class Standing : std::uint8_t { absent = 0, active = 1, inactive = 2, deleted = 3 };

struct ClientSecret {
  SecretId id;
  std::string digest;  // SHA-256 of the whole presented secret, 32 bytes
  Timestamp created_at;
  std::optional<Timestamp> expires_at;  // none: the current one

  bool live(Timestamp now) const { return !expires_at || now < *expires_at; }
  bool operator==(const ClientSecret&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(id, digest, created_at, expires_at);
  }
};

// What the application may ask of one API.
struct ApiGrant {
  ApiId api;
  std::vector<std::string> scopes;  // sorted, unique
  Timestamp granted_at;
  std::uint64_t standing = 0;  // ordinal that last took something away or granted anew

  bool has_scope(std::string_view scope) const;
  bool operator==(const ApiGrant&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(api, scopes, granted_at, standing);
  }
};

struct Application {
  ClientId id;
  std::uint64_t version = 0;  // of its stream; the ETag
  Standing standing = Standing::absent;
  std::uint64_t standing_ordinal =
      0;  // that created, deactivated, activated, revoked the tokens of, or deleted it
  ClientType type = ClientType::m2m;
  std::string name;
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Timestamp> deleted_at;
  std::vector<ClientSecret> secrets;  // oldest first; the last has no deadline
  std::vector<ApiGrant> grants;       // by api id

  const ClientSecret* secret(const SecretId& secret_id) const;
  const ApiGrant* grant(const ApiId& api) const;
  bool exists() const { return standing == Standing::active || standing == Standing::inactive; }

  bool operator==(const Application&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(id, version, standing, standing_ordinal, type, name, created_at, updated_at, deleted_at,
      secrets, grants);
  }
};

// Total over every history that commands can make. Errors: internal, when an event cannot follow
// this state (the stream is then quarantined).
[[nodiscard]] Result<Application> evolve(Application state, const ApplicationEvent& event,
                                         const EventMeta& meta);

std::string application_stream(const ClientId& id);  // "application/<client_id>"

}  // namespace optare
