// JWT access tokens: what we write, and attacks on what reads them (each from a failure of others).
#include "core/oauth/access_token.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/base/encoding.h"
#include "core/oauth/flat_json.h"
#include "core/ports/crypto.h"
#include "tests/support/token_fixture.h"

namespace optare {
namespace {

std::string encoded(std::string_view text) { return base64url(bytes_of(text)); }

class AccessToken : public testing::Test {
 protected:
  AccessToken() { append_claims_json(claims_json, t.claims()); }

  std::string signed_over(std::string_view header, std::string_view claims) const {
    const std::string input = encoded(header) + '.' + encoded(claims);
    return input + '.' + encoded(t.signer->sign(input));
  }
  std::string with_header(std::string_view header) const {
    return signed_over(header, claims_json);
  }
  std::string with_claims(std::string_view claims) const {
    return signed_over(right_header, claims);
  }
  // What a token is refused for; nothing if it is taken.
  std::optional<TokenRefusal> refusal(std::string_view token) const {
    const auto verified = t.verification().verify(token);
    return verified ? std::nullopt : std::optional(verified.error());
  }

  static constexpr std::string_view right_header =
      R"({"alg":"ES256","typ":"at+jwt","kid":"key_1"})";
  const TokenFixture t;
  std::string claims_json;
};

TEST_F(AccessToken, HasTheHeaderAndClaimsOfRfc9068) {
  const std::string token = t.jwt(t.claims());
  const std::string header = *from_base64url(token.substr(0, token.find('.')));
  EXPECT_EQ(header, right_header);
  const auto claims = boost::json::parse(claims_json).as_object();
  EXPECT_EQ(claims.size(), 9U);
  EXPECT_EQ(claims.at("iss"), "https://issuer.example");
  EXPECT_EQ(claims.at("sub"), "srv_1");
  EXPECT_EQ(claims.at("client_id"), "srv_1");
  EXPECT_EQ(claims.at("aud"), "https://api.example/orders");
  EXPECT_EQ(claims.at("iat"), TokenFixture::issued_at);
  EXPECT_EQ(claims.at("exp"), TokenFixture::issued_at + 3600);
  EXPECT_EQ(claims.at("jti"), "00abc");
  EXPECT_EQ(claims.at("scope"), "read");
  EXPECT_EQ(claims.at("v"), 50);
}

TEST_F(AccessToken, IsReadAsItWasWritten) {
  const auto verified = t.verification().verify(t.jwt(t.claims()));
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->claims(), t.claims());
  EXPECT_EQ(verified->kid(), t.kid);
  EXPECT_EQ(verified->format(), TokenFormat::jwt);
}

TEST_F(AccessToken, NeedsNoScopeAndCarriesTheLargestV) {
  AccessTokenClaims claims = t.claims();
  claims.scope.clear();
  claims.v = UINT64_MAX;
  claims.audience = "urn:a\"b\\c\n\x1f";
  EXPECT_EQ(t.verification().verify(t.jwt(claims))->claims(), claims);
}

TEST(AccessTokenOfEachAlgorithm, IsReadAsItWasWritten) {
  for (const auto alg :
       {SigningAlgorithm::RS256, SigningAlgorithm::PS256, SigningAlgorithm::EdDSA}) {
    const TokenFixture t(alg);
    EXPECT_EQ(t.verification().verify(t.jwt(t.claims()))->claims(), t.claims());
  }
}

// Altered text

TEST_F(AccessToken, AnyAlteredCharacterIsRefused) {
  const std::string token = t.jwt(t.claims());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(refusal(changed)) << i;
  }
}

TEST_F(AccessToken, AnyDroppedCharacterAndAnyPrefixIsRefused) {
  const std::string token = t.jwt(t.claims());
  for (std::size_t i = 0; i < token.size(); ++i) {
    EXPECT_TRUE(refusal(token.substr(0, i))) << i;
    EXPECT_TRUE(refusal(token.substr(0, i) + token.substr(i + 1))) << i;
  }
}

TEST_F(AccessToken, TrailingBytesAreRefused) {
  const std::string token = t.jwt(t.claims());
  for (const char* trail : {"A", "AA", "AAAA", ".", "=", "==", " ", "\n", "%00"})
    EXPECT_TRUE(refusal(token + trail));
  EXPECT_TRUE(refusal(token + '\0'));
  EXPECT_TRUE(refusal(' ' + token));
}

TEST_F(AccessToken, NonCanonicalBase64IsRefused) {
  // 64 bytes end in a character with four idle bits: setting one spells the same bytes.
  std::string token = t.jwt(t.claims());
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  token.back() = digits[digits.find(token.back()) | 1U];
  EXPECT_EQ(refusal(token), TokenRefusal::malformed);
}

TEST_F(AccessToken, StandardBase64AndPaddingAreRefused) {
  const std::string input = encoded(right_header) + '.' + encoded(claims_json);
  const std::string signature = t.signer->sign(input);
  EXPECT_EQ(refusal(input + '.' + base64(bytes_of(signature))), TokenRefusal::malformed);
}

// The form

TEST_F(AccessToken, JsonSerializationIsRefused) {  // CVE-2026-96760
  const std::string payload = encoded(claims_json);
  EXPECT_EQ(refusal(R"({"payload":")" + payload + R"(","signatures":[]})"),
            TokenRefusal::malformed);
  EXPECT_EQ(refusal(R"({"payload":")" + payload + R"(","protected":"e30","signature":""})"),
            TokenRefusal::malformed);
}

TEST_F(AccessToken, OtherThanTwoDotsAreRefused) {
  const std::string token = t.jwt(t.claims());
  for (const std::string& text :
       {std::string(), std::string("."), std::string("abc"), std::string("a.b"), token + '.',
        '.' + token, token + ".A", std::string("a.b.c.d.e")})
    EXPECT_EQ(refusal(text), TokenRefusal::malformed) << text;
  EXPECT_EQ(refusal(".."), TokenRefusal::header);
}

TEST_F(AccessToken, ManyDotsAreRefusedWithoutWork) {  // CVE-2025-27144, CVE-2025-30204
  EXPECT_EQ(refusal(std::string(token_bytes_max, '.')), TokenRefusal::malformed);
}

TEST_F(AccessToken, EightKibibytesAreTheMost) {
  EXPECT_EQ(refusal(std::string(token_bytes_max, 'a')), TokenRefusal::malformed);
  EXPECT_EQ(refusal(std::string(token_bytes_max + 1, 'a')), TokenRefusal::too_large);
}

// The header

TEST_F(AccessToken, AlgNoneIsRefused) {  // CVE-2026-28802
  for (const char* none : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string header =
        std::string(R"({"alg":")") + none + R"(","typ":"at+jwt","kid":"key_1"})";
    EXPECT_EQ(refusal(with_header(header)), TokenRefusal::algorithm) << none;
    EXPECT_EQ(refusal(encoded(header) + '.' + encoded(claims_json) + '.'), TokenRefusal::algorithm)
        << none;
  }
}

TEST_F(AccessToken, EmptySignatureIsRefused) {
  EXPECT_EQ(refusal(encoded(right_header) + '.' + encoded(claims_json) + '.'),
            TokenRefusal::signature);
}

TEST(RsaAccessToken, HmacWithThePublicKeyIsRefused) {  // CVE-2024-37568
  const TokenFixture t(SigningAlgorithm::RS256);
  std::string claims;
  append_claims_json(claims, t.claims());
  for (const char* alg : {"HS256", "RS256"}) {
    const std::string input =
        encoded(std::string(R"({"alg":")") + alg + R"(","typ":"at+jwt","kid":"key_1"})") + '.' +
        encoded(claims);
    const std::string mac(text_of(hmac_sha256(Secret(t.pair.public_key), input)));
    EXPECT_FALSE(t.verification().verify(input + '.' + encoded(mac)).has_value()) << alg;
  }
}

TEST_F(AccessToken, AnotherAlgorithmThanTheKeysIsRefused) {  // CVE-2026-48523
  for (const char* alg : {"RS256", "PS256", "EdDSA", "ES384", "HS256", "es256", "ES256 "})
    EXPECT_EQ(refusal(with_header(std::string(R"({"alg":")") + alg +
                                  R"(","typ":"at+jwt","kid":"key_1"})")),
              TokenRefusal::algorithm)
        << alg;
}

TEST_F(AccessToken, KeysInTheHeaderAreRefused) {  // CVE-2026-27962
  const std::string_view rest = R"("alg":"ES256","typ":"at+jwt","kid":"key_1"})";
  for (const char* member :
       {R"("jwk":{"kty":"EC"})", R"("jwk":"x")", R"("jku":"https://evil.test/jwks")",
        R"("x5u":"https://evil.test/cert")", R"("x5c":["MII"])", R"("x5t":"x")"})
    EXPECT_EQ(refusal(with_header(std::string("{") + member + ',' + std::string(rest))),
              TokenRefusal::header)
        << member;
}

TEST_F(AccessToken, CriticalExtensionsAreRefused) {  // CVE-2025-59420
  for (const char* member :
       {R"("crit":["b64"])", R"("crit":[])", R"("crit":"x")", R"("b64":false)", R"("zip":"DEF")"})
    EXPECT_EQ(refusal(with_header(std::string(R"({"alg":"ES256","typ":"at+jwt","kid":"key_1",)") +
                                  member + '}')),
              TokenRefusal::header)
        << member;
}

TEST_F(AccessToken, TypMustBeAccessToken) {  // RFC 9068 section 4; Keycloak GHSA-7fpj-9hr8-28vh
  for (const char* typ : {"at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"})
    EXPECT_EQ(refusal(with_header(std::string(R"({"alg":"ES256","typ":")") + typ +
                                  R"(","kid":"key_1"})")),
              std::nullopt)
        << typ;
  for (const char* typ : {"JWT", "", "logout+jwt", "at+jwt ", "at+jwt2", "application/",
                          "text/at+jwt", "application/application/at+jwt"})
    EXPECT_EQ(refusal(with_header(std::string(R"({"alg":"ES256","typ":")") + typ +
                                  R"(","kid":"key_1"})")),
              TokenRefusal::type)
        << typ;
}

TEST_F(AccessToken, HeaderMustBeJustOurs) {
  for (const char* header :
       {"", "{}", "[]", "null", R"({"alg":"ES256"})", R"({"alg":"ES256","kid":"key_1"})",
        R"({"typ":"at+jwt","kid":"key_1","kid":"key_1"})",
        R"({"alg":"ES256","alg":"none","typ":"at+jwt","kid":"key_1"})",
        R"({"alg":"none","typ":"at+jwt","kid":"key_1","alg":"ES256"})",
        R"({"alg":"ES256","typ":"at+jwt","kid":"key_1","\u0061lg":"none"})",
        R"({"alg":"ES256","typ":"at+jwt","kid":1})",
        R"({"alg":"ES256","typ":"at+jwt","kid":"../key_1"})",
        R"({"alg":"ES256","typ":"at+jwt","kid":""})",
        R"({"alg":"ES256","typ":"at+jwt","kid":"key_1"}x)",
        R"({"alg":"ES256","typ":"at+jwt","kid":"key_1"},{})",
        R"({"alg":"ES256","typ":"at+jwt","kid":"key_1",})"})
    EXPECT_EQ(refusal(with_header(header)), TokenRefusal::header) << header;
}

TEST_F(AccessToken, UnknownKeyIsRefused) {
  EXPECT_EQ(refusal(with_header(R"({"alg":"ES256","typ":"at+jwt","kid":"key_2"})")),
            TokenRefusal::unknown_key);
}

TEST_F(AccessToken, AnotherDeploymentsKeyIsRefused) {
  EXPECT_EQ(refusal(TokenFixture().jwt(t.claims())), TokenRefusal::signature);
}

// The claims, signed by the right key

TEST_F(AccessToken, AnotherIssuerIsRefused) {
  for (const char* issuer :
       {"https://issuer.example/", "https://ISSUER.example", "https://evil.test"}) {
    AccessTokenClaims claims = t.claims();
    claims.issuer = issuer;
    EXPECT_EQ(refusal(t.jwt(claims)), TokenRefusal::issuer) << issuer;
  }
}

TEST_F(AccessToken, TimesMustBeSane) {
  const auto taken = [&](std::int64_t issued_at, std::int64_t expires_at) {
    AccessTokenClaims claims = t.claims();
    claims.issued_at = issued_at, claims.expires_at = expires_at;
    return refusal(t.jwt(claims)) == std::nullopt;
  };
  EXPECT_TRUE(taken(1000, 1001));
  EXPECT_TRUE(taken(1000, 1000 + 86'400));
  EXPECT_FALSE(taken(1000, 1000 + 86'401)) << "no API gives a longer life";
  EXPECT_FALSE(taken(1000, 1000));
  EXPECT_FALSE(taken(1000, 999));
  EXPECT_FALSE(taken(253'402'300'799, 253'402'300'800)) << "year 10000";
  EXPECT_FALSE(taken(-1, 1000));
}

TEST_F(AccessToken, ClaimsMustBeJustOurs) {
  EXPECT_EQ(refusal(with_claims(claims_json)), std::nullopt);
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string changed = claims_json;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  for (const std::string& claims :
       {std::string(),
        std::string("{}"),
        std::string("null"),
        replaced(R"("v":50)", R"("v":"50")"),
        replaced(R"("v":50)", R"("v":-1)"),
        replaced(R"("v":50)", R"("v":1.5)"),
        replaced(R"("v":50)", R"("v":1e3)"),
        replaced(R"("v":50)", R"("v":050)"),
        replaced(R"("v":50)", R"("v":18446744073709551616)"),
        replaced(R"("v":50)", R"("v":50,"v":51)"),
        replaced(R"("v":50)", R"("v":50,"cnf":{"jkt":"x"})"),
        replaced(R"("v":50)", R"("v":50,"extra":1)"),
        replaced(R"(,"v":50)", ""),
        replaced(R"("sub":"srv_1")", R"("sub":"srv_2")"),
        replaced(R"("sub":"srv_1",)", ""),
        replaced(R"("scope":"read")", R"("scope":"")"),
        replaced(R"("scope":"read")", R"("scope":["read"])"),
        replaced(R"("aud":"https://api.example/orders")",
                 R"("aud":["https://api.example/orders"])"),
        replaced(R"("aud":"https://api.example/orders")", R"("aud":"")"),
        replaced(R"("jti":"00abc")", R"("jti":"")"),
        replaced(R"("jti":"00abc")", R"("jti":"00 abc")"),
        claims_json + claims_json,
        claims_json + ' '})
    EXPECT_EQ(refusal(with_claims(claims)), TokenRefusal::claims) << claims;
}

TEST(FlatJson, ReadsBackEveryByte) {
  for (int c = 0; c < 256; ++c) {
    const std::string text = std::string("a") + static_cast<char>(c) + 'b';
    std::string json;
    FlatJsonWriter(json).text("t", text).number("n", 0).end();
    FlatJsonReader reader;
    ASSERT_TRUE(reader.read(json)) << c;
    EXPECT_EQ(*reader.text("t"), text);
    EXPECT_EQ(*reader.number("n"), 0U);
    EXPECT_EQ(reader.number("t"), nullptr);
  }
}

// Texts are looked through by eight bytes at once.
TEST(FlatJson, ReadsBackEveryByteWhereverItStands) {
  for (int value = 0; value < 256; ++value) {
    for (std::size_t at = 0; at < 19; ++at) {
      std::string text(19, 'a');
      text[at] = static_cast<char>(value);
      std::string json;
      FlatJsonWriter(json).text("t", text).number("n", 0).end();
      const bool escaped = value < 0x20 || value == '"' || value == '\\';
      ASSERT_EQ(json.find('\\') != std::string::npos, escaped) << value << " at " << at;
      FlatJsonReader reader;
      ASSERT_TRUE(reader.read(json)) << value << " at " << at;
      ASSERT_EQ(*reader.text("t"), text) << value << " at " << at;
    }
  }
}

TEST(FlatJson, TakesOnlyTheFormThatIsWritten) {
  FlatJsonReader reader;
  EXPECT_TRUE(reader.read("{}"));
  for (const char* json : {"",
                           "{",
                           "}",
                           "{ }",
                           R"({"a":1,})",
                           R"({"a" :1})",
                           R"({"a": 1})",
                           R"({"a":true})",
                           R"({"a":null})",
                           R"({"a":{}})",
                           R"({"a":"x)",
                           R"({"a":"\)",
                           R"({"a":"\u)",
                           R"({"a":"\u00)",
                           R"({"a":"\u001F"})",
                           R"({"a":"\u0041"})",
                           R"({"a":"\n"})",
                           R"({"a":"\/"})",
                           "{\"a\":\"\n\"}",
                           R"({"a":+1})",
                           R"({"a":01})",
                           R"({a:1})",
                           R"({"a":1}{"b":2})"})
    EXPECT_FALSE(reader.read(json)) << json;
}

TEST(FlatJson, Has16MembersAtMost) {
  const auto object = [](int members) {
    std::string json;
    FlatJsonWriter writer(json);
    for (int i = 0; i < members; ++i) writer.number("m" + std::to_string(i), 1);
    writer.end();
    return json;
  };
  FlatJsonReader reader;
  EXPECT_TRUE(reader.read(object(flat_json_members_max)));
  EXPECT_FALSE(reader.read(object(flat_json_members_max + 1)));
}

}  // namespace
}  // namespace optare
