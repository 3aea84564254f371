#include "commands/application/grant_api.h"

#include "commands/application/revoke_api_grant.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

GrantApi grant(const std::string& api, std::vector<std::string> scopes,
               ActorScopes actor_scopes = std::nullopt) {
  return {.client = ClientId("srv_a"),
          .api = ApiId(api),
          .scopes = std::move(scopes),
          .actor_scopes = std::move(actor_scopes)};
}
const RevokeApiGrant revoke{.client = ClientId("srv_a"), .api = ApiId("api_x")};
const Fact products = registered("api_x", "https://api.example.com", {"read", "write"});

TEST(GrantApi, WritesTheApplicationAndReliesOnTheApi) {
  const Decided decided =
      given({created("srv_a"), products}).when(grant("api_x", {"write", "read", "read"}));
  EXPECT_EQ(decided.events(), (Events{ApiGranted{.api_id = "api_x", .scopes = {"read", "write"}}}));
  EXPECT_EQ(decided.written(), (std::vector<std::string>{"application/srv_a"}));
  EXPECT_EQ(decided.decision().guards, (std::vector<Guard>{{"api/api_x", 1}}));
}

TEST(GrantApi, DoesNothingWhenTheSameIsGranted) {
  const Given history({created("srv_a"), products, granted("srv_a", "api_x", {"read", "write"})});
  EXPECT_TRUE(history.when(grant("api_x", {"write", "read"})).nothing());
  EXPECT_EQ(history.when(grant("api_x", {"read"})).events().size(), 1U);
  EXPECT_EQ(history.when(grant("api_x", {})).events().size(), 1U);
}

TEST(GrantApi, FindsOnlyLivingApplicationsAndApis) {
  EXPECT_EQ(given({products}).when(grant("api_x", {})).code(), Code::not_found);
  EXPECT_EQ(given({products, created("srv_a"), deleted("srv_a")}).when(grant("api_x", {})).code(),
            Code::not_found);
  EXPECT_EQ(given({created("srv_a")}).when(grant("api_x", {})).code(), Code::not_found);
  EXPECT_EQ(
      given({created("srv_a"), products, api_deleted("api_x")}).when(grant("api_x", {})).code(),
      Code::not_found);
}

TEST(GrantApi, RefusesAScopeThatTheApiLacks) {
  const Decided decided =
      given({created("srv_a"), products}).when(grant("api_x", {"read", "admin"}));
  EXPECT_EQ(decided.code(), Code::unprocessable);
  EXPECT_EQ(decided.pointer(), "/scopes/1");
  EXPECT_EQ(decided.detail(),
            "the API https://api.example.com has no such scope: it has read, write");
}

TEST(GrantApi, GivesOnlyTheAdminScopesThatTheActorHas) {
  Given history({log_created(), admin_api_registered(), created("srv_a"),
                 granted("srv_a", admin_api_id, {"manage:keys"})});
  const Decided refused = history.when(
      grant(admin_api_id, {"read:apis", "write:apis"}, std::vector<std::string>{"read:apis"}));
  EXPECT_EQ(refused.code(), Code::insufficient_scope);
  EXPECT_EQ(refused.pointer(), "/scopes/1");
  EXPECT_EQ(history
                .when(grant(admin_api_id, {"read:apis", "manage:keys"},
                            std::vector<std::string>{"read:apis"}))
                .code(),
            std::nullopt)
      << "manage:keys is left, not given";
}

TEST(GrantApi, StopsAtAHundredGrants) {
  Given history({created("srv_a"), products});
  for (std::size_t i = 0; i < application_grants_max; ++i) {
    const std::string n = std::to_string(i);
    EXPECT_EQ(history.when(grant("api_x", {"read"})).code(), std::nullopt) << i;
    history.add(registered("api_n" + n, "https://" + n + ".example.com", {}))
        .add(granted("srv_a", "api_n" + n, {}));
  }
  EXPECT_EQ(history.when(grant("api_x", {"read"})).code(), Code::unprocessable);
  EXPECT_TRUE(history.when(grant("api_n7", {})).nothing()) << "one that is there is no new one";
}

TEST(GrantApi, LosesTheRaceAgainstTheApisDeletion) {
  Given history({created("srv_a"), products});
  const Decided decided = history.when(grant("api_x", {"read"}));
  history.add(api_deleted("api_x"));
  EXPECT_FALSE(history.states().apply(decided.decision(), history.now()));
}

TEST(RevokeApiGrant, TakesItAway) {
  const Given history({created("srv_a"), products, granted("srv_a", "api_x", {"read"})});
  EXPECT_EQ(history.when(revoke).events(), (Events{ApiGrantRevoked{.api_id = "api_x"}}));
}

TEST(RevokeApiGrant, NeedsNoLivingApi) {
  const Given history(
      {created("srv_a"), products, granted("srv_a", "api_x", {"read"}), api_deleted("api_x")});
  EXPECT_EQ(history.when(revoke).events().size(), 1U);
}

TEST(RevokeApiGrant, DoesNothingWhenThereIsNone) {
  Given history({created("srv_a"), products, granted("srv_a", "api_x", {"read"})});
  history.happens(revoke);
  EXPECT_TRUE(history.when(revoke).nothing());
  EXPECT_TRUE(given({created("srv_a")}).when(revoke).nothing());
}

TEST(RevokeApiGrant, FindsOnlyLivingApplications) {
  EXPECT_EQ(given({}).when(revoke).code(), Code::not_found);
  EXPECT_EQ(given({created("srv_a"), deleted("srv_a")}).when(revoke).code(), Code::not_found);
}

}  // namespace
}  // namespace optare
