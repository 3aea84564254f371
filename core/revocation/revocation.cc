#include "core/revocation/revocation.h"

namespace optare {
namespace {

constexpr std::string_view stream_prefix = "00/revocation/";

}  // namespace

Result<Revocation> evolve(Revocation state, const RevocationEvent& event, const EventMeta& meta) {
  const auto& revoked = std::get<TokenRevoked>(event);
  if (!state.jti.empty())
    return reject(Code::internal, std::string(meta.stream) + ": revoked twice");
  if (!meta.stream.starts_with(stream_prefix)) {
    return reject(Code::internal, std::string(meta.stream) + ": not the stream of a token");
  }
  state.jti = TokenId(meta.stream.substr(stream_prefix.size()));
  state.version = meta.version;
  state.client = ClientId(revoked.client_id);
  state.expires_at = timestamp_of(revoked.token_expires_at);
  state.revoked_at = meta.log_time;
  return state;
}

std::string revocation_stream(const TokenId& jti) {
  return std::string(stream_prefix) + jti.text();
}

}  // namespace optare
