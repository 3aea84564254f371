// Somebody must be able to administer, whatever is asked.
#include "commands/application/administrators.h"

#include "commands/application/deactivate_client.h"
#include "commands/application/delete_application.h"
#include "commands/application/grant_api.h"
#include "commands/application/revoke_api_grant.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

const DeleteApplication remove{.client = ClientId("srv_a"), .reason = ""};
const DeactivateClient deactivate{.client = ClientId("srv_a"), .reason = ""};
const RevokeApiGrant revoke_grant{.client = ClientId("srv_a"), .api = ApiId(admin_api_id)};

GrantApi demote(std::vector<std::string> scopes = {"read:apis"}) {
  return {.client = ClientId("srv_a"),
          .api = ApiId(admin_api_id),
          .scopes = std::move(scopes),
          .actor_scopes = std::nullopt};
}
std::vector<Fact> administrator(const std::string& client) {
  return {created(client), granted(client, admin_api_id, admin_scope_names())};
}
Given given_with(const std::vector<Fact>& more) {
  Given history({log_created(), admin_api_registered()});
  for (const Fact& fact : administrator("srv_a")) history.add(fact);
  for (const Fact& fact : more) history.add(fact);
  return history;
}

void expect_all_refused(const Given& history) {
  EXPECT_EQ(history.when(remove).code(), Code::last_administrator);
  EXPECT_EQ(history.when(deactivate).code(), Code::last_administrator);
  EXPECT_EQ(history.when(revoke_grant).code(), Code::last_administrator);
  EXPECT_EQ(history.when(demote()).code(), Code::last_administrator);
}

TEST(LastAdministrator, CannotBeTakenAway) { expect_all_refused(given_with({})); }

TEST(LastAdministrator, IsNotSavedByOnesThatCannotAdminister) {
  std::vector<Fact> inactive = administrator("srv_b");
  inactive.push_back(deactivated("srv_b"));
  expect_all_refused(given_with(inactive));
  std::vector<Fact> gone = administrator("srv_b");
  gone.push_back(deleted("srv_b"));
  expect_all_refused(given_with(gone));
  expect_all_refused(given_with(
      {created("srv_b"), granted("srv_b", admin_api_id, {"read:applications", "write:apis"})}));
}

TEST(LastAdministrator, KeepsItsGrantWhenItOnlyLosesOtherScopes) {
  EXPECT_EQ(given_with({}).when(demote({"write:applications"})).code(), std::nullopt);
}

TEST(Administrators, MayGoWhileAnotherStaysAndRelyOnIt) {
  const Given history = given_with(administrator("srv_b"));
  const Guard other{"application/srv_b", 2};
  EXPECT_EQ(history.when(remove).decision().guards, std::vector{other});
  EXPECT_EQ(history.when(deactivate).decision().guards, std::vector{other});
  EXPECT_EQ(history.when(revoke_grant).decision().guards, std::vector{other});
  EXPECT_EQ(history.when(demote()).decision().guards,
            (std::vector<Guard>{other, {"api/api_admin", 1}}));
}

TEST(Administrators, OfTwoThatDeleteEachOtherAtOnceOneStays) {
  Given history = given_with(administrator("srv_b"));
  const Decided a = history.when(remove);
  const Decided b = history.when(DeleteApplication{.client = ClientId("srv_b"), .reason = ""});
  EXPECT_TRUE(history.states().apply(a.decision(), history.now()));
  EXPECT_FALSE(history.states().apply(b.decision(), history.now()));
}

TEST(Administrators, AreFoundBehindManyThatAreNot) {
  Given history = given_with({});
  for (int i = 1000; i < 1250; ++i) {
    const std::string client = "srv_" + std::to_string(i);
    history.add(created(client)).add(granted(client, admin_api_id, {"read:apis"}));
  }
  expect_all_refused(history);
  for (const Fact& fact : administrator("srv_z")) history.add(fact);
  EXPECT_EQ(history.when(remove).decision().guards, (std::vector<Guard>{{"application/srv_z", 2}}));
}

TEST(Administrators, OthersNeedNobody) {
  const Given history({log_created(), admin_api_registered(), created("srv_a"),
                       granted("srv_a", admin_api_id, {"read:apis"})});
  EXPECT_EQ(history.when(remove).events(), (Events{ApplicationDeleted{.reason = ""}}));
  EXPECT_TRUE(history.when(remove).decision().guards.empty());
  EXPECT_TRUE(history.when(revoke_grant).decision().guards.empty());
}

}  // namespace
}  // namespace optare
