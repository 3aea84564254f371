#include "core/oauth/access_token.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/oauth/flat_json.h"

namespace optare {
namespace {

constexpr std::string_view jwt_type = "at+jwt";  // RFC 9068 section 2.1

std::string_view name_of(SigningAlgorithm alg) { return schema::EnumNameSigningAlgorithm(alg); }

// RFC 7515 section 4.1.9: media types compare without regard to case; "application/" may be left
// out.
bool is_access_token_type(std::string_view typ) {
  constexpr std::string_view prefix = "application/";
  const auto same = [](std::string_view a, std::string_view lower) {
    return std::ranges::equal(
        a, lower, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x) == y; });
  };
  if (same(typ.substr(0, prefix.size()), prefix)) typ.remove_prefix(prefix.size());
  return same(typ, jwt_type);
}

struct CompactParts {
  std::string_view header, payload, signature;
  std::string_view signed_input;
};

std::optional<CompactParts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  return CompactParts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                      token.substr(second + 1), token.substr(0, second)};
}

struct Header {
  std::string alg;
  KeyId kid;
};

std::expected<Header, TokenRefusal> read_header(std::string_view json) {
  FlatJsonReader members;
  if (!members.read(json) || members.size() != 3) return std::unexpected(TokenRefusal::header);
  const std::string* const alg = members.text("alg");
  const std::string* const typ = members.text("typ");
  const std::string* const kid = members.text("kid");
  if (!alg || !typ || !kid || !is_id_text(*kid)) return std::unexpected(TokenRefusal::header);
  if (!is_access_token_type(*typ)) return std::unexpected(TokenRefusal::type);
  return Header{*alg, KeyId(*kid)};
}

}  // namespace

JwtSigner::JwtSigner(KeyId kid, SigningAlgorithm alg, std::shared_ptr<const Signer> signer)
    : kid_(std::move(kid)), signer_(std::move(signer)) {
  std::string json;
  FlatJsonWriter(json)
      .text("alg", name_of(alg))
      .text("typ", jwt_type)
      .text("kid", kid_.text())
      .end();
  header_ = base64url(bytes_of(json)) + '.';
}

std::string JwtSigner::sign(const AccessTokenClaims& claims) const {
  constexpr std::size_t usual_bytes = 1024;
  thread_local std::string json;  // Keeps its room from token to token.
  json.clear();
  append_claims_json(json, claims);
  std::string token;
  token.reserve(usual_bytes);
  token += header_;
  append_base64url(token, bytes_of(json));
  const std::string signature = signer_->sign(token);
  token += '.';
  append_base64url(token, bytes_of(signature));
  return token;
}

Verification JwtVerification::verify(std::string_view token) const {
  if (token.size() > token_bytes_max) return std::unexpected(TokenRefusal::too_large);
  const auto parts = split(token);
  if (!parts) return std::unexpected(TokenRefusal::malformed);
  const auto header_json = from_base64url(parts->header);
  const auto payload = from_base64url(parts->payload);
  const auto signature = from_base64url(parts->signature);
  if (!header_json || !payload || !signature) return std::unexpected(TokenRefusal::malformed);

  const auto header = read_header(*header_json);
  if (!header) return std::unexpected(header.error());
  const auto key = keys_(header->kid);
  if (!key) return std::unexpected(TokenRefusal::unknown_key);
  if (header->alg != name_of(key->alg)) return std::unexpected(TokenRefusal::algorithm);
  if (!key->verifier->verify(parts->signed_input, *signature))
    return std::unexpected(TokenRefusal::signature);

  auto claims = read_claims_json(*payload);
  if (!claims) return std::unexpected(TokenRefusal::claims);
  if (claims->issuer != issuer_) return std::unexpected(TokenRefusal::issuer);
  return VerifiedToken(std::move(*claims), TokenFormat::jwt, header->kid, 0);
}

}  // namespace optare
