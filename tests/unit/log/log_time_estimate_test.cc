#include "core/log/log_time_estimate.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/log_samples.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using samples::noon;

// A broker whose clock is `offset` ahead of this machine's BOOTTIME, and the way to it and back.
class LogTimeEstimateTest : public testing::Test {
 protected:
  Timestamp stamp(Duration stamped_at) const { return noon + stamped_at + broker; }
  // Another node's record, stamped at a moment and read later.
  void foreign(Duration stamped_at, Duration read_at) {
    estimate.observe(stamp(stamped_at), read_at);
  }
  void own(Duration sent_at, Duration stamped_at, Duration read_at) {
    estimate.observe(stamp(stamped_at), read_at, sent_at);
  }
  Duration current_at() const { return estimate.currency().at; }
  Duration broker = 0ms;
  LogTimeEstimate estimate;
};

TEST_F(LogTimeEstimateTest, KnowsNothingAtFirst) {
  EXPECT_EQ(estimate.time_at(1h), std::nullopt);
  EXPECT_EQ(current_at(), Currency::never);
  EXPECT_EQ(estimate.skew(noon, 1h), std::nullopt);
  EXPECT_TRUE(estimate.wants_own_record(1h));
}

TEST_F(LogTimeEstimateTest, OthersRecordsTellTheTimeButProveNothing) {
  foreign(10s, 10s + 20ms);
  EXPECT_EQ(estimate.time_at(10s + 20ms), stamp(10s));
  const auto later = *estimate.time_at(20s);
  EXPECT_LE(later, stamp(20s));
  EXPECT_GE(later, stamp(20s) - 30ms);
  EXPECT_EQ(current_at(), Currency::never);
}

// What was written long ago and read now must not pass for news.
TEST_F(LogTimeEstimateTest, OldRecordsAreNotTakenForYoungOnes) {
  for (Duration stamped = 0s; stamped < 60min; stamped += 1min) foreign(stamped, 10h);
  EXPECT_EQ(current_at(), Currency::never);
  EXPECT_EQ(estimate.time_at(10h), stamp(59min));
}

TEST_F(LogTimeEstimateTest, AnOwnRecordProvesWhatWasDurableWhenItWasSent) {
  own(10s, 10s + 5ms, 10s + 9ms);
  EXPECT_GE(current_at(), 10s);
  EXPECT_LE(current_at(), 10s + 5ms);
  EXPECT_EQ(estimate.currency().log_time, stamp(10s + 5ms));
  EXPECT_FALSE(estimate.wants_own_record(10s + 9ms));
}

// With the clocks measured, the records of others prove nearly as much.
TEST_F(LogTimeEstimateTest, AfterOneOwnRecordOthersCountToo) {
  own(10s, 10s + 5ms, 10s + 9ms);
  foreign(60s, 60s + 3ms);
  EXPECT_LE(current_at(), 60s);
  EXPECT_GE(current_at(), 60s - 60ms) << "the way of the own record, and some drift";
}

TEST_F(LogTimeEstimateTest, AFeedThatLagsIsSeenToLag) {
  own(10s, 10s + 5ms, 10s + 9ms);
  foreign(20s, 80s);
  EXPECT_LE(current_at(), 20s);
  EXPECT_GE(current_at(), 20s - 60ms);
  const auto now = estimate.time_at(80s);
  EXPECT_LE(now, stamp(80s));
  EXPECT_GE(now, stamp(80s) - 60ms) << "the time goes on while records lag";
}

// SIGSTOP: the record waited in the socket.
TEST_F(LogTimeEstimateTest, APausedProcessWakesUpOld) {
  own(10s, 10s + 5ms, 10s + 9ms);
  foreign(12s, 72s);
  EXPECT_LE(current_at(), 12s);
}

TEST_F(LogTimeEstimateTest, AnOwnRecordThatCameLateProvesItsSendingOnly) {
  own(10s, 11s, 70s);
  EXPECT_LE(current_at(), 11s);
  EXPECT_GE(current_at(), 10s);
}

TEST_F(LogTimeEstimateTest, ABrokerClockThatLeaptAheadIsNoticedAndMeasuredAnew) {
  own(10s, 10s + 5ms, 10s + 9ms);
  broker = 1h;  // another leader
  foreign(20s, 20s + 5ms);
  EXPECT_TRUE(estimate.wants_own_record(20s + 5ms));
  EXPECT_LE(current_at(), 20s + 5ms);
  EXPECT_EQ(estimate.time_at(20s + 5ms), stamp(20s));
  foreign(21s, 81s);
  EXPECT_LE(current_at(), 21s) << "nothing is proven by the old measure";
  own(90s, 90s + 5ms, 90s + 9ms);
  foreign(91s, 151s);
  EXPECT_LE(current_at(), 91s);
  EXPECT_GE(current_at(), 91s - 60ms);
}

TEST_F(LogTimeEstimateTest, ABrokerClockThatLeaptBackIsMeasuredAnewByTheNextOwnRecord) {
  own(10s, 10s + 5ms, 10s + 9ms);
  broker = -1h;
  foreign(20s, 20s + 5ms);
  EXPECT_LE(current_at(), 20s);
  own(30s, 30s + 5ms, 30s + 9ms);
  EXPECT_GE(current_at(), 30s);
  EXPECT_EQ(estimate.newest(), noon + 10s + 5ms) << "log time never goes back";
  foreign(40s, 40s + 5ms);
  EXPECT_GE(current_at(), 40s - 60ms);
}

TEST_F(LogTimeEstimateTest, AMeasureGetsOld) {
  own(10s, 10s + 5ms, 10s + 9ms);
  EXPECT_FALSE(estimate.wants_own_record(10s + 9ms + 2 * observation_life));
  EXPECT_TRUE(estimate.wants_own_record(10s + 10ms + 2 * observation_life));
  foreign(1h, 2h);
  EXPECT_LE(current_at(), 10s + 5ms);
}

// A machine that slept for hours: secrets end meanwhile.
TEST_F(LogTimeEstimateTest, TheTimeGoesOnHoweverLongNothingIsRead) {
  own(10s, 10s + 5ms, 10s + 9ms);
  EXPECT_LE(estimate.time_at(10h), stamp(10h));
  EXPECT_GE(estimate.time_at(10h), stamp(10h) - 20s) << "but for drift";
}

TEST_F(LogTimeEstimateTest, TellsHowFarTheWallClockIsFromTheBrokers) {
  own(10s, 10s + 5ms, 10s + 9ms);
  EXPECT_EQ(estimate.skew(stamp(10s + 9ms), 10s + 9ms), 0ms);
  const auto ahead = *estimate.skew(stamp(20s) + 6s, 20s);
  EXPECT_GT(ahead, 5'900ms);
  EXPECT_LE(ahead, 6s);
  const auto behind = *estimate.skew(stamp(20s) - 6s, 20s);
  EXPECT_LT(behind, -5'900ms);
  EXPECT_GE(behind, -6s);
}

// A broker that fails over for seconds is not a skewed one.
TEST_F(LogTimeEstimateTest, ASlowAnswerIsNoSkew) {
  own(10s, 17s, 17s + 5ms);
  EXPECT_EQ(estimate.skew(stamp(17s), 17s), 0ms);
  own(20s, 20s, 27s);
  EXPECT_EQ(estimate.skew(stamp(27s), 27s), 0ms);
}

TEST_F(LogTimeEstimateTest, KnowsTheTimeOfWhatWasReadBefore) {
  estimate.read_before(noon);
  EXPECT_EQ(estimate.time_at(1h), noon);
  EXPECT_EQ(current_at(), Currency::never);
  foreign(-1h, 10s);
  EXPECT_EQ(estimate.newest(), noon);
}

// Whatever the delays: never more current than what was read, nor ahead of the log, when nobody
// moves a clock.
TEST_F(LogTimeEstimateTest, ErrsOnTheCarefulSideOnly) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto delay = [&] {
      const int kind = static_cast<int>(random() % 10);
      return Duration(random() % (kind == 0 ? 20'000 : kind < 4 ? 500 : 8));
    };
    LogTimeEstimate careful;
    broker = Duration(static_cast<int>(random() % 200'000) - 100'000);
    Duration stamped = 100s;
    Duration read = stamped;
    for (int i = 0; i < 300; ++i) {
      stamped += Duration(random() % 4'000);
      const bool is_own = random() % 5 == 0;
      const Duration sent = stamped - delay();
      read = std::max(read, stamped + delay());
      careful.observe(stamp(stamped), read, is_own ? std::optional(sent) : std::nullopt);
      ASSERT_LE(careful.currency().at, stamped) << "seed " << seed;
      ASSERT_LE(*careful.time_at(read), std::max(stamp(read), careful.newest())) << "seed " << seed;
    }
    EXPECT_GT(careful.currency().at, stamped - 21s) << "and it is of use, seed " << seed;
  }
}

}  // namespace
}  // namespace optare
