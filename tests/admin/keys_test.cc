// /keys: what signs access tokens.
#include <algorithm>

#include "api/oauth/token_signers.h"
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

class Keys : public AdminApi {
 protected:
  Made api = make_api();
  Made made = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));

  std::string jwt() { return spine.token(made.client(), "https://api.myapp.com"); }
  std::vector<std::string> states() { return listed(ask(Method::get, "/keys"), "state"); }
  std::string first_kid() { return listed(ask(Method::get, "/keys"), "kid").front(); }
  std::size_t in_vault() { return spine.node().vault.names("signing-key/").size(); }
  // Long enough that a new key signs.
  void wait_for_activation() {
    spine.advance(key_activation_delay);
    token = log_in();
  }
};

TEST_F(Keys, AreListed) {
  const Answer keys = ask(Method::get, "/keys");
  EXPECT_THAT(listed(keys, "state"), ElementsAre("signing"));
  EXPECT_THAT(listed(keys, "alg"), ElementsAre("ES256"));
  EXPECT_THAT(listed(keys, "kid").front(), MatchesRegex("key_[0-9A-Za-z]{22}"));
}

TEST_F(Keys, AreRotatedAndSignOnceCachesHaveSeenThem) {
  const std::string old_token = jwt();
  const Answer rotated = ask(Method::post, "/keys/rotate", R"({"alg":"EdDSA"})");
  EXPECT_EQ(rotated.status, 200);
  EXPECT_EQ(rotated.member("alg"), "EdDSA");
  EXPECT_EQ(rotated.member("state"), "pending");
  EXPECT_EQ(rotated.member("signs_from"), rfc3339(spine.clock.wall() + key_activation_delay));
  EXPECT_THAT(states(), ElementsAre("signing", "pending"));
  EXPECT_EQ(in_vault(), 2U);

  wait_for_activation();
  EXPECT_THAT(states(), ElementsAre("verifying", "signing"));
  EXPECT_TRUE(spine.active(made.client(), old_token));
  EXPECT_TRUE(spine.active(made.client(), jwt()));
  spine.advance(token_lifetime_max);
  token = log_in();
  EXPECT_THAT(states(), ElementsAre("retired", "signing"));
}

TEST_F(Keys, MayBeOfEveryAlgorithm) {
  for (const std::string alg : {"ES256", "RS256", "PS256", "EdDSA"}) {
    const Answer rotated = ask(Method::post, "/keys/rotate", R"({"alg":")" + alg + R"("})");
    EXPECT_EQ(rotated.member("alg"), alg);
    wait_for_activation();
    EXPECT_TRUE(spine.active(made.client(), jwt())) << alg;
  }
}

TEST_F(Keys, AreOfTheSameAlgorithmWhenNoneIsNamed) {
  ask(Method::post, "/keys/rotate", R"({"alg":"EdDSA"})");
  EXPECT_EQ(ask(Method::post, "/keys/rotate").member("alg"), "ES256");  // EdDSA does not sign yet
  wait_for_activation();
  spine.advance(std::chrono::milliseconds(1));
  const auto signing = [&] {
    const Answer keys = ask(Method::get, "/keys");
    const auto all = listed(keys, "state");
    const auto place = std::ranges::find(all, "signing") - all.begin();
    return listed(keys, "alg")[static_cast<std::size_t>(place)];
  }();
  EXPECT_EQ(ask(Method::post, "/keys/rotate").member("alg"), signing);
}

TEST_F(Keys, SurviveARestart) {
  ask(Method::post, "/keys/rotate", R"({"alg":"RS256"})");
  const std::string before = ask(Method::get, "/keys").body;
  spine.restart();
  EXPECT_EQ(ask(Method::get, "/keys").body, before);
  wait_for_activation();
  EXPECT_TRUE(spine.active(made.client(), jwt()));
}

TEST_F(Keys, RefuseABadRotation) {
  EXPECT_TRUE(
      refused(ask(Method::post, "/keys/rotate", R"({"alg":"HS256"})"), 400, "invalid", "/alg"));
  EXPECT_TRUE(
      refused(ask(Method::post, "/keys/rotate", R"({"kid":"mine"})"), 400, "invalid", "/kid"));
  EXPECT_EQ(in_vault(), 1U);
}

TEST_F(Keys, ThatNoCommitNamesLeaveTheVault) {
  for (std::size_t keys = 1; keys < published_keys_max; ++keys)
    EXPECT_EQ(ask(Method::post, "/keys/rotate").status, 200);
  EXPECT_TRUE(refused(ask(Method::post, "/keys/rotate"), 409, "conflict"));
  EXPECT_EQ(in_vault(), published_keys_max);
}

TEST_F(Keys, ThatLeakedAreRevokedAndReplacedAtOnce) {
  const std::string kid = first_kid();
  const std::string old_token = jwt();
  const std::uint64_t before = position();
  const Answer revoked = ask(Method::post, "/keys/" + kid + "/revoke", R"({"reason":"leaked"})");
  EXPECT_EQ(revoked.status, 200);
  EXPECT_EQ(revoked.member("state"), "revoked");
  EXPECT_EQ(revoked.member("revoked_at"), rfc3339(spine.clock.wall()));
  EXPECT_EQ(position(), before + 1);
  EXPECT_FALSE(spine.active(made.client(), old_token));
  EXPECT_TRUE(refused(ask(Method::get, "/keys"), 401, "unauthenticated"));  // its token too

  token = log_in();
  EXPECT_THAT(states(), ElementsAre("revoked", "signing"));
  EXPECT_EQ(listed(ask(Method::get, "/keys"), "kid").back(), revoked.member("replacement_kid"));
  EXPECT_EQ(in_vault(), 2U);
  const std::uint64_t after = position();
  const Answer again = ask(Method::post, "/keys/" + kid + "/revoke");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.member("replacement_kid"), "null");
  EXPECT_EQ(position(), after);
}

TEST_F(Keys, ThatAreRevokedNeedNoReplacementWhenThereIsAnother) {
  const std::string kid = first_kid();
  ask(Method::post, "/keys/rotate");
  wait_for_activation();
  const Answer revoked = ask(Method::post, "/keys/" + kid + "/revoke");
  EXPECT_EQ(revoked.status, 200);
  EXPECT_EQ(revoked.member("replacement_kid"), "null");
  EXPECT_EQ(in_vault(), 2U);
  EXPECT_TRUE(refused(ask(Method::post, "/keys/key_none/revoke"), 404, "not-found"));
}

}  // namespace
}  // namespace optare
