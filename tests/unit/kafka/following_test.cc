#include "core/kafka/following.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/log/event_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FollowingTest : public testing::Test {
 protected:
  static constexpr Timestamp stamp{1'000s};
  Following::Ways ways() {
    Following::Ways ways;
    ways.now = [this] { return now; };
    ways.to_compare = [this](std::optional<std::uint64_t> doubted) {
      if (!kept) throw LogFault("the disk failed");
      return doubted && last && *doubted <= last->offset
                 ? LogRecord{.offset = *doubted, .time = stamp, .bytes = "older"}
                 : last;
    };
    ways.read_up_to = [this] { return last ? last->offset + 1 : 0; };
    ways.start = [this](std::uint64_t offset) {
      asked.push_back(offset);
      return starts;
    };
    ways.stop = [this] { ++stops; };
    ways.range = [this] { return range; };
    ways.end_is_proven = [this] { return proven; };
    ways.other_history = [this](const std::string& why) { other.push_back(why); };
    return ways;
  }
  // Whether it starts now.
  bool starts_when(Duration at) {
    now = at;
    const auto before = asked.size();
    following.start_when_due();
    return asked.size() > before;
  }

  Duration now = 100s;
  bool kept = true;
  bool starts = true;
  bool proven = true;
  std::optional<LogRecord> last = LogRecord{.offset = 3, .time = stamp, .bytes = "last"};
  std::optional<TopicRange> range = TopicRange{0, 3};
  std::vector<std::uint64_t> asked;
  int stops = 0;
  std::vector<std::string> other;
  Following following{"optare.control", ways()};
};

TEST_F(FollowingTest, BeginsWithTheLastRecordThatWasRead) {
  following.start_when_due();
  EXPECT_TRUE(following.followed());
  EXPECT_THAT(asked, ElementsAre(3));
  EXPECT_FALSE(following.record(3, stamp, "last"));
  EXPECT_TRUE(following.compared());
  EXPECT_TRUE(following.record(4, stamp, "new"));
  EXPECT_TRUE(following.end(5));
  following.start_when_due();
  EXPECT_THAT(asked, ElementsAre(3)) << "it is followed already";
}

TEST_F(FollowingTest, BeginsAtTheEndWhereThereIsNothingToCompare) {
  last.reset();
  following.start_when_due();
  EXPECT_THAT(asked, ElementsAre(0));
  EXPECT_TRUE(following.record(0, stamp, "first"));
}

TEST_F(FollowingTest, ComparesAtEachStart) {
  following.start_when_due();
  following.record(3, stamp, "last");
  following.stop();
  EXPECT_FALSE(following.followed());
  EXPECT_EQ(stops, 1);
  EXPECT_TRUE(starts_when(now)) << "at once";
  EXPECT_FALSE(following.record(3, stamp, "another"));
  EXPECT_THAT(other, ElementsAre(HasSubstr("its record 3 is not the one")));
}

TEST_F(FollowingTest, ComparesWhatIsDoubtedUntilItCame) {
  following.start_when_due();
  following.record(3, stamp, "last");
  following.doubt(2);
  following.doubt(1);
  following.doubt(2);
  EXPECT_FALSE(following.compared());
  EXPECT_TRUE(starts_when(now));
  following.rest();
  EXPECT_TRUE(starts_when(200s));
  EXPECT_THAT(asked, ElementsAre(3, 1, 1));
  EXPECT_FALSE(following.record(1, stamp, "older"));
  EXPECT_TRUE(following.compared());
  EXPECT_FALSE(following.followed()) << "what lies between would come again";
  EXPECT_TRUE(starts_when(now));
  EXPECT_EQ(asked.back(), 3U);
  EXPECT_FALSE(following.record(3, stamp, "last"));
  EXPECT_TRUE(following.record(4, stamp, "new"));
}

TEST_F(FollowingTest, DoubtsNothingThatIsNotKeptAnyMore) {
  following.start_when_due();
  following.record(3, stamp, "last");
  following.doubt(2);
  last->offset = 1;
  EXPECT_TRUE(starts_when(now));
  EXPECT_TRUE(following.compared());
  EXPECT_FALSE(following.record(1, stamp, "last"));
  EXPECT_TRUE(following.followed());
  following.doubt(1);
  last.reset();
  EXPECT_TRUE(starts_when(now));
  EXPECT_TRUE(following.compared());
  EXPECT_TRUE(following.record(0, stamp, "first"));
}

TEST_F(FollowingTest, RestsAfterAFault) {
  following.start_when_due();
  following.rest();
  following.rest();
  EXPECT_EQ(stops, 1) << "once";
  EXPECT_FALSE(starts_when(100s + follow_again_after - 1ms));
  EXPECT_TRUE(starts_when(100s + follow_again_after));
}

TEST_F(FollowingTest, RestsWhenItCannotStart) {
  kept = false;
  EXPECT_FALSE(starts_when(100s)) << "what comes could not be kept";
  kept = true;
  EXPECT_FALSE(starts_when(100s + follow_again_after - 1ms));
  starts = false;
  EXPECT_TRUE(starts_when(200s));
  EXPECT_FALSE(following.followed());
  starts = true;
  EXPECT_FALSE(starts_when(200s + follow_again_after - 1ms));
  EXPECT_TRUE(starts_when(200s + follow_again_after));
  EXPECT_EQ(stops, 0) << "it never was";
}

TEST_F(FollowingTest, AsksWhatTheTopicHoldsWhereItEndsTooEarly) {
  following.start_when_due();
  EXPECT_FALSE(following.end(3));
  EXPECT_FALSE(following.followed()) << "begins again: a broker alone proves nothing";
  proven = false;
  EXPECT_TRUE(starts_when(200s));
  following.out_of_range();
  EXPECT_TRUE(starts_when(200s + end_loss_patience));
  following.out_of_range();
  EXPECT_THAT(other, ElementsAre(HasSubstr("it holds 3")));
}

TEST_F(FollowingTest, RestsWhenNobodySaysWhatTheTopicHolds) {
  proven = false;
  range.reset();
  following.start_when_due();
  following.out_of_range();
  EXPECT_TRUE(starts_when(200s));
  following.out_of_range();
  EXPECT_THAT(other, IsEmpty());
  EXPECT_FALSE(following.followed());
}

TEST_F(FollowingTest, AnEndThatIsLostIsAnotherHistory) {
  following.start_when_due();
  following.end_is_lost({.written_at = 1, .read_to = 4});
  EXPECT_THAT(other, ElementsAre(HasSubstr("read 4 records of it, and it holds 2")));
}

}  // namespace
}  // namespace optare
