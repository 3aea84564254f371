// Every event of the product: its C++ type, its number on disk, its name.
//
// DO NOT CHANGE THE NUMBERS: they are in every log ever written. A new event gets a new number and
// a new feature level; it is listed here, in its aggregate's variant, and the compiler then names
// each `evolve` that must say what it means.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "schemas/api_generated.h"
#include "schemas/application_generated.h"
#include "schemas/revocation_generated.h"
#include "schemas/signing_key_generated.h"
#include "schemas/system_generated.h"

namespace optare {

using schema::ClientType;
using schema::SigningAlgorithm;
using schema::TokenFormat;

using LogCreated = schema::LogCreatedT;
using FeatureLevelRaised = schema::FeatureLevelRaisedT;
using LogSealed = schema::LogSealedT;
using SigningKeyPublished = schema::SigningKeyPublishedT;
using SigningKeyRevoked = schema::SigningKeyRevokedT;
using ClientCreated = schema::ClientCreatedT;
using ClientRenamed = schema::ClientRenamedT;
using ClientDeactivated = schema::ClientDeactivatedT;
using ClientActivated = schema::ClientActivatedT;
using ClientTokensRevoked = schema::ClientTokensRevokedT;
using SecretRotated = schema::SecretRotatedT;
using SecretRevoked = schema::SecretRevokedT;
using SecretExpired = schema::SecretExpiredT;
using ApplicationDeleted = schema::ApplicationDeletedT;
using ApiGranted = schema::ApiGrantedT;
using ApiGrantRevoked = schema::ApiGrantRevokedT;
using ApiRegistered = schema::ApiRegisteredT;
using ApiUpdated = schema::ApiUpdatedT;
using ApiDeleted = schema::ApiDeletedT;
using IntrospectorAllowed = schema::IntrospectorAllowedT;
using IntrospectorRemoved = schema::IntrospectorRemovedT;
using TokenRevoked = schema::TokenRevokedT;

// What may happen to each aggregate.
using SystemEvent = std::variant<LogCreated, FeatureLevelRaised, LogSealed>;
using SigningKeyEvent = std::variant<SigningKeyPublished, SigningKeyRevoked>;
using ApplicationEvent =
    std::variant<ClientCreated, ClientRenamed, ClientDeactivated, ClientActivated,
                 ClientTokensRevoked, SecretRotated, SecretRevoked, SecretExpired,
                 ApplicationDeleted, ApiGranted, ApiGrantRevoked>;
using ApiEvent =
    std::variant<ApiRegistered, ApiUpdated, ApiDeleted, IntrospectorAllowed, IntrospectorRemoved>;
using RevocationEvent = std::variant<TokenRevoked>;

// All of them, for codecs and consumers.
using Event =
    std::variant<LogCreated, FeatureLevelRaised, LogSealed, SigningKeyPublished, SigningKeyRevoked,
                 ClientCreated, ClientRenamed, ClientDeactivated, ClientActivated,
                 ClientTokensRevoked, SecretRotated, SecretRevoked, SecretExpired,
                 ApplicationDeleted, ApiGranted, ApiGrantRevoked, ApiRegistered, ApiUpdated,
                 ApiDeleted, IntrospectorAllowed, IntrospectorRemoved, TokenRevoked>;

template <class E>
struct EventTraits;

#define OPTARE_EVENT(Name, Number)                  \
  template <>                                       \
  struct EventTraits<Name> {                        \
    using Table = schema::Name;                     \
    static constexpr std::uint16_t number = Number; \
    static constexpr std::string_view name = #Name; \
  };
OPTARE_EVENT(LogCreated, 1)
OPTARE_EVENT(FeatureLevelRaised, 2)
OPTARE_EVENT(LogSealed, 3)
OPTARE_EVENT(SigningKeyPublished, 16)
OPTARE_EVENT(SigningKeyRevoked, 17)
OPTARE_EVENT(ClientCreated, 32)
OPTARE_EVENT(ClientRenamed, 33)
OPTARE_EVENT(ClientDeactivated, 34)
OPTARE_EVENT(ClientActivated, 35)
OPTARE_EVENT(ClientTokensRevoked, 36)
OPTARE_EVENT(SecretRotated, 37)
OPTARE_EVENT(SecretRevoked, 38)
OPTARE_EVENT(SecretExpired, 39)
OPTARE_EVENT(ApplicationDeleted, 40)
OPTARE_EVENT(ApiGranted, 41)
OPTARE_EVENT(ApiGrantRevoked, 42)
OPTARE_EVENT(ApiRegistered, 64)
OPTARE_EVENT(ApiUpdated, 65)
OPTARE_EVENT(ApiDeleted, 66)
OPTARE_EVENT(IntrospectorAllowed, 67)
OPTARE_EVENT(IntrospectorRemoved, 68)
OPTARE_EVENT(TokenRevoked, 96)
#undef OPTARE_EVENT

// An event as the log holds it: a number and the event's own FlatBuffers root.
struct EncodedEvent {
  std::uint16_t type = 0;
  std::vector<std::uint8_t> payload;
  bool operator==(const EncodedEvent&) const = default;
};

EncodedEvent encode_event(const Event& event);
// Errors: malformed, when the number is unknown or the bytes do not verify. Never crashes.
[[nodiscard]] Result<Event> decode_event(std::uint16_t type, std::span<const std::uint8_t> payload);
std::string_view event_name(const Event& event);
std::uint16_t event_number(const Event& event);

// The event as one of an aggregate's own, if it is one.
template <class Narrow>
std::optional<Narrow> narrow(const Event& event) {
  return std::visit(
      [](const auto& e) -> std::optional<Narrow> {
        if constexpr (std::is_constructible_v<Narrow, std::decay_t<decltype(e)>>)
          return Narrow(e);
        else
          return std::nullopt;
      },
      event);
}

// The same, widened.
template <class Narrow>
Event widen(const Narrow& event) {
  return std::visit([](const auto& e) { return Event(e); }, event);
}

// Where and when an event happened; evolve makes deadlines of its durations with it.
struct EventMeta {
  std::string_view stream;
  std::uint64_t ordinal = 0;  // of its commit, in its partition
  std::uint64_t version = 0;  // of its stream, after this event
  Timestamp log_time;
};

}  // namespace optare
