#include "commands/key/revoke_signing_key.h"
#include "commands/key/rotate_signing_key.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;
using std::chrono::hours;

NewSigningKey fresh(const std::string& key) {
  return {KeyId(key), SigningAlgorithm::ES256, "\1\2\3"};
}
RotateSigningKey rotate(const std::string& key) { return {.key = fresh(key)}; }
RevokeSigningKey revoke(const std::string& key,
                        std::optional<std::string> replacement = std::nullopt) {
  return {.key = KeyId(key),
          .reason = "",
          .replacement = replacement ? std::optional(fresh(*replacement)) : std::nullopt};
}

TEST(RotateSigningKey, PublishesAKeyThatSignsLaterAndClaimsSystem) {
  const Decided decided = given({log_created(), key_published("key_a")}).when(rotate("key_b"));
  EXPECT_EQ(decided.events(), (Events{key_published("key_b", std::chrono::seconds(360)).event}));
  EXPECT_EQ(decided.decision().changes[0].expected_version, 0U);
  EXPECT_EQ(decided.decision().changes[1], (Change{"system", 1, {}}));
}

TEST(RotateSigningKey, DoesNotActTwice) {
  Given history({log_created(), key_published("key_a")});
  history.happens(rotate("key_b"));
  EXPECT_EQ(history.when(rotate("key_b")).code(), Code::conflict);
  EXPECT_EQ(history.when(rotate("key_c")).decision().changes[1], (Change{"system", 2, {}}));
}

TEST(RotateSigningKey, OfTwoAtOnceOneCounts) {
  Given history({log_created(), key_published("key_a")});
  const Decided b = history.when(rotate("key_b")), c = history.when(rotate("key_c"));
  EXPECT_TRUE(history.states().apply(b.decision(), history.now()));
  EXPECT_FALSE(history.states().apply(c.decision(), history.now()));
}

TEST(RotateSigningKey, KeepsTheKeySetSmall) {
  Given history({log_created()});
  for (std::size_t i = 0; i < published_keys_max; ++i) {
    EXPECT_EQ(history.happens(rotate("key_" + std::to_string(i))).code(), std::nullopt) << i;
  }
  EXPECT_EQ(history.when(rotate("key_more")).code(), Code::conflict);
  history.wait(hours(25));
  EXPECT_EQ(history.when(rotate("key_more")).code(), std::nullopt);
}

TEST(RevokeSigningKey, ReliesOnTheKeyThatSignsAfterIt) {
  const Given history({log_created(), key_published("key_a"), key_published("key_b", hours(1))});
  const Decided decided = history.when(revoke("key_a", "key_c"));
  EXPECT_EQ(decided.events(), (Events{SigningKeyRevoked{.reason = ""}}))
      << "no replacement is needed";
  EXPECT_EQ(decided.written(), (std::vector<std::string>{"key/key_a"}));
  EXPECT_EQ(decided.decision().guards, (std::vector<Guard>{{"key/key_b", 1}}));
}

TEST(RevokeSigningKey, ReplacesTheLastKeyAtOnce) {
  const Given history({log_created(), key_published("key_a")});
  const Decided decided = history.when(revoke("key_a", "key_c"));
  EXPECT_EQ(decided.events(),
            (Events{SigningKeyRevoked{.reason = ""}, key_published("key_c").event}));
  EXPECT_EQ(decided.written(), (std::vector<std::string>{"key/key_a", "key/key_c", "system"}));
  EXPECT_EQ(history.when(revoke("key_a")).code(), Code::conflict) << "it needs a replacement";
  EXPECT_EQ(history.when(revoke("key_a", "key_a")).code(), Code::conflict) << "a new one";
}

TEST(RevokeSigningKey, DoesNotReviveAKeyThatVerifiersHaveForgotten) {
  Given history({log_created(), key_published("key_a"), key_published("key_b")});
  EXPECT_EQ(history.when(revoke("key_b")).decision().guards,
            (std::vector<Guard>{{"key/key_a", 1}}));
  history.wait(hours(25));
  EXPECT_EQ(history.when(revoke("key_b")).code(), Code::conflict);
  EXPECT_EQ(history.when(revoke("key_b", "key_c")).events().size(), 2U);
}

TEST(RevokeSigningKey, OfTwoThatRelyOnEachOtherOneCounts) {
  Given history({log_created(), key_published("key_a"), key_published("key_b")});
  const Decided a = history.when(revoke("key_a")), b = history.when(revoke("key_b"));
  EXPECT_TRUE(history.states().apply(a.decision(), history.now()));
  EXPECT_FALSE(history.states().apply(b.decision(), history.now()));
}

TEST(RevokeSigningKey, DoesNothingTheSecondTime) {
  EXPECT_TRUE(
      given({log_created(), key_published("key_a"), key_published("key_b"), key_revoked("key_a")})
          .when(revoke("key_a"))
          .nothing());
}

TEST(RevokeSigningKey, FindsOnlyWhatIsThere) {
  EXPECT_EQ(given({log_created(), key_published("key_a")}).when(revoke("key_z")).code(),
            Code::not_found);
}

}  // namespace
}  // namespace optare
