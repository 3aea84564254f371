#include "commands/api/allow_introspector.h"
#include "commands/api/remove_introspector.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

AllowIntrospector allow(const std::string& client, const std::string& api = "api_x") {
  return {.api = ApiId(api), .client = ClientId(client)};
}
RemoveIntrospector remove(const std::string& client) {
  return {.api = ApiId("api_x"), .client = ClientId(client)};
}
const Fact products = registered("api_x", "https://api.example.com", {"read"});

TEST(AllowIntrospector, WritesTheApiAndReliesOnTheApplication) {
  const Decided decided = given({products, created("srv_a")}).when(allow("srv_a"));
  EXPECT_EQ(decided.events(), (Events{IntrospectorAllowed{.client_id = "srv_a"}}));
  EXPECT_EQ(decided.written(), (std::vector<std::string>{"api/api_x"}));
  EXPECT_EQ(decided.decision().guards, (std::vector<Guard>{{"application/srv_a", 1}}));
}

TEST(AllowIntrospector, DoesNothingTheSecondTime) {
  EXPECT_TRUE(given({products, created("srv_a"), introspector_allowed("api_x", "srv_a")})
                  .when(allow("srv_a"))
                  .nothing());
}

TEST(AllowIntrospector, FindsOnlyLivingApisAndApplications) {
  EXPECT_EQ(given({created("srv_a")}).when(allow("srv_a")).code(), Code::not_found);
  EXPECT_EQ(given({products}).when(allow("srv_a")).code(), Code::not_found);
  EXPECT_EQ(given({products, api_deleted("api_x"), created("srv_a")}).when(allow("srv_a")).code(),
            Code::not_found);
  EXPECT_EQ(given({products, created("srv_a"), deleted("srv_a")}).when(allow("srv_a")).code(),
            Code::not_found);
}

TEST(AllowIntrospector, LeavesTheAdminApiAlone) {
  const Given history({log_created(), admin_api_registered(), created("srv_a")});
  EXPECT_EQ(history.when(allow("srv_a", admin_api_id)).code(), Code::conflict);
}

TEST(AllowIntrospector, StopsAtFifty) {
  Given history({products, created("srv_a")});
  for (std::size_t i = 0; i < api_introspectors_max; ++i) {
    EXPECT_EQ(history.when(allow("srv_a")).code(), std::nullopt) << i;
    history.add(introspector_allowed("api_x", "srv_b" + std::to_string(i)));
  }
  EXPECT_EQ(history.when(allow("srv_a")).code(), Code::unprocessable);
}

TEST(RemoveIntrospector, TakesItAwayWhetherOrNotTheApplicationLives) {
  const Given history({products, introspector_allowed("api_x", "srv_gone")});
  EXPECT_EQ(history.when(remove("srv_gone")).events(),
            (Events{IntrospectorRemoved{.client_id = "srv_gone"}}));
}

TEST(RemoveIntrospector, DoesNothingTheSecondTime) {
  Given history({products, introspector_allowed("api_x", "srv_a")});
  history.happens(remove("srv_a"));
  EXPECT_TRUE(history.when(remove("srv_a")).nothing());
}

TEST(RemoveIntrospector, FindsOnlyLivingApis) {
  EXPECT_EQ(given({}).when(remove("srv_a")).code(), Code::not_found);
  EXPECT_EQ(given({products, api_deleted("api_x")}).when(remove("srv_a")).code(), Code::not_found);
}

}  // namespace
}  // namespace optare
