#include "commands/application/deactivate_client.h"
#include "commands/key/rotate_signing_key.h"
#include "commands/system/bootstrap_admin.h"
#include "commands/system/genesis.h"
#include "commands/system/raise_feature_level.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

Genesis genesis() {
  Genesis g;
  g.log_id.fill(7);
  g.issuer = issuer;
  g.fleet_key_id = 1;
  g.key = {KeyId("key_a"), SigningAlgorithm::ES256, "\1\2\3"};
  g.admin_api = ApiId(admin_api_id);
  g.administrator = ClientId("srv_admin");
  g.secret = {SecretId("sec_1"), std::string(32, 'd')};
  return g;
}
BootstrapAdmin bootstrap() {
  return {.client = ClientId("srv_b"), .secret = {SecretId("sec_1"), std::string(32, 'd')}};
}

TEST(Genesis, HoldsEverythingAFirstStartNeeds) {
  Given history;
  ASSERT_TRUE(history.states().apply(decide_genesis(genesis()), history.now()));
  const MemoryStates& states = history.states();
  EXPECT_EQ(states.position(), 1U) << "one commit";
  EXPECT_EQ(states.system()->issuer, issuer);
  EXPECT_EQ(signing_key_at(*states.signing_keys(), history.now())->id, KeyId("key_a"));
  const auto api = states.built_in_api();
  ASSERT_TRUE(api);
  EXPECT_EQ(api->identifier, "https://id.example.com/api/v1");
  EXPECT_TRUE(api->built_in);
  EXPECT_EQ(api->scopes.size(), 8U);
  const auto administrator = states.application(ClientId("srv_admin"));
  ASSERT_TRUE(administrator);
  EXPECT_TRUE(administers(*administrator, api->id));
  EXPECT_EQ(administrator->grants.front().scopes.size(), 8U);
  EXPECT_EQ(history.when(DeactivateClient{.client = ClientId("srv_admin"), .reason = ""}).code(),
            Code::last_administrator);
}

TEST(Genesis, FitsACommitAndTheRulesOfApis) {
  const Decision decision = decide_genesis(genesis());
  EXPECT_LE(decision.changes.size(), commit_writes_max);
  std::vector<ApiScope> scopes;
  for (const AdminScope& scope : admin_scopes)
    scopes.push_back({std::string(scope.name), std::string(scope.description)});
  EXPECT_TRUE(validate_scopes(scopes));
  EXPECT_TRUE(validate_identifier(admin_api_identifier(issuer)));
}

TEST(Genesis, CountsOnce) {
  Given history;
  EXPECT_TRUE(history.states().apply(decide_genesis(genesis()), history.now()));
  EXPECT_FALSE(history.states().apply(decide_genesis(genesis()), history.now()));
}

TEST(BootstrapAdmin, CreatesAnApplicationThatMayDoEverything) {
  Given history({log_created(), admin_api_registered()});
  const Decided decided = history.happens(bootstrap());
  EXPECT_EQ(decided.decision().guards, (std::vector<Guard>{{"api/api_admin", 1}}));
  EXPECT_TRUE(administers(*history.states().application(ClientId("srv_b")), ApiId(admin_api_id)));
  EXPECT_EQ(history.when(bootstrap()).code(), Code::conflict);
}

TEST(BootstrapAdmin, NeedsALogThatHasBegun) {
  EXPECT_EQ(given({}).when(bootstrap()).code(), Code::not_found);
}

TEST(RaiseFeatureLevel, RecordsIt) {
  const RaiseFeatureLevel raise{.level = 2, .supported = 2};
  EXPECT_EQ(given({log_created()}).when(raise).events(), (Events{FeatureLevelRaised{.level = 2}}));
}

TEST(RaiseFeatureLevel, KnowsThatClaimsMoveTheStream) {
  Given history({log_created()});
  history.happens(RotateSigningKey{.key = {KeyId("key_b"), SigningAlgorithm::ES256, "\1"}});
  const Decided decided = history.happens(RaiseFeatureLevel{.level = 2, .supported = 2});
  EXPECT_EQ(decided.decision().changes.front().expected_version, 2U);
  EXPECT_EQ(history.states().system()->feature_level, 2U);
}

TEST(RaiseFeatureLevel, DoesNothingTheSecondTimeAndNeverLowers) {
  Given history({log_created()});
  history.happens(RaiseFeatureLevel{.level = 3, .supported = 3});
  EXPECT_TRUE(history.when(RaiseFeatureLevel{.level = 3, .supported = 3}).nothing());
  EXPECT_TRUE(history.when(RaiseFeatureLevel{.level = 1, .supported = 3}).nothing());
}

TEST(RaiseFeatureLevel, StopsAtWhatThisBuildUnderstands) {
  RaiseFeatureLevel raise;
  raise.level = feature_level_supported + 1;
  const Decided decided = given({log_created()}).when(raise);
  EXPECT_EQ(decided.code(), Code::unprocessable);
  EXPECT_EQ(decided.pointer(), "/level");
  EXPECT_EQ(given({}).when(raise).code(), Code::not_found);
}

}  // namespace
}  // namespace optare
