#include "core/oauth/client_secret.h"

#include <gtest/gtest.h>

#include "core/openssl/random.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

const Timestamp now = timestamp_of(1'000'000);

ClientSecret stored(const char* id, std::string_view text,
                    std::optional<Timestamp> expires_at = {}) {
  return {.id = SecretId(id),
          .digest = client_secret_digest(text),
          .created_at = {},
          .expires_at = expires_at};
}

Application with(std::vector<ClientSecret> secrets) {
  Application application;
  application.secrets = std::move(secrets);
  return application;
}

TEST(ClientSecret, HasTheDocumentedForm) {
  SystemRandom random;
  const Secret secret = generate_client_secret(random);
  EXPECT_EQ(secret.reveal().size(), client_secret_bytes);
  EXPECT_TRUE(secret.reveal().starts_with("sk_"));
  EXPECT_TRUE(looks_like_client_secret(secret.reveal()));
  EXPECT_NE(secret.reveal(), generate_client_secret(random).reveal());
}

TEST(ClientSecret, ChecksumIsCrc32InBase62) {
  struct Zeros final : Random {
    void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{0}); }
  } zeros;
  // zlib's crc32 of "sk_" and 43 zeros is 0xed490eea.
  EXPECT_EQ(generate_client_secret(zeros).reveal(), "sk_" + std::string(43, '0') + "4LPos6");
}

TEST(ClientSecret, AnyAlteredCharacterBreaksTheChecksum) {
  SystemRandom random;
  const std::string text(generate_client_secret(random).reveal());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(looks_like_client_secret(changed)) << i;
  }
  EXPECT_FALSE(looks_like_client_secret(text + "0"));
  EXPECT_FALSE(looks_like_client_secret(""));
}

TEST(ClientSecret, DigestIsOverTheWholePresentedText) {
  EXPECT_EQ(client_secret_digest("sk_whole"), sha256_text("sk_whole"));
}

TEST(MatchingSecret, TellsWhichOne) {
  const Application application =
      with({stored("sec_old", "old", now + Duration(1)), stored("sec_new", "new")});
  EXPECT_EQ(matching_secret("old", &application, now), SecretId("sec_old"));
  EXPECT_EQ(matching_secret("new", &application, now), SecretId("sec_new"));
  EXPECT_EQ(matching_secret("other", &application, now), std::nullopt);
  EXPECT_EQ(matching_secret("", &application, now), std::nullopt);
}

TEST(MatchingSecret, EndsExactlyAtItsDeadline) {
  const Application application = with({stored("sec_old", "old", now), stored("sec_new", "new")});
  EXPECT_EQ(matching_secret("old", &application, now - Duration(1)), SecretId("sec_old"));
  EXPECT_EQ(matching_secret("old", &application, now), std::nullopt);
}

TEST(MatchingSecret, NothingMatchesAnUnknownClient) {
  EXPECT_EQ(matching_secret("any", nullptr, now), std::nullopt);
  const Application none;
  EXPECT_EQ(matching_secret("any", &none, now), std::nullopt);
}

TEST(MatchingSecret, RefusesWhatIsTooLong) {
  const std::string longest(client_secret_bytes_max, 'x'), longer(client_secret_bytes_max + 1, 'x');
  const Application application = with({stored("sec_1", longest), stored("sec_2", longer)});
  EXPECT_EQ(matching_secret(longest, &application, now), SecretId("sec_1"));
  EXPECT_EQ(matching_secret(longer, &application, now), std::nullopt);
}

}  // namespace
}  // namespace optare
