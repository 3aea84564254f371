#include "core/kafka/acknowledged.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

using namespace std::chrono_literals;

Written at(std::uint64_t offset, std::int32_t broker) {
  return {.offset = offset, .broker = broker};
}

TEST(Acknowledged, TellsOfALeaderWhoseRecordsDoNotCome) {
  Acknowledged acknowledged;
  acknowledged.read(5, 100s);
  EXPECT_EQ(acknowledged.missed_leader(200s), std::nullopt) << "nothing has to come";
  acknowledged.written(at(5, 2), 5, 200s);
  EXPECT_EQ(acknowledged.missed_leader(200s + unread_max - 1ms), std::nullopt);
  EXPECT_EQ(acknowledged.missed_leader(200s + unread_max), 2);
}

TEST(Acknowledged, IsPatientWhileSomethingComes) {
  Acknowledged acknowledged;
  acknowledged.written(at(1'000, 2), 0, 100s);
  for (auto now = 100s; now < 200s; now += 1s) {
    acknowledged.read(static_cast<std::uint64_t>(now.count()), now);
    EXPECT_EQ(acknowledged.missed_leader(now + unread_max - 1ms), std::nullopt);
  }
  acknowledged.read(1'001, 200s);
  EXPECT_EQ(acknowledged.missed_leader(300s), std::nullopt) << "all of it came";
}

// More is always under way under load: what counts is that something comes.
TEST(Acknowledged, CountsFromWhatCameLast) {
  Acknowledged acknowledged;
  acknowledged.written(at(0, 1), 0, 100s);
  acknowledged.written(at(1, 2), 0, 100s + unread_max - 1ms);
  EXPECT_EQ(acknowledged.missed_leader(100s + unread_max), 2) << "who acknowledged last leads";
}

TEST(Acknowledged, WaitsLongerEachTimeUntilSomethingComes) {
  Acknowledged acknowledged;
  acknowledged.written(at(0, 1), 0, 100s);
  EXPECT_EQ(acknowledged.missed_leader(101s), 1);
  EXPECT_EQ(acknowledged.missed_leader(101s + 2 * unread_max - 1ms), std::nullopt);
  EXPECT_EQ(acknowledged.missed_leader(101s + 2 * unread_max), 1);
  acknowledged.read(1, 110s);
  acknowledged.written(at(1, 1), 1, 120s);
  EXPECT_EQ(acknowledged.missed_leader(120s + unread_max), 1);
}

TEST(Acknowledged, SaysNothingOfALeaderThatWasNotTold) {
  Acknowledged acknowledged;
  acknowledged.written({.offset = 3}, 0, 100s);
  EXPECT_EQ(acknowledged.missed_leader(200s), std::nullopt);
}

TEST(Acknowledged, ProvesThatAnEndIsLost) {
  Acknowledged acknowledged;
  acknowledged.read(10, 100s);
  acknowledged.written(at(9, 1), 9, 101s);
  EXPECT_FALSE(acknowledged.loss()) << "it was read before its acknowledgement came";
  acknowledged.written(at(4, 1), 10, 102s);
  ASSERT_TRUE(acknowledged.loss());
  EXPECT_EQ(acknowledged.loss()->written_at, 4U);
  EXPECT_EQ(acknowledged.loss()->read_to, 10U);
}

}  // namespace
}  // namespace optare
