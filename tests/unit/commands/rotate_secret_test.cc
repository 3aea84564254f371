#include "commands/application/rotate_secret.h"

#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;
using std::chrono::hours;
using std::chrono::seconds;

RotateSecret rotate(const std::string& secret, std::optional<std::string> drop = std::nullopt,
                    Duration overlap = secret_overlap_default) {
  return {.client = ClientId("srv_a"),
          .secret = {SecretId(secret), std::string(32, 'd')},
          .overlap = overlap,
          .drop = drop ? std::optional(SecretId(*drop)) : std::nullopt};
}
// sec_1 has a deadline in 24 hours, sec_2 is the current one.
Given under_way() { return given({created("srv_a"), rotated("srv_a", "sec_2")}); }

TEST(RotateSecret, KeepsTheOldSecretForADayUnlessToldOtherwise) {
  EXPECT_EQ(given({created("srv_a")}).when(rotate("sec_2")).events(),
            (Events{rotated("srv_a", "sec_2", hours(24)).event}));
}

TEST(RotateSecret, OverlapsNotAtAllToSevenDays) {
  const Given history({created("srv_a")});
  EXPECT_EQ(history.when(rotate("sec_2", std::nullopt, seconds(0))).events(),
            (Events{rotated("srv_a", "sec_2", seconds(0)).event}));
  EXPECT_EQ(history.when(rotate("sec_2", std::nullopt, seconds(604'800))).code(), std::nullopt);
  for (const Duration overlap : {Duration(seconds(604'801)), Duration(seconds(-1))}) {
    const Decided decided = history.when(rotate("sec_2", std::nullopt, overlap));
    EXPECT_EQ(decided.code(), Code::invalid);
    EXPECT_EQ(decided.pointer(), "/overlap_seconds");
  }
}

TEST(RotateSecret, RefusesAThirdLiveSecret) {
  EXPECT_EQ(under_way().when(rotate("sec_3")).code(), Code::rotation_under_way);
  EXPECT_EQ(under_way().wait(hours(24) - Duration(1)).when(rotate("sec_3")).code(),
            Code::rotation_under_way);
}

TEST(RotateSecret, SaysFirstThatALapsedSecretExpired) {
  EXPECT_EQ(under_way().wait(hours(24)).when(rotate("sec_3")).events(),
            (Events{SecretExpired{.secret_id = "sec_1"}, rotated("srv_a", "sec_3").event}));
}

TEST(RotateSecret, DropsTheOneThatIsNamed) {
  for (const std::string drop : {"sec_1", "sec_2"}) {
    EXPECT_EQ(under_way().when(rotate("sec_3", drop)).events(),
              (Events{rotated("srv_a", "sec_3", hours(24), drop).event}));
  }
}

TEST(RotateSecret, RefusesADropThatIsNotThere) {
  const Decided unknown = under_way().when(rotate("sec_3", "sec_9"));
  EXPECT_EQ(unknown.code(), Code::unprocessable);
  EXPECT_EQ(unknown.pointer(), "/drop_secret_id");
  EXPECT_EQ(given({created("srv_a")}).when(rotate("sec_2", "sec_1")).code(), Code::unprocessable)
      << "only one is live";
  EXPECT_EQ(under_way().wait(hours(24)).when(rotate("sec_3", "sec_1")).code(), Code::unprocessable)
      << "only one is live";
}

TEST(RotateSecret, DoesNotActTwice) {
  Given history({created("srv_a")});
  history.happens(rotate("sec_2"));
  EXPECT_EQ(history.when(rotate("sec_2")).code(), Code::conflict);
}

TEST(RotateSecret, FindsOnlyLivingApplications) {
  EXPECT_EQ(given({}).when(rotate("sec_2")).code(), Code::not_found);
  EXPECT_EQ(given({created("srv_a"), deleted("srv_a")}).when(rotate("sec_2")).code(),
            Code::not_found);
}

TEST(RotateSecret, LeavesAtMostTwoLiveSecretsHoweverOftenItIsAsked) {
  Given history({created("srv_a")});
  for (int i = 2; i < 20; ++i) {
    const auto& secrets = history.states().application(ClientId("srv_a"))->secrets;
    const std::string drop = secrets[static_cast<std::size_t>(i) % secrets.size()].id.text();
    history.happens(rotate("sec_" + std::to_string(i),
                           secrets.size() == 2 ? std::optional(drop) : std::nullopt));
    EXPECT_LE(history.states().application(ClientId("srv_a"))->secrets.size(), live_secrets_max);
  }
}

}  // namespace
}  // namespace optare
