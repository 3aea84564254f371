#include "commands/application/create_client.h"

#include "core/application/name.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

CreateClient create(std::vector<RequestedGrant> grants = {},
                    ActorScopes actor_scopes = std::nullopt) {
  return {.client = ClientId("srv_new"),
          .type = ClientType::m2m,
          .display_name = "Cron",
          .secret = {SecretId("sec_1"), std::string(32, 'd')},
          .grants = std::move(grants),
          .actor_scopes = std::move(actor_scopes)};
}
const Fact products = registered("api_x", "https://api.example.com", {"read", "write"});

TEST(CreateClient, RecordsTheDigestOfItsFirstSecret) {
  const Decided decided = given({}).when(create());
  EXPECT_EQ(decided.events(), (Events{created("srv_new", "Cron").event}));
  EXPECT_EQ(decided.decision().changes.front().expected_version, 0U);
  EXPECT_EQ(decided.decision().partition, Partition::control);
}

TEST(CreateClient, GrantsInTheSameCommitAndReliesOnTheApis) {
  const Given before({products, registered("api_y", "https://y.example.com", {"a"})});
  const Decided decided = before.when(create(
      {{ApiId("api_x"), "", {"write", "read", "write"}}, {ApiId(), "https://y.example.com", {}}}));
  EXPECT_EQ(decided.events(), (Events{created("srv_new", "Cron").event,
                                      ApiGranted{.api_id = "api_x", .scopes = {"read", "write"}},
                                      ApiGranted{.api_id = "api_y", .scopes = {}}}));
  EXPECT_EQ(decided.written(), (std::vector<std::string>{"application/srv_new"}));
  EXPECT_EQ(decided.decision().guards, (std::vector<Guard>{{"api/api_x", 1}, {"api/api_y", 1}}));
}

TEST(CreateClient, RefusesAnIdThatWasUsed) {
  EXPECT_EQ(given({created("srv_new")}).when(create()).code(), Code::conflict);
  EXPECT_EQ(given({created("srv_new"), deleted("srv_new")}).when(create()).code(), Code::conflict);
}

TEST(CreateClient, RefusesABadName) {
  CreateClient command = create();
  command.display_name = std::string(name_characters_max + 1, 'a');
  const Decided decided = given({}).when(command);
  EXPECT_EQ(decided.code(), Code::invalid);
  EXPECT_EQ(decided.pointer(), "/name");
}

TEST(CreateClient, RefusesApisThatAreNotThere) {
  for (const RequestedGrant& grant : {RequestedGrant{ApiId("api_z"), "", {}},
                                      RequestedGrant{ApiId(), "https://z.example.com", {}},
                                      RequestedGrant{ApiId("api_x"), "", {}}}) {
    const Decided decided = given({products, api_deleted("api_x")}).when(create({grant}));
    EXPECT_EQ(decided.code(), Code::unprocessable);
    EXPECT_EQ(decided.pointer(), "/apis/0");
  }
}

TEST(CreateClient, RefusesAnApiNamedTwice) {
  const Decided decided =
      given({products})
          .when(create({{ApiId("api_x"), "", {}}, {ApiId(), "https://api.example.com", {"read"}}}));
  EXPECT_EQ(decided.code(), Code::invalid);
  EXPECT_EQ(decided.pointer(), "/apis/1");
}

TEST(CreateClient, RefusesAScopeThatTheApiLacks) {
  const Decided decided = given({products}).when(create({{ApiId("api_x"), "", {"read", "admin"}}}));
  EXPECT_EQ(decided.code(), Code::unprocessable);
  EXPECT_EQ(decided.pointer(), "/apis/0/scopes/1");
}

TEST(CreateClient, GivesOnlyTheAdminScopesThatTheActorHas) {
  const Given before({log_created(), admin_api_registered(), products});
  const std::vector<RequestedGrant> grants{{ApiId(admin_api_id), "", {"read:apis", "manage:keys"}}};
  const Decided refused =
      before.when(create(grants, std::vector<std::string>{"read:apis", "write:applications"}));
  EXPECT_EQ(refused.code(), Code::insufficient_scope);
  EXPECT_EQ(refused.pointer(), "/apis/0/scopes/1");
  EXPECT_EQ(
      before.when(create(grants, std::vector<std::string>{"read:apis", "manage:keys"})).code(),
      std::nullopt);
  EXPECT_EQ(before.when(create(grants)).code(), std::nullopt) << "the operator is not bound";
  EXPECT_EQ(
      before.when(create({{ApiId("api_x"), "", {"read"}}}, std::vector<std::string>{})).code(),
      std::nullopt)
      << "other APIs are";
}

TEST(CreateClient, HasRoomForSoManyGrantsInOneCommit) {
  Given before;
  std::vector<RequestedGrant> grants;
  for (std::size_t i = 0; i <= create_client_grants_max; ++i) {
    const std::string n = std::to_string(i);
    before.add(registered("api_" + n, "https://" + n + ".example.com", {}));
    grants.push_back({ApiId("api_" + n), "", {}});
  }
  EXPECT_EQ(before.when(create(grants)).code(), Code::invalid);
  EXPECT_EQ(before.when(create(grants)).pointer(), "/apis");
  grants.pop_back();
  const Decided decided = before.when(create(grants));
  EXPECT_LT(decided.decision().guards.size(), commit_guards_max)
      << "the actor's own guard needs room";
  EXPECT_LE(decided.events().size(), commit_events_max);
}

}  // namespace
}  // namespace optare
