// What becomes of an append when brokers fail: each outcome that the settle machine tells apart.
#include <gtest/gtest.h>

#include "tests/contract/event_log_contract.h"
#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

constexpr Partition control = Partition::control;
constexpr std::int16_t produce_request = 0;

class AppendFaults : public testing::Test {
 protected:
  // As long as a test is patient.
  static void hasty(KafkaLogOptions& options) {
    options.producer_settings = {{"message.timeout.ms", "1000"}};
  }
  Append append(const std::string& frame) { return append_and_wait(*kafka.log, control, frame); }
  void fail_produce(const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(kafka.kafka->cluster(), produce_request, errors.size(),
                                            errors.data());
  }
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
  fail_produce({RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  EXPECT_EQ(append("second"), Append::persisted);
  EXPECT_EQ(frames(), (Frames{"first", "second"})) << "once";
}

TEST_F(AppendFaults, WhatWasNeverSentIsSurelyNotWritten) {
  kafka.open(hasty);
  ASSERT_EQ(append("first"), Append::persisted);
  rd_kafka_mock_broker_set_down(kafka.kafka->cluster(), 1);
  EXPECT_TRUE(soon([&] { return kafka.log->status().errors.contains("producer _TRANSPORT"); }));
  EXPECT_EQ(append("unsent"), Append::not_persisted);
  rd_kafka_mock_broker_set_up(kafka.kafka->cluster(), 1);
  EXPECT_TRUE(soon([&] { return append("after") == Append::persisted; }));
  EXPECT_EQ(std::ranges::count(frames(), "unsent"), 0);
}

TEST_F(AppendFaults, WhatWasSentAndNotAnsweredMayTurnUp) {
  kafka.open(hasty);
  ASSERT_EQ(append("first"), Append::persisted);
  rd_kafka_mock_broker_set_rtt(kafka.kafka->cluster(), 1, 5'000);
  EXPECT_EQ(append("unanswered"), Append::possibly_persisted);
  rd_kafka_mock_broker_set_rtt(kafka.kafka->cluster(), 1, 0);
  EXPECT_TRUE(soon([&] { return append("after") == Append::persisted; }));
  const auto all = frames();
  EXPECT_EQ(all.front(), "first");
  EXPECT_EQ(all.back(), "after");
}

}  // namespace
}  // namespace optare
