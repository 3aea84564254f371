// The first commit of a log, and what becomes of it when the log does not answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "ops/first_start.h"
#include "tests/support/facts.h"
#include "tests/support/held_log.h"
#include "tests/support/small_node.h"
#include "tests/support/timed_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

class GenesisTest : public testing::Test {
 protected:
  Result<Committed> begin() {
    NewSigningKey key;
    key.id = KeyId("key_1");
    key.alg = SigningAlgorithm::ES256;
    key.public_key = "\1";
    const Identity identity{deployment.log_id, test_fleet_key(), key};
    return commit_genesis(*node.follower, node.runner, deployment.random, identity,
                          new_administrator(facts::issuer, deployment.random));
  }
  Deployment deployment;
  HeldLog held{deployment.log};
  TimedLog log{held, deployment.clock};
  SmallNode node{deployment, &log};
};

TEST_F(GenesisTest, IsNotWaitedForLongerThanAnyCommand) {
  const Duration began = deployment.clock.boottime();
  const auto begun = begin();
  const Duration took = deployment.clock.boottime() - began;
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, Code::unavailable);
  EXPECT_THAT(begun.error().detail, testing::HasSubstr("in time: start again"));
  EXPECT_GE(took, command_patience);
  EXPECT_LE(took, command_patience + 1s);
}

// It may have been written all the same.
TEST_F(GenesisTest, IsFoundByWhoStartsAgainAfterAnAnswerThatCameTooLate) {
  EXPECT_FALSE(begin());
  held.release();
  node.settle();
  EXPECT_EQ(node.states.position(), 1U);
  const auto again = begin();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::conflict);
}

// What waits for the log's answer must not outlive what it waits with.
TEST_F(GenesisTest, HasEndedWhenALogThatCannotBeReadIsGivenUp) {
  held.fail_reads(true);
  const std::jthread time([this](const std::stop_token& over) {
    for (; !over.stop_requested(); std::this_thread::yield()) deployment.clock.advance(1ms);
  });
  EXPECT_THROW(static_cast<void>(begin()), LogFault);
  EXPECT_EQ(node.settler.counts().unknown, 1U);
}

}  // namespace
}  // namespace optare
