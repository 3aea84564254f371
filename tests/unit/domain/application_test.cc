#include "core/application/application.h"

#include <gtest/gtest.h>

#include "core/base/row_codec.h"
#include "tests/support/facts.h"

namespace optare {
namespace {

using namespace facts;

// A history of one application: event i happens at ordinal 10 * i, i hours after the start.
Result<Application> fold(const std::vector<Fact>& history) {
  Application state;
  std::uint64_t i = 0;
  for (const Fact& fact : history) {
    ++i;
    const auto event = narrow<ApplicationEvent>(fact.event);
    auto next =
        evolve(std::move(state), *event, {fact.stream, 10 * i, i, start + std::chrono::hours(i)});
    if (!next) return next;
    state = *std::move(next);
  }
  return state;
}

Timestamp hour(int h) { return start + std::chrono::hours(h); }

TEST(Application, IsWhatItsCreationSays) {
  const auto application = fold({created("srv_a", "Cron")});
  ASSERT_TRUE(application);
  EXPECT_EQ(application->id, ClientId("srv_a"));
  EXPECT_EQ(application->name, "Cron");
  EXPECT_EQ(application->standing, Standing::active);
  EXPECT_EQ(application->standing_ordinal, 10U);
  EXPECT_EQ(application->version, 1U);
  EXPECT_EQ(application->created_at, hour(1));
  ASSERT_EQ(application->secrets.size(), 1U);
  EXPECT_EQ(application->secrets[0],
            (ClientSecret{SecretId("sec_1"), std::string(32, 'd'), hour(1), std::nullopt}));
}

TEST(Application, StandingMovesWithWhatEndsTokensAndWithNothingElse) {
  struct Row {
    Fact fact;
    bool moves;
  };
  const std::vector<Row> rows{
      {of_application("srv_a", ClientRenamed{.name = "Other"}), false},
      {deactivated("srv_a"), true},
      {of_application("srv_a", ClientTokensRevoked{.reason = ""}), true},
      {deleted("srv_a"), true},
      {rotated("srv_a", "sec_2"), false},
      {granted("srv_a", "api_x", {"read"}), false},
  };
  for (const Row& row : rows) {
    const auto application = fold({created("srv_a"), row.fact});
    ASSERT_TRUE(application);
    EXPECT_EQ(application->standing_ordinal, row.moves ? 20U : 10U) << event_name(row.fact.event);
    EXPECT_EQ(application->updated_at, hour(2));
  }
  EXPECT_EQ(fold({created("srv_a"), deactivated("srv_a"), activated("srv_a")})->standing_ordinal,
            30U);
}

TEST(Application, RotationGivesTheCurrentSecretADeadlineFromLogTime) {
  const auto application =
      fold({created("srv_a"), rotated("srv_a", "sec_2", std::chrono::hours(24))});
  ASSERT_TRUE(application);
  ASSERT_EQ(application->secrets.size(), 2U);
  EXPECT_EQ(application->secrets[0].expires_at, hour(2 + 24));
  EXPECT_EQ(application->secrets[1].expires_at, std::nullopt);
  EXPECT_TRUE(application->secrets[0].live(hour(26) - Duration(1)));
  EXPECT_FALSE(application->secrets[0].live(hour(26)));
}

TEST(Application, DroppingTheOlderSecretGivesTheCurrentOneTheOverlap) {
  const auto application = fold({created("srv_a"), rotated("srv_a", "sec_2"),
                                 rotated("srv_a", "sec_3", std::chrono::hours(1), "sec_1")});
  ASSERT_TRUE(application);
  ASSERT_EQ(application->secrets.size(), 2U);
  EXPECT_EQ(application->secrets[0].id, SecretId("sec_2"));
  EXPECT_EQ(application->secrets[0].expires_at, hour(4));
}

TEST(Application, DroppingTheNewestSecretLeavesTheOlderItsDeadline) {
  const auto application = fold({created("srv_a"), rotated("srv_a", "sec_2"),
                                 rotated("srv_a", "sec_3", std::chrono::hours(1), "sec_2")});
  ASSERT_TRUE(application);
  ASSERT_EQ(application->secrets.size(), 2U);
  EXPECT_EQ(application->secrets[0].id, SecretId("sec_1"));
  EXPECT_EQ(application->secrets[0].expires_at, hour(2 + 24));
}

TEST(Application, AGrantsStandingMovesWhenItIsNewAndWhenItLosesAScope) {
  const auto standing = [](const std::vector<Fact>& grants) {
    std::vector<Fact> history{created("srv_a")};
    history.insert(history.end(), grants.begin(), grants.end());
    return fold(history)->grant(ApiId("api_x"))->standing;
  };
  const Fact read = granted("srv_a", "api_x", {"read"}),
             both = granted("srv_a", "api_x", {"write", "read"});
  const Fact revoked = of_application("srv_a", ApiGrantRevoked{.api_id = "api_x"});
  EXPECT_EQ(standing({read}), 20U);
  EXPECT_EQ(standing({read, both}), 20U) << "only widened";
  EXPECT_EQ(standing({both, read}), 30U) << "lost a scope";
  EXPECT_EQ(standing({read, granted("srv_a", "api_x", {"write"})}), 30U) << "exchanged one";
  EXPECT_EQ(standing({read, revoked, read}), 40U) << "granted anew";
}

TEST(Application, KeepsGrantsByApiAndTheirScopesSorted) {
  const auto application = fold({created("srv_a"), granted("srv_a", "api_y", {"b", "a", "b"}),
                                 granted("srv_a", "api_x", {})});
  ASSERT_TRUE(application);
  ASSERT_EQ(application->grants.size(), 2U);
  EXPECT_EQ(application->grants[0].api, ApiId("api_x"));
  EXPECT_EQ(application->grants[1].scopes, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(application->grants[1].has_scope("a"));
  EXPECT_FALSE(application->grants[1].has_scope("c"));
  EXPECT_EQ(application->grant(ApiId("api_z")), nullptr);
}

TEST(Application, LeavesATombstoneWithoutSecretsAndGrants) {
  const auto application =
      fold({created("srv_a", "Cron"), granted("srv_a", "api_x", {"read"}), deleted("srv_a")});
  ASSERT_TRUE(application);
  EXPECT_FALSE(application->exists());
  EXPECT_EQ(application->standing, Standing::deleted);
  EXPECT_EQ(application->name, "Cron");
  EXPECT_EQ(application->version, 3U);
  EXPECT_EQ(application->deleted_at, hour(3));
  EXPECT_TRUE(application->secrets.empty());
  EXPECT_TRUE(application->grants.empty());
}

TEST(Application, RefusesEventsThatCannotFollow) {
  const Fact renamed = of_application("srv_a", ClientRenamed{.name = "Other"});
  const std::vector<std::vector<Fact>> histories{
      {renamed},
      {deactivated("srv_a")},
      {activated("srv_a")},
      {deleted("srv_a")},
      {rotated("srv_a", "sec_2")},
      {granted("srv_a", "api_x", {})},
      {of_application("srv_a", ClientTokensRevoked{.reason = ""})},
      {created("srv_a"), created("srv_a")},
      {created("srv_a"), activated("srv_a")},
      {created("srv_a"), deactivated("srv_a"), deactivated("srv_a")},
      {created("srv_a"), deleted("srv_a"), renamed},
      {created("srv_a"), deleted("srv_a"), created("srv_a")},
      {created("srv_a"), rotated("srv_a", "sec_1")},
      {created("srv_a"), rotated("srv_a", "sec_2", Duration::zero(), "sec_9")},
      {created("srv_a"), rotated("srv_a", "sec_2"), rotated("srv_a", "sec_3")},
      {created("srv_a"), of_application("srv_a", SecretRevoked{.secret_id = "sec_1"})},
      {created("srv_a"), of_application("srv_a", SecretExpired{.secret_id = "sec_9"})},
      {created("srv_a"), of_application("srv_a", ApiGrantRevoked{.api_id = "api_x"})},
      {of_application("srv_a", ClientCreated{.type = ClientType::m2m,
                                             .name = "Cron",
                                             .secret_id = "sec_1",
                                             .secret_digest = {1}})},
      {{"elsewhere/srv_a", created("srv_a").event}},
  };
  for (std::size_t i = 0; i < histories.size(); ++i) {
    const auto application = fold(histories[i]);
    ASSERT_FALSE(application) << "history " << i;
    EXPECT_EQ(application.error().code, Code::internal);
  }
}

TEST(Application, ComesBackFromItsRow) {
  const auto application = fold({created("srv_a"), rotated("srv_a", "sec_2"),
                                 granted("srv_a", "api_x", {"read"}), deactivated("srv_a")});
  ASSERT_TRUE(application);
  EXPECT_EQ(decode_row<Application>(encode_row(*application)), *application);
}

}  // namespace
}  // namespace optare
