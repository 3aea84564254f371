#include "core/oauth/opaque_token.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "core/base/encoding.h"
#include "tests/support/token_fixture.h"

namespace optare {
namespace {

class OpaqueToken : public testing::Test {
 protected:
  TokenFixture t;
};

std::string header_of(std::string_view token) {
  return from_base64url(token.substr(3))->substr(0, 32);
}

TEST_F(OpaqueToken, IsReadAsItWasSealed) {
  const auto tokens = t.opaque();
  const auto opened = tokens->open(tokens->seal(t.claims()));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->claims(), t.claims());
  EXPECT_EQ(opened->format(), TokenFormat::opaque);
  EXPECT_EQ(opened->fleet_key_id(), 1U);
  EXPECT_TRUE(opened->kid().empty());
}

TEST_F(OpaqueToken, HasTheDocumentedLayout) {
  const auto tokens = t.opaque();
  std::string json;
  append_claims_json(json, t.claims());
  const std::string token = tokens->seal(t.claims());
  EXPECT_TRUE(token.starts_with("at_"));
  const std::string bytes = *from_base64url(token.substr(3));
  ASSERT_EQ(bytes.size(), 4 + 16 + 12 + json.size() + 16);
  EXPECT_EQ(read_u32(bytes), 1U);
  const Secret key =
      hkdf_sha256(Secret(std::string(32, 'f')), bytes.substr(4, 16), "optare opaque token 1");
  EXPECT_EQ(unseal(key, bytes.substr(20, 12), bytes.substr(32), t.issuer), json);
}

TEST_F(OpaqueToken, AnyFlippedBitIsRefused) {
  const auto tokens = t.opaque();
  const std::string token = tokens->seal(t.claims());
  const std::string bytes = *from_base64url(token.substr(3));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(tokens->open("at_" + base64url(bytes_of(changed))).has_value()) << bit;
  }
}

TEST_F(OpaqueToken, AnyAlteredDroppedOrAppendedCharacterIsRefused) {  // CVE-2026-27840
  const auto tokens = t.opaque();
  const std::string token = tokens->seal(t.claims());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens->open(changed).has_value()) << i;
    EXPECT_FALSE(tokens->open(token.substr(0, i)).has_value()) << i;
    EXPECT_FALSE(tokens->open(token.substr(0, i) + token.substr(i + 1)).has_value()) << i;
  }
  for (int c = 0; c < 256; ++c)
    EXPECT_FALSE(tokens->open(token + static_cast<char>(c)).has_value()) << c;
  EXPECT_TRUE(tokens->open(token).has_value());
}

TEST_F(OpaqueToken, LengthsOfEveryCharacterCountAreCanonical) {
  const auto tokens = t.opaque();
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int length = 1; length <= 3; ++length) {  // All three remainders of base64.
    AccessTokenClaims claims = t.claims();
    claims.scope = std::string(static_cast<std::size_t>(length), 's');
    const std::string token = tokens->seal(claims);
    EXPECT_TRUE(tokens->open(token).has_value());
    for (const char last : digits) {
      if (last == token.back()) continue;
      EXPECT_FALSE(tokens->open(token.substr(0, token.size() - 1) + last).has_value())
          << length << last;
    }
  }
}

TEST_F(OpaqueToken, OpensAfterARestartAndOnOtherNodes) {
  const std::string token = t.opaque()->seal(t.claims());
  EXPECT_EQ(t.opaque()->open(token)->claims(), t.claims());
}

TEST_F(OpaqueToken, OfAnotherFleetKeyOrIssuerIsRefused) {
  const std::string token = t.opaque()->seal(t.claims());
  std::vector<FleetKey> other_key, other_id;
  other_key.push_back({1, Secret(std::string(32, 'g'))});
  other_id.push_back({2, Secret(std::string(32, 'f'))});
  EXPECT_EQ(OpaqueTokens(other_key, 1, t.issuer, t.random).open(token).error(),
            TokenRefusal::signature);
  EXPECT_EQ(OpaqueTokens(other_id, 2, t.issuer, t.random).open(token).error(),
            TokenRefusal::unknown_key);
  EXPECT_EQ(OpaqueTokens(TokenFixture::fleet_keys(), 1, "https://other.example", t.random)
                .open(token)
                .error(),
            TokenRefusal::signature);
}

TEST_F(OpaqueToken, OfClaimsWithAnotherIssuerIsRefused) {
  AccessTokenClaims claims = t.claims();
  claims.issuer = "https://other.example";
  const auto tokens = t.opaque();
  EXPECT_EQ(tokens->open(tokens->seal(claims)).error(), TokenRefusal::issuer);
}

TEST_F(OpaqueToken, EightKibibytesAreTheMost) {
  const auto tokens = t.opaque();
  EXPECT_EQ(tokens->open("at_" + std::string(token_bytes_max - 2, 'A')).error(),
            TokenRefusal::too_large);
  EXPECT_NE(tokens->open("at_" + std::string(token_bytes_max - 3, 'A')).error(),
            TokenRefusal::too_large);
  EXPECT_EQ(tokens->open("").error(), TokenRefusal::malformed);
  EXPECT_EQ(tokens->open("at_").error(), TokenRefusal::malformed);
}

TEST_F(OpaqueToken, SaltIsDrawnAnewBeforeItsNoncesEnd) {
  const auto tokens = t.opaque(3);
  std::set<std::string> salts, headers;
  for (int i = 0; i < 10; ++i) {
    const std::string token = tokens->seal(t.claims());
    headers.insert(header_of(token));
    salts.insert(header_of(token).substr(0, 20));
    EXPECT_TRUE(tokens->open(token).has_value());
  }
  EXPECT_EQ(headers.size(), 10U);
  EXPECT_EQ(salts.size(), 4U);
}

TEST_F(OpaqueToken, NoTwoThreadsEverShareANonce) {
  const auto tokens = t.opaque(7);
  std::mutex mutex;
  std::set<std::string> headers;
  {
    std::vector<std::jthread> threads;
    for (int n = 0; n < 4; ++n)
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) {
          const std::string header = header_of(tokens->seal(t.claims()));
          const std::scoped_lock lock(mutex);
          EXPECT_TRUE(headers.insert(header).second);
        }
      });
  }
  EXPECT_EQ(headers.size(), 400U);
}

TEST_F(OpaqueToken, OpensMoreSaltsThanItRemembers) {
  const auto reader = t.opaque();
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < foreign_salts_max + 10; ++i)
    tokens.push_back(t.opaque()->seal(t.claims()));
  for (int round = 0; round < 2; ++round)
    for (const std::string& token : tokens) EXPECT_TRUE(reader->open(token).has_value());
}

}  // namespace
}  // namespace optare
