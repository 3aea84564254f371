#include "core/oauth/token_cache.h"

#include <gtest/gtest.h>

#include "core/oauth/token_reader.h"
#include "core/oauth/verification_keys.h"
#include "tests/support/token_fixture.h"

namespace optare {
namespace {

class TokenCaching : public testing::Test {
 protected:
  std::shared_ptr<const VerifiedToken> token() const {
    return std::make_shared<const VerifiedToken>(*t.verification().verify(t.jwt(t.claims())));
  }
  TokenFixture t;
};

TEST_F(TokenCaching, FindsWhatWasAdded) {
  TokenCache cache;
  const auto added = token();
  EXPECT_EQ(cache.find(TokenCache::digest_of("text")), nullptr);
  cache.add(TokenCache::digest_of("text"), added);
  EXPECT_EQ(cache.find(TokenCache::digest_of("text")), added);
  EXPECT_EQ(cache.find(TokenCache::digest_of("texu")), nullptr);
}

TEST_F(TokenCaching, StaysWithinItsBytes) {
  constexpr std::size_t bytes_max = 64 * 1024;
  TokenCache cache(bytes_max);
  const auto added = token();
  for (int i = 0; i < 5000; ++i) cache.add(TokenCache::digest_of(std::to_string(i)), added);
  EXPECT_LE(cache.bytes(), bytes_max);
  EXPECT_GT(cache.bytes(), bytes_max / 4);
  EXPECT_EQ(cache.find(TokenCache::digest_of("0")), nullptr);
  EXPECT_NE(cache.find(TokenCache::digest_of("4999")), nullptr);
}

TEST_F(TokenCaching, KeepsWhatIsAskedForAgainAndAgain) {
  TokenCache cache(64 * 1024);
  const auto added = token();
  const auto wanted = TokenCache::digest_of("wanted");
  cache.add(wanted, added);
  for (int i = 0; i < 5000; ++i) {
    cache.add(TokenCache::digest_of(std::to_string(i)), added);
    ASSERT_NE(cache.find(wanted), nullptr) << i;
  }
}

TEST_F(TokenCaching, HoldsNothingWhenGivenNoRoom) {
  TokenCache cache(0);
  cache.add(TokenCache::digest_of("text"), token());
  EXPECT_EQ(cache.find(TokenCache::digest_of("text")), nullptr);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(TokenCaching, ReaderVerifiesATokenOnceAndARefusedOneEachTime) {
  const auto opaque = t.opaque();
  int verifications = 0;
  TokenReader reader(
      t.issuer,
      [&](const KeyId& kid) {
        ++verifications;
        return t.lookup()(kid);
      },
      *opaque);
  const std::string jwt = t.jwt(t.claims());
  EXPECT_EQ((*reader.read(jwt))->claims(), t.claims());
  EXPECT_EQ((*reader.read(jwt))->claims(), t.claims());
  EXPECT_EQ(verifications, 1);
  EXPECT_FALSE(reader.read(jwt + "AAAA").has_value());
  EXPECT_FALSE(reader.read(jwt + "AAAA").has_value());
  EXPECT_EQ(verifications, 3);
}

TEST_F(TokenCaching, ReaderTellsTheFormatsApart) {
  const auto opaque = t.opaque();
  TokenReader reader(t.issuer, t.lookup(), *opaque);
  EXPECT_EQ((*reader.read(t.jwt(t.claims())))->format(), TokenFormat::jwt);
  EXPECT_EQ((*reader.read(opaque->seal(t.claims())))->format(), TokenFormat::opaque);
  EXPECT_EQ(reader.read("").error(), TokenRefusal::malformed);
  EXPECT_EQ(reader.read(std::string(token_bytes_max + 1, 'a')).error(), TokenRefusal::too_large);
}

TEST_F(TokenCaching, VerificationKeysComeFromTheStatesRevokedOnesToo) {
  t.states.key_rows[0].revoked_at = TokenFixture::now;  // For liveness to judge.
  const VerificationKeys keys(t.states, t.signing_keys);
  EXPECT_FALSE(keys.find(KeyId("key_2")).has_value());
  const auto found = keys.find(t.kid);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->alg, SigningAlgorithm::ES256);
  EXPECT_EQ(keys.find(t.kid)->verifier, found->verifier) << "parsed once";
  t.states.key_rows.push_back(t.states.key_rows[0]);
  t.states.key_rows[1].id = KeyId("key_2");
  EXPECT_TRUE(keys.find(KeyId("key_2")).has_value()) << "published later";
}

}  // namespace
}  // namespace optare
