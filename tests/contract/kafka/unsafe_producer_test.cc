// A producer that waits for one broker only, and writes again what was not answered in time: what
// it writes twice is admitted once, by its versions alone (design D1).
#include <gtest/gtest.h>

#include "tests/contract/event_log_contract.h"
#include "tests/support/created.h"
#include "tests/support/mock_kafka_log.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

using enum Partition;

TEST(UnsafeProducer, AdmitsOnceWhatItWroteAgain) {
  MockKafkaLog kafka;
  kafka.open([](KafkaLogOptions& options) {
    options.producer_settings = {
        {"acks", "1"}, {"enable.idempotence", "false"}, {"socket.timeout.ms", "300"}};
  });
  ASSERT_TRUE(soon([&] { return append_and_wait(*kafka.log, control, "x") == Append::persisted; }));
  Deployment deployment;
  SmallNode node(deployment, kafka.log.get());
  constexpr std::int16_t produce_request = 0;  // its number in the protocol
  constexpr int late_ms = 5'000;
  constexpr std::uint64_t commands = 2;
  for (std::uint64_t i = 1; i <= commands; ++i) {
    const std::uint64_t before = all_records(*kafka.log, control).size();
    node.settle();
    // Taken, but answered when nobody waits any more: librdkafka looks for that once in a second.
    ASSERT_EQ(
        rd_kafka_mock_broker_push_request_error_rtts(kafka.kafka->cluster(), 1, produce_request, 1,
                                                     RD_KAFKA_RESP_ERR_NO_ERROR, late_ms),
        RD_KAFKA_RESP_ERR_NO_ERROR);
    const auto result = node.begin(create("srv_" + std::to_string(i)));
    EXPECT_TRUE(soon([&] {
      node.settle();
      return kafka.log->end(control) >= before + 2;
    })) << "written again";
    ASSERT_TRUE(soon([&] {
      node.settle();
      return result->has_value();
    }));
    ASSERT_TRUE(**result) << (*result)->error().detail;
    EXPECT_EQ(node.states.position(), i);
  }
  const std::uint64_t records = all_records(*kafka.log, control).size();
  node.settle();
  EXPECT_EQ(node.states.position(), commands);
  std::uint64_t again = 0;
  std::uint64_t no_frames = 0;  // the first one may have been written again, too
  for (const VoidRecord& record : node.voids) {
    again += record.reason == VoidReason::version ? 1 : 0;
    no_frames += record.reason == VoidReason::frame ? 1 : 0;
  }
  EXPECT_GE(again, commands);
  EXPECT_EQ(records, no_frames + commands + again);

  SmallNode other(deployment, kafka.log.get(), "node_2");
  other.settle();
  EXPECT_EQ(other.rows(), node.rows());
}

}  // namespace
}  // namespace optare
