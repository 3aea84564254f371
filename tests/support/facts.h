// Things that happened, in few words, for the given of a test.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/api/admin_api.h"
#include "core/signing_key/signing_key.h"
#include "core/system/system.h"

namespace optare::facts {

struct Fact {
  std::string stream;
  Event event;
};

inline constexpr Timestamp start = std::chrono::sys_days(std::chrono::year(2026) / 3 / 3);
inline const std::string issuer = "https://id.example.com";
inline const std::string admin_api_id = "api_admin";

inline std::vector<std::uint8_t> digest(char fill = 'd') {
  return std::vector<std::uint8_t>(32, static_cast<std::uint8_t>(fill));
}

inline Fact of_application(const std::string& client, Event event) {
  return {application_stream(ClientId(client)), std::move(event)};
}
inline Fact of_api(const std::string& api, Event event) {
  return {api_stream(ApiId(api)), std::move(event)};
}

// Its first secret is "sec_1".
inline Fact created(const std::string& client, const std::string& name = "Cron") {
  return of_application(
      client,
      ClientCreated{
          .type = ClientType::m2m, .name = name, .secret_id = "sec_1", .secret_digest = digest()});
}
inline Fact deactivated(const std::string& client) {
  return of_application(client, ClientDeactivated{.reason = ""});
}
inline Fact activated(const std::string& client) {
  return of_application(client, ClientActivated{.reason = ""});
}
inline Fact deleted(const std::string& client) {
  return of_application(client, ApplicationDeleted{.reason = ""});
}
inline Fact rotated(const std::string& client, const std::string& secret,
                    Duration overlap = secret_overlap_default, const std::string& dropped = "") {
  return of_application(client,
                        SecretRotated{.secret_id = secret,
                                      .secret_digest = digest(),
                                      .overlap_ms = static_cast<std::uint64_t>(overlap.count()),
                                      .dropped_secret_id = dropped});
}
inline Fact granted(const std::string& client, const std::string& api,
                    std::vector<std::string> scopes) {
  return of_application(client, ApiGranted{.api_id = api, .scopes = std::move(scopes)});
}

inline Fact registered(const std::string& api, const std::string& identifier,
                       std::vector<std::string> scopes, bool built_in = false) {
  std::vector<std::string> descriptions(scopes.size());
  return of_api(api, ApiRegistered{.identifier = identifier,
                                   .name = "Products",
                                   .scope_names = std::move(scopes),
                                   .scope_descriptions = std::move(descriptions),
                                   .token_lifetime_ms = 3'600'000,
                                   .token_format = TokenFormat::jwt,
                                   .built_in = built_in});
}
inline Fact api_deleted(const std::string& api) { return of_api(api, ApiDeleted{.reason = ""}); }
inline Fact introspector_allowed(const std::string& api, const std::string& client) {
  return of_api(api, IntrospectorAllowed{.client_id = client});
}

inline Fact log_created() {
  return {
      std::string(system_stream),
      LogCreated{.log_id = std::vector<std::uint8_t>(16, 7), .issuer = issuer, .fleet_key_id = 1}};
}
inline Fact admin_api_registered() {
  return registered(admin_api_id, admin_api_identifier(issuer), admin_scope_names(), true);
}
inline Fact key_published(const std::string& key, Duration delay = Duration::zero()) {
  return {signing_key_stream(KeyId(key)),
          SigningKeyPublished{.alg = SigningAlgorithm::ES256,
                              .public_key = {1, 2, 3},
                              .activation_delay_ms = static_cast<std::uint64_t>(delay.count())}};
}
inline Fact key_revoked(const std::string& key) {
  return {signing_key_stream(KeyId(key)), SigningKeyRevoked{.reason = ""}};
}

}  // namespace optare::facts
