// What every event log promises (core/log/event_log.h). A log under test is a Fixture:
//
//   FakeClock& clock();   EventLog& log();
//   void reopen();                      the same log after its process went and came back
//   static constexpr bool durable;      whether records outlive `reopen`
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "core/log/event_log.h"
#include "core/log/frame.h"
#include "tests/support/fake_clock.h"

namespace optare {

// Appends and waits for the answer.
inline Append append_and_wait(EventLog& log, Partition partition, std::string frame) {
  std::promise<Append> answer;
  log.append(partition, std::move(frame), [&](Append result) { answer.set_value(result); });
  return answer.get_future().get();
}

template <class Fixture>
class EventLogContract : public testing::Test {
 protected:
  EventLog& log() { return fixture_.log(); }
  FakeClock& clock() { return fixture_.clock(); }
  Append append(std::string frame, Partition partition = Partition::control) {
    return append_and_wait(log(), partition, std::move(frame));
  }
  std::vector<LogRecord> read_all(Partition partition = Partition::control) {
    return log().read(partition, 0, 1'000'000);
  }
  Fixture fixture_;
};
TYPED_TEST_SUITE_P(EventLogContract);

TYPED_TEST_P(EventLogContract, IsEmptyAtFirst) {
  EXPECT_EQ(this->log().end(Partition::control), 0);
  EXPECT_TRUE(this->read_all().empty());
}

TYPED_TEST_P(EventLogContract, GivesBackWhatWasAppendedInOrderAtDenseOffsets) {
  for (const char* frame : {"a", "b", "c"}) ASSERT_EQ(this->append(frame), Append::persisted);
  const auto records = this->read_all();
  ASSERT_EQ(records.size(), 3);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(records[i].offset, i);
    EXPECT_EQ(records[i].bytes, std::string(1, static_cast<char>('a' + i)));
  }
  EXPECT_EQ(this->log().end(Partition::control), 3);
}

TYPED_TEST_P(EventLogContract, KeepsPartitionsApart) {
  this->append("control");
  this->append("token", Partition::tokens_00);
  ASSERT_EQ(this->read_all(Partition::tokens_00).size(), 1);
  EXPECT_EQ(this->read_all(Partition::tokens_00)[0].offset, 0);
  EXPECT_EQ(this->read_all(Partition::tokens_00)[0].bytes, "token");
  EXPECT_EQ(this->read_all()[0].bytes, "control");
}

TYPED_TEST_P(EventLogContract, ReadsFromAnOffsetAndNoMoreThanAsked) {
  for (int i = 0; i < 10; ++i) this->append(std::to_string(i));
  const auto records = this->log().read(Partition::control, 4, 3);
  ASSERT_EQ(records.size(), 3);
  EXPECT_EQ(records.front().offset, 4);
  EXPECT_EQ(records.back().bytes, "6");
  EXPECT_TRUE(this->log().read(Partition::control, 10, 3).empty());
  EXPECT_TRUE(this->log().read(Partition::control, 1'000, 3).empty());
  EXPECT_TRUE(this->log().read(Partition::control, 0, 0).empty());
}

TYPED_TEST_P(EventLogContract, StampsRecordsWithTheWallClockWhichNeverGoesBack) {
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

TYPED_TEST_P(EventLogContract, RefusesAWallClockMoreThanFiveSecondsBehindLogTime) {
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

TYPED_TEST_P(EventLogContract, RefusesAWallClockThatLeaptMoreThanFiveSecondsEitherWay) {
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

TYPED_TEST_P(EventLogContract, TellsTimeByBoottimeWhileTheWallClockIsNotBelieved) {
  this->append("first");
  const Timestamp before = this->log().now();
  this->clock().leap(std::chrono::hours(24));
  this->clock().advance(Duration(7'000));
  EXPECT_EQ(this->log().now(), before + Duration(7'000));
}

TYPED_TEST_P(EventLogContract, TakesFramesOfEverySizeAndAnyBytes) {
  std::string big(frame_bytes_max, '\0');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 31);
  EXPECT_EQ(this->append(""), Append::persisted);
  EXPECT_EQ(this->append(big), Append::persisted);
  const auto records = this->read_all();
  ASSERT_EQ(records.size(), 2);
  EXPECT_EQ(records[0].bytes, "");
  EXPECT_EQ(records[1].bytes, big);
}

TYPED_TEST_P(EventLogContract, SaysThatThereAreNewRecordsOnceTheyCanBeRead) {
  std::promise<std::uint64_t> seen;
  std::atomic<bool> told = false;
  this->log().on_records([&] {
    if (!told.exchange(true)) seen.set_value(this->log().end(Partition::control));
  });
  this->append("a");
  EXPECT_EQ(seen.get_future().get(), 1);
  this->log().on_records({});
}

TYPED_TEST_P(EventLogContract, MayBeAppendedToFromACallback) {
  std::promise<Append> second;
  this->log().append(Partition::control, "a", [&](Append) {
    this->log().append(Partition::control, "b", [&](Append result) { second.set_value(result); });
  });
  EXPECT_EQ(second.get_future().get(), Append::persisted);
  EXPECT_EQ(this->read_all().size(), 2);
}

TYPED_TEST_P(EventLogContract, AnswersEachOfManyConcurrentAppendsExactlyOnceAndKeepsThemAll) {
  constexpr int threads = 4;
  constexpr int appends = 250;
  std::vector<std::atomic<int>> answers(threads * appends);
  std::atomic<int> left = threads * appends;
  std::promise<void> all;
  std::vector<std::thread> writers;
  for (int t = 0; t < threads; ++t) {
    writers.emplace_back([&, t] {
      for (int i = t * appends; i < (t + 1) * appends; ++i) {
        this->log().append(Partition::control, std::to_string(i), [&, i](Append result) {
          if (result == Append::persisted) ++answers[static_cast<std::size_t>(i)];
          if (--left == 0) all.set_value();
        });
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  all.get_future().wait();
  EXPECT_TRUE(std::ranges::all_of(answers, [](const auto& count) { return count == 1; }));

  std::vector<int> last_of_thread(threads, -1);
  const auto records = this->read_all();
  ASSERT_EQ(records.size(), answers.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].offset, i);
    const int number = std::stoi(records[i].bytes);
    int& last = last_of_thread[static_cast<std::size_t>(number / appends)];
    EXPECT_LT(last, number) << "one thread's appends keep their order";
    last = number;
  }
}

TYPED_TEST_P(EventLogContract, KeepsItsRecordsAndItsTimeOverARestart) {
  if constexpr (TypeParam::durable) {
    this->append("a");
    this->append("t", Partition::tokens_00);
    const auto before = this->read_all();
    this->clock().leap(Duration(-3'000));
    this->fixture_.reopen();
    const auto after = this->read_all();
    ASSERT_EQ(after.size(), 1);
    EXPECT_EQ(after[0].bytes, "a");
    EXPECT_EQ(after[0].time, before[0].time);
    EXPECT_EQ(this->log().end(Partition::tokens_00), 1);
    EXPECT_EQ(this->log().now(), before[0].time) << "log time does not go back";
    this->append("b");
    EXPECT_EQ(this->read_all()[1].offset, 1);
  }
}

REGISTER_TYPED_TEST_SUITE_P(EventLogContract, IsEmptyAtFirst,
                            GivesBackWhatWasAppendedInOrderAtDenseOffsets, KeepsPartitionsApart,
                            ReadsFromAnOffsetAndNoMoreThanAsked,
                            StampsRecordsWithTheWallClockWhichNeverGoesBack,
                            RefusesAWallClockMoreThanFiveSecondsBehindLogTime,
                            RefusesAWallClockThatLeaptMoreThanFiveSecondsEitherWay,
                            TellsTimeByBoottimeWhileTheWallClockIsNotBelieved,
                            TakesFramesOfEverySizeAndAnyBytes,
                            SaysThatThereAreNewRecordsOnceTheyCanBeRead,
                            MayBeAppendedToFromACallback,
                            AnswersEachOfManyConcurrentAppendsExactlyOnceAndKeepsThemAll,
                            KeepsItsRecordsAndItsTimeOverARestart);

}  // namespace optare
