#include "commands/application/activate_client.h"
#include "commands/application/deactivate_client.h"
#include "commands/application/revoke_client_tokens.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

const DeactivateClient deactivate{.client = ClientId("srv_a"), .reason = "abuse"};
const ActivateClient activate{.client = ClientId("srv_a"), .reason = "sorry"};
const RevokeClientTokens revoke_tokens{.client = ClientId("srv_a"), .reason = "leak"};

TEST(DeactivateClient, RecordsTheReason) {
  const Decided decided = given({created("srv_a")}).when(deactivate);
  EXPECT_EQ(decided.events(), (Events{ClientDeactivated{.reason = "abuse"}}));
  EXPECT_EQ(decided.decision().changes.front().expected_version, 1U);
  EXPECT_TRUE(decided.decision().guards.empty());
}

TEST(DeactivateClient, DoesNothingTheSecondTime) {
  EXPECT_TRUE(given({created("srv_a"), deactivated("srv_a")}).when(deactivate).nothing());
}

TEST(DeactivateClient, FindsOnlyLivingApplications) {
  EXPECT_EQ(given({}).when(deactivate).code(), Code::not_found);
  EXPECT_EQ(given({created("srv_a"), deleted("srv_a")}).when(deactivate).code(), Code::not_found);
}

TEST(ActivateClient, LetsItActAgain) {
  EXPECT_EQ(given({created("srv_a"), deactivated("srv_a")}).when(activate).events(),
            (Events{ClientActivated{.reason = "sorry"}}));
}

TEST(ActivateClient, DoesNothingWhenItIsActive) {
  EXPECT_TRUE(given({created("srv_a")}).when(activate).nothing());
  EXPECT_TRUE(
      given({created("srv_a"), deactivated("srv_a"), activated("srv_a")}).when(activate).nothing());
}

TEST(ActivateClient, FindsOnlyLivingApplications) {
  EXPECT_EQ(given({}).when(activate).code(), Code::not_found);
  EXPECT_EQ(given({created("srv_a"), deleted("srv_a")}).when(activate).code(), Code::not_found);
}

TEST(RevokeClientTokens, ActsEachTimeBecauseTokensMayHaveBeenIssuedBetween) {
  Given history({created("srv_a")});
  EXPECT_EQ(history.happens(revoke_tokens).events(),
            (Events{ClientTokensRevoked{.reason = "leak"}}));
  EXPECT_EQ(history.happens(revoke_tokens).events(),
            (Events{ClientTokensRevoked{.reason = "leak"}}));
  EXPECT_EQ(history.states().application(ClientId("srv_a"))->standing_ordinal, 3U);
}

TEST(RevokeClientTokens, FindsOnlyLivingApplications) {
  EXPECT_EQ(given({}).when(revoke_tokens).code(), Code::not_found);
  EXPECT_EQ(given({created("srv_a"), deleted("srv_a")}).when(revoke_tokens).code(),
            Code::not_found);
}

}  // namespace
}  // namespace optare
