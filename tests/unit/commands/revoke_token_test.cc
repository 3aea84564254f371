#include "commands/token/revoke_token.h"

#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

const RevokeToken revoke{.jti = TokenId("00abc"),
                         .client = ClientId("srv_a"),
                         .expires_at = start + std::chrono::hours(1)};

TEST(RevokeToken, IsRecordedInThePartitionOfTheToken) {
  const Decided decided = given({}).when(revoke);
  EXPECT_EQ(decided.events(),
            (Events{TokenRevoked{.client_id = "srv_a",
                                 .token_expires_at = milliseconds_of(revoke.expires_at)}}));
  EXPECT_EQ(decided.decision().partition, Partition::tokens_00);
  EXPECT_EQ(decided.written(), (std::vector<std::string>{"00/revocation/00abc"}));
  EXPECT_TRUE(decided.decision().guards.empty());
}

TEST(RevokeToken, DoesNothingTheSecondTime) {
  Given history;
  history.happens(revoke);
  EXPECT_TRUE(history.when(revoke).nothing());
}

TEST(RevokeToken, DoesNothingForATokenThatHasEnded) {
  EXPECT_EQ(given({}).wait(std::chrono::hours(1) - Duration(1)).when(revoke).events().size(), 1U);
  EXPECT_TRUE(given({}).wait(std::chrono::hours(1)).when(revoke).nothing());
}

}  // namespace
}  // namespace optare
