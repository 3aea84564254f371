#include "core/kafka/history_watch.h"

#include <gtest/gtest.h>

#include <map>

namespace optare {
namespace {

using namespace std::chrono_literals;

constexpr Duration watch_interval = 10s;

// Records of control, read at times that are theirs.
class HistoryWatchTest : public testing::Test {
 protected:
  static constexpr Partition control = Partition::control;
  static constexpr Timestamp began{1'000s};

  void read(std::uint64_t offset, Duration time) {
    times[offset] = began + time;
    watch.read(control, {offset, began + time}, now);
  }
  // Whether a broker is asked.
  bool asks() {
    const std::size_t before = asked.size();
    watch.keep_time(control, now);
    return asked.size() > before;
  }
  // The next question is answered so.
  void told(std::optional<std::uint64_t> first) {
    ASSERT_TRUE(asks());
    asked.back().second(first);
    now += watch_interval;
  }
  Duration asked_from() const { return asked.back().first - began; }
  // The next question is answered so, at once.
  void answered(std::optional<std::uint64_t> first) {
    ASSERT_TRUE(asks());
    asked.back().second(first);
  }
  void compared() { watch.taken(control); }

  std::map<std::uint64_t, Timestamp> times;
  std::vector<std::pair<Timestamp, HistoryWatch::FirstAnswered>> asked;
  Duration now = 100s;
  HistoryWatch watch{
      watch_interval,
      {.time_of = [this](Partition, std::uint64_t offset) -> std::optional<Timestamp> {
         const auto found = times.find(offset);
         return found == times.end() ? std::nullopt : std::optional(found->second);
       },
       .ask_first =
           [this](Partition, Timestamp since, HistoryWatch::FirstAnswered done) {
             asked.emplace_back(since, std::move(done));
           }}};
};

TEST_F(HistoryWatchTest, AsksNothingBeforeAnythingWasRead) {
  EXPECT_FALSE(asks());
  EXPECT_TRUE(watch.settled());
}

TEST_F(HistoryWatchTest, AsksOnceAnInterval) {
  read(0, 0ms);
  told(HistoryWatch::none_since);
  now -= 1ms;
  EXPECT_FALSE(asks());
  now += 1ms;
  ASSERT_TRUE(asks());
  now += 10 * watch_interval;
  EXPECT_FALSE(asks()) << "the last is not answered";
}

// What was read before it was asked is of the topic that answered.
TEST_F(HistoryWatchTest, AsksForWhatIsYoungerThanTheLastThatIsKnown) {
  read(0, 0ms);
  read(1, 50ms);
  ASSERT_TRUE(asks());
  EXPECT_EQ(asked_from(), 1ms);
  read(2, 90ms);
  asked.back().second(1);
  now += watch_interval;
  ASSERT_TRUE(asks());
  EXPECT_EQ(asked_from(), 51ms);
}

TEST_F(HistoryWatchTest, ARecordBehindTheKnownOneFits) {
  read(0, 0ms);
  for (const std::uint64_t first : {1U, 7U}) {
    told(first);
    EXPECT_EQ(watch.doubted(control), std::nullopt);
  }
}

TEST_F(HistoryWatchTest, ATopicThatHasYoungerRecordsInFrontIsDoubted) {
  read(0, 0ms);
  read(1, 50ms);
  told(1);
  read(2, 9s);  // of the new one
  told(0);
  EXPECT_EQ(watch.doubted(control), 1U);
  EXPECT_FALSE(watch.settled());
  compared();
  EXPECT_EQ(watch.doubted(control), std::nullopt);
  EXPECT_TRUE(watch.settled());
}

// The very first record is enough.
TEST_F(HistoryWatchTest, ATopicOfOneRecordIsDoubted) {
  read(0, 0ms);
  told(0);
  EXPECT_EQ(watch.doubted(control), 0U);
}

// A leader whose clock was ahead was followed by one whose is not.
TEST_F(HistoryWatchTest, AnOlderRecordWithAYoungerTimeFits) {
  read(0, 0ms);
  read(1, 80ms);
  read(2, 50ms);
  told(1);
  told(1);
  EXPECT_EQ(asked_from(), 51ms);
  EXPECT_EQ(watch.doubted(control), std::nullopt);
}

TEST_F(HistoryWatchTest, WhatCannotBeLookedAtProvesNothing) {
  read(0, 0ms);
  read(1, 50ms);
  told(1);
  times.clear();
  read(2, 90ms);
  told(0);
  EXPECT_EQ(watch.doubted(control), std::nullopt);
  told(0);
  EXPECT_EQ(asked_from(), 51ms) << "nor that it is the same";
}

TEST_F(HistoryWatchTest, AQuestionWithoutAnAnswerIsAskedAgain) {
  read(0, 0ms);
  read(1, 50ms);
  for (int i = 0; i < 3; ++i) {
    told(std::nullopt);
    EXPECT_EQ(asked_from(), 1ms);
  }
  EXPECT_EQ(watch.answers(), 0U);
  told(1);
  EXPECT_EQ(watch.answers(), 1U);
}

// Each takes its time while the leader is away, and who asks for an end waits meanwhile. Only a
// start waits for it.
TEST_F(HistoryWatchTest, AQuestionIsAskedAgainSoonerUntilTheStartsIsAnswered) {
  watch.read_before(control, {0, began});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(asks());
    asked.back().second(std::nullopt);
    now += HistoryWatch::retry_interval - 1ms;
    EXPECT_FALSE(asks());
    now += 1ms;
  }
  told(5);
  ASSERT_TRUE(asks());
  asked.back().second(std::nullopt);
  now += watch_interval - 1ms;
  EXPECT_FALSE(asks());
  now += 1ms;
  EXPECT_TRUE(asks());
}

// Places without a record of ours have no time that counts.
TEST_F(HistoryWatchTest, ADoubtIsNotAStorm) {
  read(1, 0ms);
  times[0] = Timestamp();
  read(2, 50ms);
  told(0);
  ASSERT_EQ(watch.doubted(control), 1U);
  compared();
  EXPECT_FALSE(asks());
  now += HistoryWatch::doubt_pause;
  ASSERT_TRUE(asks());
  EXPECT_EQ(asked_from(), 51ms) << "of the same topic, or it stops";
}

TEST_F(HistoryWatchTest, ADoubtThatWasNotTakenYetStays) {
  read(0, 0ms);
  read(1, 50ms);
  told(0);
  now += HistoryWatch::doubt_pause;
  told(0);
  EXPECT_EQ(watch.doubted(control), 0U);
}

// It may have read of two topics when it ended.
TEST_F(HistoryWatchTest, BeginsWithTheFirstThatWasReadBeforeTheStart) {
  watch.read_before(control, {0, began});
  times[0] = began;
  EXPECT_FALSE(watch.settled());
  ASSERT_TRUE(asks());
  EXPECT_EQ(asked_from(), 1ms);
  asked.back().second(std::nullopt);
  EXPECT_FALSE(watch.settled());
  now += HistoryWatch::retry_interval;
  told(5);
  EXPECT_TRUE(watch.settled());
}

// A topic loses its end with its leader: nothing comes until another one is elected.
TEST_F(HistoryWatchTest, ALostEndThatGrewAgainBetweenTwoQuestionsIsDoubted) {
  read(0, 0ms);
  answered(1);
  read(1, 100ms);
  read(2, 200ms);
  EXPECT_FALSE(asks());
  now += silence_asked_about;
  read(3, 1'200ms);  // 2 was lost, and another one stands there
  ASSERT_TRUE(asks()) << "before the interval is over";
  EXPECT_EQ(asked_from(), 201ms);
  asked.back().second(2);
  EXPECT_EQ(watch.doubted(control), 2U);
}

TEST_F(HistoryWatchTest, ASilenceIsOneByEitherClock) {
  read(0, 0ms);
  answered(1);
  now += silence_asked_about - 1ms;
  read(1, 999ms);
  EXPECT_FALSE(asks());
  read(2, 1'999ms);  // what was fetched waited until it was read
  answered(2);
  EXPECT_EQ(asked_from(), 1'000ms);
  now += silence_asked_about;
  read(3, 1'500ms);  // the brokers' clock was set
  answered(3);
  EXPECT_EQ(asked_from(), 2'000ms);
}

// One question after the other.
TEST_F(HistoryWatchTest, EachSilenceIsAskedAbout) {
  for (const std::uint64_t offset : {0U, 1U, 2U, 3U}) read(offset, offset * 2s);
  for (const auto from : {1ms, 2'001ms, 4'001ms}) {
    answered(9);
    EXPECT_EQ(asked_from(), from);
  }
  EXPECT_FALSE(asks());
}

// Who reads what is old meets many.
TEST_F(HistoryWatchTest, OnlyTheNewestSilencesAreAskedAbout) {
  for (std::uint64_t offset = 0; offset < 3 * HistoryWatch::silences_max; ++offset)
    read(offset, offset * 2s);
  for (std::size_t i = 0; i < HistoryWatch::silences_max; ++i) {
    answered(99);
    EXPECT_GT(asked_from(), 4s * HistoryWatch::silences_max - 4s);
  }
  answered(99);
  EXPECT_EQ(asked_from(), 1ms);
}

// A broker that was cut off does not know what came after it.
TEST_F(HistoryWatchTest, ASilenceOfWhichNobodyTellsIsAskedAboutAgain) {
  read(0, 0ms);
  answered(1);
  now += 2s;
  read(1, 2s);
  for (const std::optional<std::uint64_t> nothing : {std::optional(HistoryWatch::none_since), {}}) {
    answered(nothing);
    EXPECT_EQ(asked_from(), 1ms);
    now += watch_interval - 1ms;
    EXPECT_FALSE(asks());
    now += 1ms;
  }
  answered(1);
  EXPECT_EQ(watch.doubted(control), std::nullopt);
}

// It may have ended before it asked about them.
TEST_F(HistoryWatchTest, AStartWaitsForWhatWasReadBeforeSilences) {
  watch.read_before(control, {0, began});
  watch.read_before(control, {7, began + 5s});
  answered(8);
  EXPECT_EQ(asked_from(), 5'001ms);
  EXPECT_FALSE(watch.settled());
  answered(1);
  EXPECT_EQ(asked_from(), 1ms);
  EXPECT_TRUE(watch.settled());
}

TEST(BeforeSilences, AreTheNewestRecordsThatOneFollowsLate) {
  const auto record = [](std::uint64_t offset, Duration time) {
    return LogRecord{.offset = offset, .time = Timestamp(1'000s + time), .bytes = {}};
  };
  const std::vector<LogRecord> records{
      record(0, 0ms), record(1, 1s),      record(2, 1'500ms), {.offset = 3, .bytes = {}},
      record(4, 3s),  record(5, 3'100ms), record(6, 2s),      record(7, 2'900ms)};
  const auto offsets = [&](std::size_t most) {
    std::vector<std::uint64_t> found;
    for (const ReadRecord& before : before_silences(records, most)) found.push_back(before.offset);
    return found;
  };
  EXPECT_EQ(offsets(9), (std::vector<std::uint64_t>{0, 2}));
  EXPECT_EQ(offsets(1), std::vector<std::uint64_t>{2});
  EXPECT_TRUE(before_silences({}, 9).empty());
}

}  // namespace
}  // namespace optare
