// One event of each kind, every field set.
#pragma once

#include "tests/support/log_samples.h"

namespace optare::samples {

inline std::vector<std::uint8_t> counted(std::uint8_t count) {
  std::vector<std::uint8_t> bytes;
  for (std::uint8_t i = 0; i < count; ++i) bytes.push_back(i);
  return bytes;
}

inline std::vector<Event> every_event() {
  const std::vector<std::string> scopes{"read:orders", "write:orders"};
  const std::vector<std::string> descriptions{"Read the orders", "Change them"};
  return {
      LogCreated{.log_id = counted(16), .issuer = "https://id.example.com", .fleet_key_id = 7},
      FeatureLevelRaised{.level = 2},
      LogSealed{.log_id = counted(16)},
      SigningKeyPublished{.alg = SigningAlgorithm::EdDSA,
                          .public_key = counted(44),
                          .activation_delay_ms = 360'000},
      SigningKeyRevoked{.reason = "leaked"},
      ClientCreated{.type = ClientType::m2m,
                    .name = "Cron \u00e9",
                    .secret_id = "sec_1",
                    .secret_digest = counted(32)},
      ClientRenamed{.name = "Nightly"},
      ClientDeactivated{.reason = "abuse"},
      ClientActivated{.reason = "cleared"},
      ClientTokensRevoked{.reason = "laptop lost"},
      SecretRotated{.secret_id = "sec_2",
                    .secret_digest = counted(32),
                    .overlap_ms = 86'400'000,
                    .dropped_secret_id = "sec_0"},
      SecretRevoked{.secret_id = "sec_1"},
      SecretExpired{.secret_id = "sec_1"},
      ApplicationDeleted{.reason = "retired"},
      ApiGranted{.api_id = "api_1", .scopes = scopes},
      ApiGrantRevoked{.api_id = "api_1"},
      ApiRegistered{.identifier = "https://api.example.com",
                    .name = "Orders",
                    .scope_names = scopes,
                    .scope_descriptions = descriptions,
                    .token_lifetime_ms = 600'000,
                    .token_format = TokenFormat::opaque,
                    .built_in = true},
      ApiUpdated{.name = "Orders 2",
                 .scope_names = scopes,
                 .scope_descriptions = descriptions,
                 .token_lifetime_ms = 600'000,
                 .token_format = TokenFormat::opaque},
      ApiDeleted{.reason = "retired"},
      IntrospectorAllowed{.client_id = "srv_2"},
      IntrospectorRemoved{.client_id = "srv_2"},
      TokenRevoked{.client_id = "srv_1", .token_expires_at = 1'772'542'800'000},
  };
}

}  // namespace optare::samples
