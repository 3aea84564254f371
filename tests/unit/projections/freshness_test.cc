// How old a view is, and what counts as dead while nobody knows whether it is.
#include <gtest/gtest.h>

#include "commands/application/delete_application.h"
#include "core/log/log_clock.h"
#include "tests/support/created.h"
#include "tests/support/endless_log.h"
#include "tests/support/held_log.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

class FreshnessTest : public testing::Test {
 protected:
  Deployment deployment;
  SmallNode node{deployment};
};

TEST_F(FreshnessTest, IsNotFreshOnceItHeardNothingForTooLong) {
  node.settle();
  EXPECT_TRUE(node.states.fresh());
  deployment.clock.advance(15s);
  EXPECT_TRUE(node.states.fresh());
  deployment.clock.advance(1ms);
  EXPECT_FALSE(node.states.fresh());
  node.settle();
  EXPECT_TRUE(node.states.fresh());
}

// Fresh is who applied what is older than the limit (contracts.md G), not who finds nothing to do.
TEST_F(FreshnessTest, StaysFreshWhileThereIsAlwaysMoreToApply) {
  EndlessLog log(deployment.clock);
  CountedStore store;
  LiveStates states(store, log, deployment.clock);
  Follower busy({.log = log,
                 .store = store,
                 .mac = node.mac,
                 .log_id = deployment.log_id,
                 .node_id = "node_1",
                 .states = states,
                 .settler = nullptr});
  busy.open();
  states.doubt("application/srv_a", log.now() + 10s);
  for (int second = 0; second < 40; ++second) {
    deployment.clock.advance(1s);
    EXPECT_TRUE(busy.step());
    EXPECT_TRUE(states.fresh()) << second;
  }
  EXPECT_FALSE(states.quarantined("application/srv_a")) << "its deadline is long over";
  EXPECT_EQ(states.head(Partition::tokens_00).next_offset, 1U) << "tokens have their turn";
  EXPECT_EQ(log.most_asked(), 513U) << "a slice, and the record before it";
}

TEST_F(FreshnessTest, CountsAStreamInDoubtAsDeadUntilItsDeadlineHasPassed) {
  node.states.doubt("application/srv_a", deployment.log.now() + 10s);
  EXPECT_TRUE(node.states.quarantined("application/srv_a"));
  EXPECT_FALSE(node.states.quarantined_forever("application/srv_a"));
  deployment.clock.advance(10s + clock_skew_max);
  node.settle();
  EXPECT_TRUE(node.states.quarantined("application/srv_a"));
  deployment.clock.advance(1ms);
  node.settle();
  EXPECT_FALSE(node.states.quarantined("application/srv_a"));
}

// Whoever does not know whether his deletion happened repeats it.
TEST_F(FreshnessTest, TakesCommandsForAStreamInDoubt) {
  ASSERT_TRUE(node.run(create("srv_a")));
  node.states.doubt("application/srv_a", deployment.log.now() + 10s);
  EXPECT_TRUE(node.run(DeleteApplication{ClientId("srv_a"), ""}));
}

// After a failed sync the commit in doubt may lie in the log: time alone does not end the doubt.
TEST_F(FreshnessTest, DoubtsAStreamAsLongAsTheLogDoesNotKnowItsEnd) {
  HeldLog log(deployment.log);
  SmallNode doubting(deployment, &log);
  doubting.states.doubt("application/srv_a", deployment.log.now() + 10s);
  log.lose_end(true);
  deployment.clock.advance(11s + clock_skew_max);
  doubting.settle();
  EXPECT_TRUE(doubting.states.quarantined("application/srv_a"));
  log.lose_end(false);
  doubting.settle();
  EXPECT_FALSE(doubting.states.quarantined("application/srv_a"));
}

}  // namespace
}  // namespace optare
