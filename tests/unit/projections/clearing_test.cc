// What is over leaves the view: the rows of commands after 24 hours, those of revocations when
// their token has ended, and the versions of both kinds of stream.
#include <gtest/gtest.h>

#include "projections/rebuild.h"
#include "tests/support/created.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

class Clearing : public testing::Test {
 protected:
  std::size_t rows(Table table, const std::string& holds = "") const {
    std::size_t count = 0;
    node.store.scan(table, "", [&](std::string_view key, std::string_view) {
      if (key.contains(holds)) ++count;
      return true;
    });
    return count;
  }
  // A command under an idempotency key.
  void keyed(const std::string& client, std::uint8_t key) {
    CommandOrigin origin = SmallNode::operator_origin();
    origin.command_id = CommitId{key};
    origin.request_digest = Hash{key};
    ASSERT_TRUE(node.run(create(client), origin));
  }
  void revoke(const std::string& jti, Duration of_token) {
    const std::string stream = "00/revocation/" + jti;
    Decision decision =
        write(stream, node.states.stream_version(Partition::tokens_00, stream),
              {TokenRevoked{.client_id = "srv_a",
                            .token_expires_at = milliseconds_of(deployment.log.now() + of_token)}});
    decision.partition = Partition::tokens_00;
    ASSERT_TRUE(node.commit(std::move(decision)));
  }
  // What a rebuild makes of the log is what stands here.
  void expect_same_after_rebuild(const std::set<std::string>& projections) {
    const auto before = node.rows();
    ASSERT_TRUE(rebuild(node.store, deployment.log, projections, nullptr));
    EXPECT_EQ(node.rows(), before);
  }

  Deployment deployment;
  SmallNode node{deployment};
};

TEST_F(Clearing, OfACommandHappensAfterADayWhenTheNextOneComes) {
  keyed("srv_a", 1);
  const std::string first = "command/" + std::string("01") + std::string(30, '0');
  deployment.clock.advance(24h - 1ms);
  keyed("srv_b", 2);
  EXPECT_EQ(rows(Table::outcome), 2U);
  EXPECT_EQ(rows(Table::stream, "command/"), 2U);
  EXPECT_EQ(rows(Table::stream, first), 1U);
  deployment.clock.advance(1ms);
  keyed("srv_c", 3);
  EXPECT_EQ(rows(Table::outcome), 2U);
  EXPECT_EQ(rows(Table::outcome_by_time), 2U);
  EXPECT_EQ(rows(Table::stream, "command/"), 2U);
  EXPECT_EQ(rows(Table::stream_by_time), 2U);
  EXPECT_EQ(rows(Table::stream, first), 0U);
  EXPECT_EQ(rows(Table::stream, "application/"), 3U) << "an application never ends";
  expect_same_after_rebuild({"stream_ends"});
  expect_same_after_rebuild({"outcomes"});
}

TEST_F(Clearing, LeavesACommandsRowsWhenItsKeyWasUsedAgain) {
  keyed("srv_a", 1);
  deployment.clock.advance(24h);
  keyed("srv_b", 1);
  deployment.clock.advance(23h);
  keyed("srv_c", 2);
  EXPECT_EQ(rows(Table::outcome), 2U);
  EXPECT_EQ(rows(Table::stream, "command/"), 2U);
  EXPECT_EQ(rows(Table::stream_by_time), 2U);
  expect_same_after_rebuild({"stream_ends"});
  expect_same_after_rebuild({"outcomes"});
}

TEST_F(Clearing, OfCommandsCatchesUpAfterManyAtOnce) {
  for (std::uint8_t key = 0; key < 9; ++key) keyed("srv_" + std::to_string(key), key);
  deployment.clock.advance(24h);
  for (std::uint8_t key = 10; key < 13; ++key) keyed("srv_" + std::to_string(key), key);
  EXPECT_EQ(rows(Table::outcome), 3U);
  EXPECT_EQ(rows(Table::stream, "command/"), 3U);
}

TEST_F(Clearing, OfARevocationHappensWhenItsTokenHasEnded) {
  revoke("00first", 1h);
  deployment.clock.advance(1h);
  revoke("00second", 1h);
  EXPECT_EQ(rows(Table::revocation), 2U) << "the last millisecond counts";
  deployment.clock.advance(1ms);
  revoke("00third", 1h);
  EXPECT_EQ(rows(Table::revocation), 2U);
  EXPECT_EQ(rows(Table::revocation_by_expiry), 2U);
  EXPECT_EQ(rows(Table::revocation, "00first"), 0U);
  EXPECT_EQ(rows(Table::stream, "00/revocation/"), 3U) << "its version stays for 30 days";
}

TEST_F(Clearing, OfARevocationsStreamHappensAfterThirtyDays) {
  revoke("00first", 1h);
  deployment.clock.advance(30 * 24h - 1ms);
  revoke("00second", 1h);
  EXPECT_EQ(rows(Table::stream, "00/revocation/"), 2U);
  deployment.clock.advance(1ms);
  revoke("00third", 1h);
  EXPECT_EQ(rows(Table::stream, "00/revocation/"), 2U);
  EXPECT_EQ(rows(Table::stream, "00/revocation/00first"), 0U);
  EXPECT_EQ(rows(Table::stream_by_time), 2U);
  expect_same_after_rebuild({"stream_ends"});
}

// Each partition has its own log time: one that is ahead clears nothing of another.
TEST_F(Clearing, OfOnePartitionLeavesTheOtherAlone) {
  revoke("00first", 1h);
  deployment.clock.advance(31 * 24h);
  keyed("srv_a", 1);
  EXPECT_EQ(rows(Table::stream, "00/revocation/"), 1U);
}

}  // namespace
}  // namespace optare
