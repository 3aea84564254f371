// How a view stands to a log of which more is durable than can be read here (core/log/event_log.h).
#include <gtest/gtest.h>

#include "tests/support/held_log.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

class CurrencyTest : public testing::Test {
 protected:
  Deployment deployment;
  SmallNode node{deployment};
};

// What the log proves of its end counts, not that nothing came.
TEST_F(CurrencyTest, IsAsFreshAsTheLogIsCurrent) {
  HeldLog log(deployment.log);
  SmallNode behind(deployment, &log);
  behind.settle();
  EXPECT_TRUE(behind.states.fresh());
  EXPECT_EQ(behind.states.age(), 0ms);
  log.be_current_as_of(log.currency(Partition::control));
  deployment.clock.advance(15s);
  behind.settle();
  EXPECT_TRUE(behind.states.fresh());
  deployment.clock.advance(1ms);
  behind.settle();
  EXPECT_FALSE(behind.states.fresh());
  EXPECT_EQ(behind.states.age(), 15'001ms);
  log.be_current_as_of(std::nullopt);
  behind.settle();
  EXPECT_TRUE(behind.states.fresh());
}

TEST_F(CurrencyTest, IsNotFreshBeforeTheLogProvedAnything) {
  HeldLog log(deployment.log);
  log.be_current_as_of(Currency{});
  SmallNode begun(deployment, &log);
  begun.settle();
  EXPECT_FALSE(begun.states.fresh());
}

TEST_F(CurrencyTest, IsNoOlderThanItOnceWas) {
  HeldLog log(deployment.log);
  SmallNode careful(deployment, &log);
  careful.settle();
  log.be_current_as_of(Currency{});
  careful.settle();
  EXPECT_EQ(careful.states.age(), 0ms);
}

// A doubt ends by what the log says of times to come, here as under load.
TEST_F(CurrencyTest, DoubtsAStreamAsLongAsTheLogMayBringRecordsOfBeforeItsDeadline) {
  HeldLog log(deployment.log);
  SmallNode doubting(deployment, &log);
  const Timestamp deadline = deployment.log.now() + 10s;
  doubting.states.doubt("application/srv_a", deadline);
  log.be_current_as_of(Currency{.at = deployment.clock.boottime(), .log_time = deadline});
  deployment.clock.advance(1h);
  deployment.log.append(Partition::control, "x", [](Append) {});
  doubting.settle();
  EXPECT_TRUE(doubting.states.quarantined("application/srv_a"));
  log.be_current_as_of(std::nullopt);
  doubting.settle();
  EXPECT_FALSE(doubting.states.quarantined("application/srv_a"));
}

class BarrierTest : public CurrencyTest {
 protected:
  std::shared_ptr<std::optional<bool>> ask() {
    auto answer = std::make_shared<std::optional<bool>>();
    boost::asio::co_spawn(
        asking.context, asking.states.caught_up(Partition::control),
        [answer](const std::exception_ptr&, bool caught_up) { *answer = caught_up; });
    asking.settle();
    return answer;
  }
  void append_elsewhere() {
    deployment.log.append(Partition::control, "x", [](Append) {});
  }
  HeldLog log{deployment.log};
  SmallNode asking{deployment, &log};
};

TEST_F(BarrierTest, WaitsForTheEndThatTheLogNames) {
  log.hold_ends();
  const auto answer = ask();
  EXPECT_FALSE(*answer);
  log.answer_ends(2);
  asking.settle();
  EXPECT_FALSE(*answer) << "there is more than can be read yet";
  append_elsewhere();
  asking.settle();
  EXPECT_FALSE(*answer);
  append_elsewhere();
  asking.settle();
  EXPECT_EQ(*answer, true);
}

TEST_F(BarrierTest, DoesNotHoldWhenNobodyCanTellWhereTheLogEnds) {
  log.hold_ends();
  const auto answer = ask();
  log.answer_ends(std::nullopt);
  asking.settle();
  EXPECT_EQ(*answer, false);
}

TEST_F(BarrierTest, HasOnePatienceForTheQuestionAndForTheRecords) {
  log.hold_ends();
  const auto unanswered = ask();
  deployment.clock.advance(1s);
  const auto answered = ask();
  deployment.clock.advance(1s);
  asking.settle();
  EXPECT_EQ(*unanswered, false);
  EXPECT_FALSE(*answered);
  log.answer_ends(1);
  asking.settle();
  EXPECT_FALSE(*answered);
  deployment.clock.advance(1s);
  asking.settle();
  EXPECT_EQ(*answered, false);
}

TEST_F(BarrierTest, LetsNoMoreWaitThanItMay) {
  log.hold_ends();
  std::vector<std::shared_ptr<std::optional<bool>>> waiting;
  for (std::size_t i = 0; i < LiveStatesOptions().absences_waiting_max; ++i)
    waiting.push_back(ask());
  EXPECT_FALSE(*waiting.back());
  EXPECT_EQ(*ask(), false);
  log.answer_ends(0);
  asking.settle();
  for (const auto& answer : waiting) EXPECT_EQ(*answer, true);
  const auto next = ask();
  EXPECT_FALSE(*next) << "there is room again";
  log.answer_ends(0);
  asking.settle();
  EXPECT_EQ(*next, true);
}

TEST_F(BarrierTest, EndsWithTheNode) {
  log.hold_ends();
  const auto answer = ask();
  asking.states.stop("another history");
  asking.settle();
  EXPECT_EQ(*answer, false);
}

TEST_F(CurrencyTest, StopsWhenTheLogIsAnotherOne) {
  HeldLog log(deployment.log);
  SmallNode stopping(deployment, &log);
  log.be_another_log("control: the topic lost its end");
  stopping.settle();
  EXPECT_FALSE(stopping.follower->stopped()) << "nobody looked";
  log.look_again(Partition::control);
  EXPECT_FALSE(stopping.follower->step());
  EXPECT_TRUE(stopping.follower->stopped());
  EXPECT_EQ(stopping.states.stop_reason(), "control: the topic lost its end");
  EXPECT_FALSE(stopping.states.fresh());
  SmallNode again(deployment, &log);
  EXPECT_TRUE(again.follower->stopped()) << "nor does it start";
}

// Somebody decided on another history: perhaps it is this node's copy of the log which is wrong.
TEST_F(CurrencyTest, HasTheLogLookedAtAgainWhenItMeetsAForeignView) {
  HeldLog log(deployment.log);
  SmallNode reader(deployment, &log);
  log.be_another_log("control: the topic is another");
  Commit stale = node.commit_on_view();
  stale.writes.front().expected_version = 5;
  deployment.log.append(Partition::control, node.frame_of(stale), [](Append) {});
  reader.settle();
  EXPECT_FALSE(reader.follower->stopped());
  Commit elsewhere = node.commit_on_view();
  elsewhere.view = {0, {1}};
  deployment.log.append(Partition::control, node.frame_of(elsewhere), [](Append) {});
  reader.settle();
  EXPECT_TRUE(reader.follower->stopped());
}

}  // namespace
}  // namespace optare
