#include "core/kafka/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Says = HistoryCheck::Says;

constexpr Timestamp stamp{1'000s};

class HistoryCheckTest : public testing::Test {
 protected:
  // Four records were read, "last" is the fourth.
  void begin() { check.begin(LogRecord{.offset = 3, .time = stamp, .bytes = "last"}); }
  HistoryCheck check{"optare.control"};
};

TEST_F(HistoryCheckTest, WantsTheLastRecordFirstThatWasRead) {
  begin();
  EXPECT_EQ(check.expected(), 3U);
  EXPECT_EQ(check.record(2, stamp, "third"), Says::known);
  EXPECT_FALSE(check.compared());
  EXPECT_EQ(check.record(3, stamp, "last"), Says::known) << "it is there already";
  EXPECT_TRUE(check.compared());
  EXPECT_EQ(check.record(4, stamp, "new"), Says::read_on);
  EXPECT_EQ(check.end(5), Says::read_on);
}

TEST_F(HistoryCheckTest, HasNothingToCompareBeforeAnythingWasRead) {
  check.begin(std::nullopt);
  EXPECT_EQ(check.expected(), std::nullopt);
  EXPECT_TRUE(check.compared());
  EXPECT_EQ(check.record(0, stamp, "first"), Says::read_on);
}

TEST_F(HistoryCheckTest, ComparesAgainEachTime) {
  begin();
  EXPECT_EQ(check.record(3, stamp, "last"), Says::known);
  begin();
  EXPECT_EQ(check.record(3, stamp, "another"), Says::other_history);
}

TEST_F(HistoryCheckTest, AnotherRecordInItsPlaceIsAnotherHistory) {
  begin();
  EXPECT_EQ(check.record(3, stamp, "another"), Says::other_history);
  EXPECT_THAT(check.why(), HasSubstr("its record 3 is not the one"));
  begin();
  EXPECT_EQ(check.record(3, stamp + 1ms, "last"), Says::other_history) << "its time counts too";
}

TEST_F(HistoryCheckTest, APlaceWithoutItsRecordIsAnotherHistory) {
  begin();
  EXPECT_EQ(check.record(4, stamp, "new"), Says::other_history);
  EXPECT_THAT(check.why(), HasSubstr("its record 3, which this node read, is gone"));
  begin();
  EXPECT_EQ(check.end(4), Says::other_history);
}

// A leader that was elected a moment ago may not know its end yet.
TEST_F(HistoryCheckTest, AnEndThatStaysTooEarlyIsLost) {
  begin();
  EXPECT_EQ(check.end(3), Says::look_at_range);
  EXPECT_EQ(check.range({0, 3}, 4, 100s), Says::begin_again);
  begin();
  EXPECT_EQ(check.range({0, 3}, 4, 100s + end_loss_patience - 1ms), Says::begin_again);
  begin();
  EXPECT_EQ(check.range({0, 3}, 4, 100s + end_loss_patience), Says::other_history);
  EXPECT_THAT(check.why(), HasSubstr("read 4 records of it, and it holds 3"));
}

TEST_F(HistoryCheckTest, AnEndThatComesBackIsNone) {
  begin();
  EXPECT_EQ(check.range({0, 3}, 4, 100s), Says::begin_again);
  begin();
  EXPECT_EQ(check.record(3, stamp, "last"), Says::known);
  begin();
  EXPECT_EQ(check.range({0, 3}, 4, 200s), Says::begin_again) << "it counts from here";
}

// A broker that was cut off from the others knows less than they do.
TEST_F(HistoryCheckTest, AnEndThatHasToBeProvenIsNotLostBecauseABrokerSaysSo) {
  begin();
  EXPECT_EQ(check.range({0, 3}, 4, 100s, true), Says::begin_again);
  begin();
  EXPECT_EQ(check.range({0, 3}, 4, 1'000s, true), Says::begin_again);
  EXPECT_EQ(check.end_is_lost(3, 4), Says::other_history);
  EXPECT_THAT(check.why(), HasSubstr("read 4 records of it, and it holds 3"));
}

TEST_F(HistoryCheckTest, ABeginningThatWasDeletedIsOfNoUse) {
  check.begin(std::nullopt);
  EXPECT_EQ(check.range({7, 9}, 0, 100s), Says::other_history);
  EXPECT_THAT(check.why(), HasSubstr("it begins at 7, and this node needs 0"));
}

}  // namespace
}  // namespace optare
