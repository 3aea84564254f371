// A single access token that was revoked before its time.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/id.h"
#include "core/base/time.h"
#include "core/events.h"

namespace optare {

struct Revocation {
  TokenId jti;
  std::uint64_t version = 0;
  ClientId client;
  Timestamp expires_at;  // the token's own end; the row may go after it
  Timestamp revoked_at;

  bool operator==(const Revocation&) const = default;
  template <class Archive>
  void fields(Archive& a) {
    a(jti, version, client, expires_at, revoked_at);
  }
};

[[nodiscard]] Result<Revocation> evolve(Revocation state, const RevocationEvent& event,
                                        const EventMeta& meta);

std::string revocation_stream(const TokenId& jti);  // "00/revocation/<jti>"

}  // namespace optare
