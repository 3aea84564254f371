// What those event logs promise that stamp records with their own wall clock (contracts.md G). The
// Fixture is that of event_log_contract.h, with a FakeClock& clock().
#pragma once

#include "tests/contract/event_log_contract.h"
#include "tests/support/fake_clock.h"

namespace optare {

template <class Fixture>
class StampingLogContract : public EventLogContract<Fixture> {
 protected:
  FakeClock& clock() { return this->fixture_.clock(); }
};
TYPED_TEST_SUITE_P(StampingLogContract);

TYPED_TEST_P(StampingLogContract, StampsRecordsWithTheWallClockWhichNeverGoesBack) {
  this->append("first");
  this->clock().advance(Duration(1'500));
  this->append("second");
  this->clock().leap(Duration(-2'000));
  this->append("third");
  const auto records = this->read_all();
  ASSERT_EQ(records.size(), 3);
  EXPECT_EQ(records[1].time - records[0].time, Duration(1'500));
  EXPECT_EQ(records[2].time, records[1].time);
  EXPECT_EQ(this->log().now(), records[1].time);
}

TYPED_TEST_P(StampingLogContract, RefusesAWallClockMoreThanFiveSecondsBehindLogTime) {
  this->append("first");
  for (int i = 0; i < 2; ++i) {  // small steps: none of them is a leap
    this->clock().leap(Duration(-2'500));
    EXPECT_EQ(this->append("still good"), Append::persisted);
  }
  this->clock().leap(Duration(-1));
  EXPECT_EQ(this->append("too far"), Append::refused_clock);
  EXPECT_EQ(this->log().end(Partition::control), 3);
  this->clock().advance(Duration(1));
  EXPECT_EQ(this->append("good again"), Append::persisted);
}

TYPED_TEST_P(StampingLogContract, RefusesAWallClockThatLeaptMoreThanFiveSecondsEitherWay) {
  this->append("first");
  const Timestamp before = this->log().now();
  for (const Duration leap : {Duration(5'001), Duration(-5'001)}) {
    this->clock().leap(leap);
    EXPECT_EQ(this->append("leapt"), Append::refused_clock);
    EXPECT_EQ(this->log().now(), before) << "time goes on by BOOTTIME";
    this->clock().advance(Duration(0));
    this->clock().leap(-leap);
    EXPECT_EQ(this->append("back"), Append::persisted);
  }
  this->clock().leap(Duration(5'000));
  EXPECT_EQ(this->append("a small step"), Append::persisted);
}

TYPED_TEST_P(StampingLogContract, TellsTimeByBoottimeWhileTheWallClockIsNotBelieved) {
  this->append("first");
  const Timestamp before = this->log().now();
  this->clock().leap(std::chrono::hours(24));
  this->clock().advance(Duration(7'000));
  EXPECT_EQ(this->log().now(), before + Duration(7'000));
}

TYPED_TEST_P(StampingLogContract, IsAlwaysCurrentSinceNobodyElseAppends) {
  this->append("a");
  this->clock().advance(std::chrono::hours(1));
  const Currency currency = this->log().currency(Partition::control);
  EXPECT_EQ(currency.at, this->clock().boottime());
  EXPECT_EQ(currency.log_time, this->log().now());
}

TYPED_TEST_P(StampingLogContract, KeepsItsTimeOverARestart) {
  if constexpr (TypeParam::durable) {
    this->append("a");
    const Timestamp before = this->log().now();
    this->clock().leap(Duration(-3'000));
    this->fixture_.reopen();
    EXPECT_EQ(this->log().now(), before) << "log time does not go back";
    this->append("b");
    EXPECT_EQ(this->read_all()[1].time, before);
  }
}

REGISTER_TYPED_TEST_SUITE_P(StampingLogContract, StampsRecordsWithTheWallClockWhichNeverGoesBack,
                            RefusesAWallClockMoreThanFiveSecondsBehindLogTime,
                            RefusesAWallClockThatLeaptMoreThanFiveSecondsEitherWay,
                            TellsTimeByBoottimeWhileTheWallClockIsNotBelieved,
                            IsAlwaysCurrentSinceNobodyElseAppends, KeepsItsTimeOverARestart);

}  // namespace optare
