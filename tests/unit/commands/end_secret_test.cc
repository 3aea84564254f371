#include "commands/application/expire_secret.h"
#include "commands/application/revoke_secret.h"
#include "commands/policies/expire_rotated_secret.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;
using std::chrono::hours;

RevokeSecret revoke(const std::string& secret) {
  return {.client = ClientId("srv_a"), .secret = SecretId(secret)};
}
ExpireSecret expire(const std::string& secret) {
  return expire_rotated_secret(ClientId("srv_a"), SecretId(secret));
}
Given under_way() { return given({created("srv_a"), rotated("srv_a", "sec_2")}); }

TEST(RevokeSecret, EndsAnOldSecretEarly) {
  EXPECT_EQ(under_way().when(revoke("sec_1")).events(),
            (Events{SecretRevoked{.secret_id = "sec_1"}}));
}

TEST(RevokeSecret, SaysThatALapsedOneExpired) {
  EXPECT_EQ(under_way().wait(hours(24)).when(revoke("sec_1")).events(),
            (Events{SecretExpired{.secret_id = "sec_1"}}));
}

TEST(RevokeSecret, NeverEndsTheNewest) {
  EXPECT_EQ(under_way().when(revoke("sec_2")).code(), Code::conflict);
  EXPECT_EQ(given({created("srv_a")}).when(revoke("sec_1")).code(), Code::conflict);
}

TEST(RevokeSecret, FindsOnlyWhatIsThere) {
  EXPECT_EQ(given({}).when(revoke("sec_1")).code(), Code::not_found);
  EXPECT_EQ(under_way().when(revoke("sec_9")).code(), Code::not_found);
  EXPECT_EQ(given({created("srv_a"), deleted("srv_a")}).when(revoke("sec_1")).code(),
            Code::not_found);
  Given history = under_way();
  history.happens(revoke("sec_1"));
  EXPECT_EQ(history.when(revoke("sec_1")).code(), Code::not_found);
}

TEST(ExpireSecret, SpeaksOnceTheDeadlineHasCome) {
  EXPECT_TRUE(under_way().wait(hours(24) - Duration(1)).when(expire("sec_1")).nothing());
  EXPECT_EQ(under_way().wait(hours(24)).when(expire("sec_1")).events(),
            (Events{SecretExpired{.secret_id = "sec_1"}}));
}

TEST(ExpireSecret, DoesNothingTheSecondTime) {
  Given history = under_way();
  history.wait(hours(24)).happens(expire("sec_1"));
  EXPECT_TRUE(history.when(expire("sec_1")).nothing());
}

TEST(ExpireSecret, OfTwoNodesOneCommitCounts) {
  Given history = under_way();
  history.wait(hours(24));
  const Decided here = history.when(expire("sec_1")), there = history.when(expire("sec_1"));
  EXPECT_TRUE(history.states().apply(here.decision(), history.now()));
  EXPECT_FALSE(history.states().apply(there.decision(), history.now()));
}

TEST(ExpireSecret, LeavesTheCurrentSecretAndTheAbsentAlone) {
  EXPECT_TRUE(under_way().wait(hours(9'999)).when(expire("sec_2")).nothing());
  EXPECT_TRUE(under_way().when(expire("sec_9")).nothing());
  EXPECT_TRUE(given({}).when(expire("sec_1")).nothing());
  EXPECT_TRUE(given({created("srv_a"), rotated("srv_a", "sec_2"), deleted("srv_a")})
                  .wait(hours(24))
                  .when(expire("sec_1"))
                  .nothing());
}

}  // namespace
}  // namespace optare
