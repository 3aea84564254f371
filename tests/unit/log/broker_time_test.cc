#include "core/log/broker_time.h"

#include <gtest/gtest.h>

#include "core/openssl/random.h"
#include "tests/support/fake_clock.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

class BrokerTimeTest : public testing::Test {
 protected:
  // A record of one's own that was under way for 10 ms, stamped by brokers whose clock is right.
  void read_own(Partition partition) {
    const Duration sent = clock.boottime();
    clock.advance(10ms);
    time.read(partition, clock.wall(), sent);
  }
  FakeClock clock;
  SystemRandom random;
  BrokerTime time{clock, random};
};

TEST_F(BrokerTimeTest, GoesByTheWallBeforeAnyRecord) {
  EXPECT_EQ(time.now(), clock.wall());
  EXPECT_FALSE(time.refuses_wall_clock()) << "nothing is measured";
}

TEST_F(BrokerTimeTest, IsThatOfThePartitionThatIsAhead) {
  time.read_before(Partition::control, clock.wall() - 1h);
  time.read_before(Partition::tokens_00, clock.wall() - 1min);
  EXPECT_EQ(time.now(), clock.wall() - 1min);
}

TEST_F(BrokerTimeTest, RefusesAWallClockThatIsFarFromOnePartition) {
  read_own(Partition::control);
  read_own(Partition::tokens_00);
  EXPECT_FALSE(time.refuses_wall_clock());
  clock.leap(clock_skew_max + 1s);
  EXPECT_TRUE(time.refuses_wall_clock());
}

TEST_F(BrokerTimeTest, TicksAgainAndAgainWhileTheWallIsNotTheBrokers) {
  read_own(Partition::control);
  EXPECT_FALSE(time.tick_due(Partition::control));
  clock.leap(2s);
  EXPECT_TRUE(time.tick_due(Partition::control));
  EXPECT_FALSE(time.tick_due(Partition::control)) << "one is under way";
  clock.advance(proof_interval);
  EXPECT_TRUE(time.tick_due(Partition::control));
}

TEST_F(BrokerTimeTest, TicksWhereOthersDoNotKeepItCurrent) {
  const Duration sent = clock.boottime();
  clock.advance(1h);  // the machine sleeps
  time.read(Partition::control, clock.wall(), sent);
  clock.advance(1s);
  time.read(Partition::control, clock.wall(), std::nullopt);
  EXPECT_GT(clock.boottime() - time.currency(Partition::control).at, 50min);
  EXPECT_TRUE(time.tick_due(Partition::control));
  read_own(Partition::control);
  EXPECT_LT(clock.boottime() - time.currency(Partition::control).at, 1s);
  EXPECT_FALSE(time.tick_due(Partition::control));
}

TEST_F(BrokerTimeTest, KnowsWhatWasReadWhenSomebodyAsksForTheEnd) {
  const Duration sent = clock.boottime();
  read_own(Partition::control);
  clock.advance(1s);
  const EndAsked asked = time.asked(Partition::control, 7);
  EXPECT_EQ(asked.at, clock.boottime());
  EXPECT_GE(asked.current_at, sent);
  EXPECT_LE(asked.current_at, sent + 10ms);
  EXPECT_EQ(asked.read_to, 7U);
  EXPECT_FALSE(time.asked(Partition::tokens_00, 0).believes(0)) << "of that nothing is known";
}

}  // namespace
}  // namespace optare
