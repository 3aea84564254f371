// What becomes of an append when brokers fail: each outcome that the settle machine tells apart.
#include <gtest/gtest.h>

#include "tests/contract/event_log_contract.h"
#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

using enum Partition;

class AppendFaults : public testing::Test {
 protected:
  // As long as a test is patient. The first record of a producer may take longer than that.
  static void hasty(KafkaLogOptions& options) {
    options.producer_settings = {{"message.timeout.ms", "2000"}};
  }
  Append append(const std::string& frame) { return append_and_wait(*kafka.log, control, frame); }
  std::vector<std::string> frames() {
    std::vector<std::string> all;
    for (LogRecord& record : all_records(*kafka.log, control))
      all.push_back(std::move(record.bytes));
    return all;
  }
  using Frames = std::vector<std::string>;
  MockKafkaLog kafka;
};

TEST_F(AppendFaults, WhatABrokerRefusesForNowIsTriedAgain) {
  ASSERT_EQ(append("first"), Append::persisted);
  kafka.kafka->fail_produce({RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                             RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                             RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  EXPECT_EQ(append("second"), Append::persisted);
  EXPECT_EQ(frames(), (Frames{"first", "second"})) << "once";
}

TEST_F(AppendFaults, WhatABrokerRefusesForGoodIsSurelyNotWritten) {
  ASSERT_EQ(append("first"), Append::persisted);
  kafka.kafka->fail_produce({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  EXPECT_EQ(append("refused"), Append::not_persisted);
  EXPECT_EQ(append("after"), Append::persisted);
  EXPECT_EQ(frames(), (Frames{"first", "after"}));
  const auto errors = kafka.log->status().errors;
  EXPECT_EQ(errors.at("produce MSG_SIZE_TOO_LARGE"), 1U);
}

// A record that brokers have had for long is told to be there, but not where: librdkafka then
// numbers those of a request from -1 on.
TEST_F(AppendFaults, ADuplicateThatStandsNowhereIsNoLostEnd) {
  kafka.open([](KafkaLogOptions& options) {
    options.broker_time_only = true;
    options.producer_settings = {{"linger.ms", "200"}};
  });
  for (int i = 0; i < 8; ++i) ASSERT_EQ(append("before"), Append::persisted);
  ASSERT_TRUE(soon([&] { return kafka.log->end(control) == 8; }));
  kafka.kafka->fail_produce({RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER});
  std::atomic<int> persisted = 0;
  for (int i = 0; i < 4; ++i)
    kafka.log->append(control, "again",
                      [&](Append result) { persisted += result == Append::persisted ? 1 : 0; });
  ASSERT_TRUE(soon([&] { return persisted == 4; }));
  // Looked at each 50 ms.
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(kafka.log->other_history(), "");
}

TEST_F(AppendFaults, WhatWasNeverSentIsSurelyNotWritten) {
  kafka.open(hasty);
  ASSERT_TRUE(soon([&] { return append("first") == Append::persisted; }));
  const auto connections_lost = [&] { return kafka.log->status().errors["producer _TRANSPORT"]; };
  const std::uint64_t before = connections_lost();
  rd_kafka_mock_broker_set_down(kafka.kafka->cluster(), 1);
  EXPECT_TRUE(soon([&] { return connections_lost() > before; }));
  EXPECT_EQ(append("unsent"), Append::not_persisted);
  rd_kafka_mock_broker_set_up(kafka.kafka->cluster(), 1);
  EXPECT_TRUE(soon([&] { return append("after") == Append::persisted; }));
  EXPECT_EQ(std::ranges::count(frames(), "unsent"), 0);
}

TEST_F(AppendFaults, WhatWasSentAndNotAnsweredMayTurnUp) {
  kafka.open(hasty);
  ASSERT_TRUE(soon([&] { return append("first") == Append::persisted; }));
  rd_kafka_mock_broker_set_rtt(kafka.kafka->cluster(), 1, 10'000);
  // On a busy machine its time may be over before it is sent: then it is surely not written.
  Append result = Append::not_persisted;
  EXPECT_TRUE(soon([&] { return (result = append("unanswered")) != Append::not_persisted; }));
  EXPECT_EQ(result, Append::possibly_persisted);
  rd_kafka_mock_broker_set_rtt(kafka.kafka->cluster(), 1, 0);
  EXPECT_TRUE(soon([&] { return append("after") == Append::persisted; }));
  const auto all = frames();
  EXPECT_EQ(all.front(), "first");
  EXPECT_EQ(all.back(), "after");
}

TEST_F(AppendFaults, AFatalErrorIsOutlivedByANewProducer) {
  ASSERT_EQ(append("first"), Append::persisted);
  kafka.kafka->fail_produce({RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  EXPECT_NE(append("fatal"), Append::persisted);
  EXPECT_TRUE(soon([&] { return append("after") == Append::persisted; }));
  EXPECT_EQ(kafka.log->status().producers_rebuilt, 1U);
  EXPECT_EQ(frames().back(), "after");
}

TEST_F(AppendFaults, EverythingUnderWayIsAnsweredAfterAFatalError) {
  ASSERT_EQ(append("first"), Append::persisted);
  kafka.kafka->fail_produce({RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  constexpr int appends = 500;
  std::atomic<int> answered = 0;
  std::atomic<int> persisted = 0;
  for (int i = 0; i < appends; ++i) {
    kafka.log->append(control, std::to_string(i), [&](Append result) {
      persisted += result == Append::persisted ? 1 : 0;
      ++answered;
    });
  }
  EXPECT_TRUE(soon([&] { return answered == appends; }));
  EXPECT_TRUE(soon([&] { return append("after") == Append::persisted; }));
  EXPECT_GE(static_cast<int>(frames().size()), persisted + 2) << "what was said to be there is";
}

TEST_F(AppendFaults, TakesNoMoreThanItsQueueHolds) {
  kafka.open([](KafkaLogOptions& options) {
    // So that none of them is given up before the last one came.
    options.producer_settings = {{"message.timeout.ms", "10000"},
                                 {"queue.buffering.max.messages", "10"}};
  });
  rd_kafka_mock_broker_set_down(kafka.kafka->cluster(), 1);
  std::atomic<int> refused_at_once = 0;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 30; ++i) kafka.log->append(control, "x", [&](Append) { ++answered; });
  refused_at_once = answered.load();
  EXPECT_EQ(refused_at_once, 20);
  EXPECT_TRUE(soon([&] { return answered == 30; })) << "and the others when their time is over";
  EXPECT_EQ(kafka.log->status().errors.at("produce _QUEUE_FULL"), 20U);
}

TEST_F(AppendFaults, RefusesFramesOverTheLimit) {
  EXPECT_EQ(append(std::string(frame_bytes_max + 1, 'x')), Append::not_persisted);
  EXPECT_EQ(append(std::string(frame_bytes_max, 'x')), Append::persisted);
}

TEST_F(AppendFaults, AnswersWhatIsUnderWayWhenItEnds) {
  rd_kafka_mock_broker_set_rtt(kafka.kafka->cluster(), 1, 5'000);
  std::atomic<int> answered = 0;
  for (int i = 0; i < 10; ++i) kafka.log->append(control, "x", [&](Append) { ++answered; });
  kafka.log.reset();
  EXPECT_EQ(answered, 10);
}

TEST_F(AppendFaults, NobodyCanTellWhereItEndsWhileBrokersAreAway) {
  ASSERT_EQ(append("first"), Append::persisted);
  ASSERT_TRUE(soon([&] { return kafka.log->end(control) == 1U; }));
  EXPECT_EQ(ask_end_until_told(*kafka.log, control), 1U);
  rd_kafka_mock_broker_set_down(kafka.kafka->cluster(), 1);
  EXPECT_EQ(ask_end_and_wait(*kafka.log, control), std::nullopt);
  EXPECT_EQ(kafka.log->read(control, 0, 10).size(), 1U) << "reads go on";
  rd_kafka_mock_broker_set_up(kafka.kafka->cluster(), 1);
  EXPECT_EQ(ask_end_until_told(*kafka.log, control), 1U);
}

// However many ask: who asks while a question is under way shares the next one. Two are enough
// for who asks faster than one is answered.
TEST_F(AppendFaults, ManyWhoAskForTheEndPutLittleLoadOnBrokers) {
  rd_kafka_mock_broker_set_rtt(kafka.kafka->cluster(), 1, 100);
  std::atomic<int> answered = 0;
  constexpr int askers = 10'000;
  for (int i = 0; i < askers; ++i)
    kafka.log->ask_end(control, [&](std::optional<std::uint64_t>) { ++answered; });
  EXPECT_TRUE(soon([&] { return answered == askers; }));
  EXPECT_LE(kafka.log->status().ends_asked, askers / 100);
}

}  // namespace
}  // namespace optare
