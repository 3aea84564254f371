// What every event log promises (core/log/event_log.h). A log under test is a Fixture:
//
//   EventLog& log();
//   const Clock& clock();               the log's
//   void reopen();                      the same log after its process went and came back
//   static constexpr bool durable;      whether records outlive `reopen`
//
// What only those promise that stamp records with their own wall clock: stamping_log_contract.h.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "core/log/event_log.h"
#include "core/log/frame.h"
#include "core/ports/clock.h"

namespace optare {

// Appends and waits for the answer.
inline Append append_and_wait(EventLog& log, Partition partition, std::string frame) {
  std::promise<Append> answer;
  log.append(partition, std::move(frame), [&](Append result) { answer.set_value(result); });
  return answer.get_future().get();
}

// Waits until it holds; false when it does not within what any log needs on a busy machine.
template <class Condition>
bool soon(const Condition& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// Where the log ends, as it says itself when asked; nullopt when nobody can tell.
inline std::optional<std::uint64_t> ask_end_and_wait(const EventLog& log, Partition partition) {
  std::promise<std::optional<std::uint64_t>> answer;
  log.ask_end(partition, [&](std::optional<std::uint64_t> end) { answer.set_value(end); });
  return answer.get_future().get();
}

// Asks again while nobody can tell: one answer has no more than `end_question_patience`.
inline std::optional<std::uint64_t> ask_end_until_told(const EventLog& log, Partition partition) {
  std::optional<std::uint64_t> end;
  soon([&] { return (end = ask_end_and_wait(log, partition)).has_value(); });
  return end;
}

// Everything that is durable, once it can be read.
inline std::vector<LogRecord> all_records(const EventLog& log, Partition partition) {
  const auto end = ask_end_until_told(log, partition);
  EXPECT_TRUE(end.has_value()) << "nobody can tell where the log ends";
  EXPECT_TRUE(soon([&] { return log.end(partition) >= end.value_or(0); }));
  return log.read(partition, 0, 1'000'000);
}

template <class Fixture>
class EventLogContract : public testing::Test {
 protected:
  EventLog& log() { return fixture_.log(); }
  const Clock& clock() { return fixture_.clock(); }
  Append append(std::string frame, Partition partition = Partition::control) {
    return append_and_wait(log(), partition, std::move(frame));
  }
  std::vector<LogRecord> read_all(Partition partition = Partition::control) {
    return all_records(log(), partition);
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
  ASSERT_EQ(this->read_all().size(), 10);
  const auto records = this->log().read(Partition::control, 4, 3);
  ASSERT_EQ(records.size(), 3);
  EXPECT_EQ(records.front().offset, 4);
  EXPECT_EQ(records.back().bytes, "6");
  EXPECT_TRUE(this->log().read(Partition::control, 10, 3).empty());
  EXPECT_TRUE(this->log().read(Partition::control, 1'000, 3).empty());
  EXPECT_TRUE(this->log().read(Partition::control, 0, 0).empty());
}

TYPED_TEST_P(EventLogContract, LogTimeOfTheNewestRecordIsNotAheadOfNow) {
  this->append("a");
  this->append("b");
  const auto records = this->read_all();
  ASSERT_EQ(records.size(), 2);
  EXPECT_LE(records[0].time, records[1].time);
  EXPECT_GE(this->log().now(), records[1].time);
  EXPECT_LE(this->log().now(), records[1].time + std::chrono::seconds(20));
}

TYPED_TEST_P(EventLogContract, IsAsCurrentAsItsNewestRecordProves) {
  for (const Partition partition : partitions) {
    const Duration before = this->clock().boottime();
    ASSERT_EQ(this->append("proof", partition), Append::persisted);
    EXPECT_TRUE(soon([&] { return this->log().currency(partition).at >= before; }));
    const Currency currency = this->log().currency(partition);
    EXPECT_LE(currency.at, this->clock().boottime());
    EXPECT_EQ(this->log().end(partition), 1U) << "what is said to be there can be read";
    ASSERT_EQ(this->append("later", partition), Append::persisted);
    const auto records = this->read_all(partition);
    ASSERT_EQ(records.size(), 2);
    EXPECT_GE(records[1].time, currency.log_time);
  }
}

TYPED_TEST_P(EventLogContract, TellsWhereItEnds) {
  EXPECT_EQ(ask_end_until_told(this->log(), Partition::control), 0U);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    this->append("a");
    EXPECT_EQ(ask_end_until_told(this->log(), Partition::control), i) << "as soon as it is durable";
  }
  EXPECT_EQ(ask_end_until_told(this->log(), Partition::tokens_00), 0U);
}

TYPED_TEST_P(EventLogContract, AnswersEachOfManyWhoAskWhereItEndsExactlyOnce) {
  this->append("a");
  EXPECT_EQ(ask_end_until_told(this->log(), Partition::control), 1U) << "somebody can tell";
  constexpr std::size_t askers = 200;
  std::vector<std::atomic<int>> answers(askers);
  for (auto& answer : answers) {
    this->log().ask_end(Partition::control, [&answer](std::optional<std::uint64_t> end) {
      answer += end == 1U ? 1 : 1'000;
    });
  }
  EXPECT_TRUE(soon([&] { return std::ranges::all_of(answers, [](auto& n) { return n != 0; }); }));
  EXPECT_EQ(ask_end_until_told(this->log(), Partition::control), 1U);
  EXPECT_TRUE(std::ranges::all_of(answers, [](auto& n) { return n == 1; }));
}

TYPED_TEST_P(EventLogContract, IsNoOtherLogAlsoWhenLookedAtAgain) {
  this->log().look_again(Partition::control);
  this->append("a");
  ASSERT_EQ(this->read_all().size(), 1);
  this->log().look_again(Partition::control);
  this->append("b");
  EXPECT_EQ(this->read_all().size(), 2) << "it goes on meanwhile";
  EXPECT_EQ(this->log().other_history(), "");
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
    const std::uint64_t end = this->log().end(Partition::control);
    if (end > 0 && !told.exchange(true)) seen.set_value(end);
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

TYPED_TEST_P(EventLogContract, KeepsItsRecordsOverARestart) {
  if constexpr (TypeParam::durable) {
    this->append("a");
    this->append("t", Partition::tokens_00);
    const auto before = this->read_all();
    ASSERT_EQ(before.size(), 1);
    this->fixture_.reopen();
    const auto after = this->read_all();
    ASSERT_EQ(after.size(), 1);
    EXPECT_EQ(after[0].bytes, "a");
    EXPECT_EQ(after[0].time, before[0].time);
    EXPECT_EQ(this->read_all(Partition::tokens_00).size(), 1);
    EXPECT_GE(this->log().now(), before[0].time) << "log time does not go back";
    this->append("b");
    ASSERT_EQ(this->read_all().size(), 2);
    EXPECT_EQ(this->read_all()[1].offset, 1);
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    EventLogContract, IsEmptyAtFirst, GivesBackWhatWasAppendedInOrderAtDenseOffsets,
    KeepsPartitionsApart, ReadsFromAnOffsetAndNoMoreThanAsked,
    LogTimeOfTheNewestRecordIsNotAheadOfNow, IsAsCurrentAsItsNewestRecordProves, TellsWhereItEnds,
    AnswersEachOfManyWhoAskWhereItEndsExactlyOnce, IsNoOtherLogAlsoWhenLookedAtAgain,
    TakesFramesOfEverySizeAndAnyBytes, SaysThatThereAreNewRecordsOnceTheyCanBeRead,
    MayBeAppendedToFromACallback, AnswersEachOfManyConcurrentAppendsExactlyOnceAndKeepsThemAll,
    KeepsItsRecordsOverARestart);

}  // namespace optare
