#include "core/log/log_clock.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

TEST(LogClock, FollowsTheWallClock) {
  FakeClock clock;
  LogClock log(clock, clock.wall());
  clock.advance(1h);
  EXPECT_EQ(log.now(), clock.wall());
  EXPECT_EQ(log.stamp(), clock.wall());
}

TEST(LogClock, GoesOnByBoottimeWhenTheWallClockLeaps) {
  for (const Duration leap : {Duration(1h), Duration(-1h)}) {
    FakeClock clock;
    const Timestamp start = clock.wall();
    LogClock log(clock, start);
    clock.leap(leap);
    clock.advance(1min);
    EXPECT_EQ(log.now(), start + 1min);
    EXPECT_EQ(log.stamp(), std::nullopt);
    clock.leap(-leap);
    EXPECT_EQ(log.stamp(), start + 1min);
  }
}

// A machine that forgot the time starts in the past, and learns it from the network a moment later.
TEST(LogClock, BelievesAClockThatWasBehindAtTheStartOnceItIsSetRight) {
  FakeClock clock;
  const Timestamp last = clock.wall();
  clock.leap(-24h);
  LogClock log(clock, last);
  EXPECT_EQ(log.stamp(), std::nullopt);
  EXPECT_EQ(log.now(), last);
  clock.advance(1min);
  clock.leap(24h + 2h);
  EXPECT_EQ(log.now(), last + 2h + 1min);
  EXPECT_EQ(log.stamp(), last + 2h + 1min);
  // From here on it is as any other.
  clock.leap(1h);
  EXPECT_EQ(log.now(), last + 2h + 1min);
  EXPECT_EQ(log.stamp(), std::nullopt);
}

}  // namespace
}  // namespace optare
