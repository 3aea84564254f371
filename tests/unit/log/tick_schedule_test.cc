#include "core/log/tick_schedule.h"

#include <gtest/gtest.h>

#include <set>

#include "core/openssl/random.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

class TickScheduleTest : public testing::Test {
 protected:
  SystemRandom random;
  TickSchedule schedule{random};
  // When the next one is due; records are heard at `heard_every`, if at all.
  Duration next(Duration from, bool wants_proof = false) {
    for (Duration at = from;; at += 10ms)
      if (schedule.due(at, wants_proof)) return at;
  }
};

TEST_F(TickScheduleTest, MakesOneInSilence) {
  schedule.heard(100s);
  const Duration first = next(100s);
  EXPECT_GE(first, 100s + silence_max);
  EXPECT_LE(first, 100s + silence_max + silence_jitter + 10ms);
  const Duration second = next(first);
  EXPECT_GE(second, first + silence_max) << "the first may be on its way";
}

TEST_F(TickScheduleTest, MakesNoneWhileThereIsSomethingToHear) {
  for (Duration at = 100s; at < 200s; at += 1s) {
    schedule.heard(at);
    EXPECT_FALSE(schedule.due(at + 999ms, false));
  }
}

TEST_F(TickScheduleTest, MakesSomeForProofWhateverThereIsToHear) {
  schedule.heard(100s);
  EXPECT_TRUE(schedule.due(100s, true)) << "at once";
  schedule.heard(100s + 500ms);
  EXPECT_FALSE(schedule.due(100s + 999ms, true));
  EXPECT_TRUE(schedule.due(101s, true));
}

// Else a whole fleet would break each silence at once.
TEST_F(TickScheduleTest, WaitsDifferentlyLongEachTime) {
  std::set<Duration> waits;
  for (Duration at = 100s; at < 3'000s; at += 100s) {
    schedule.heard(at);
    waits.insert(next(at) - at);
  }
  EXPECT_GT(waits.size(), 10U);
}

}  // namespace
}  // namespace optare
