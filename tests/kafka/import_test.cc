// A deployment that outgrew its folder goes on over brokers (design D4). Into another folder, and
// what is refused: tests/e2e.
#include <gmock/gmock.h>

#include "tests/support/fleet.h"
#include "tests/support/moving.h"

namespace optare {
namespace {

using testing::HasSubstr;

using MovingToBrokers = Moving;

TEST_F(MovingToBrokers, KeepsItsHistoryOnEveryNode) {
  const Fleet fleet;
  const Ended moved = import(fleet.flags());
  ASSERT_EQ(moved.code, 0) << moved.out << moved.err;
  EXPECT_THAT(moved.out, HasSubstr("the chain is the same"));
  server.start(fleet.flags());
  ServerProcess other;  // from the topics alone
  other.start(fleet.flags());
  const auto all = [&] { return server.admin_call("GET", "/events?limit=200"); };
  auto now = items_of(decided(all).body);
  EXPECT_EQ(json_member(now.back(), "type"), "LogSealed");
  now.pop_back();
  EXPECT_EQ(now, items_of(events)) << "ordinals, versions and times are what they were";
  for (const ServerProcess* node : {&server, &other}) {
    EXPECT_TRUE(node->active(app, token));
    EXPECT_FALSE(node->active(app, revoked_token));
    EXPECT_EQ(node->decided_token(app, "").status, 200);
  }
  const HttpResponse again = rename_once();
  EXPECT_EQ(again.body, renamed.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  const auto remove = [&] { return server.admin_call("DELETE", "/applications/" + app.client_id); };
  EXPECT_EQ(decided(remove).status, 200);
  wait_until("the other node to refuse it",
             [&] { return other.request_token(app, "").status == 401; });
  EXPECT_EQ(server.stop(), 0);
  const Ended verified = fleet.run_beside(server, {"replay", "--verify"});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

TEST_F(MovingToBrokers, HappensOnce) {
  const Fleet fleet;
  ASSERT_EQ(import(fleet.flags()).code, 0);
  const Ended again = import(fleet.flags());
  EXPECT_EQ(again.code, 4) << again.out << again.err;
  EXPECT_THAT(again.err, HasSubstr("moved here already, and sealed at position"));
}

TEST_F(MovingToBrokers, GoesNowhereWhereAnotherDeploymentLives) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  const Ended refused = import(fleet.flags());
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.err, HasSubstr("another deployment"));
  EXPECT_FALSE(std::filesystem::exists(old_folder / "moved"));
}

}  // namespace
}  // namespace optare
