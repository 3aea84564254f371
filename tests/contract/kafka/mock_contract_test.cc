// The contract of every log, over the Kafka adapter on librdkafka's mock cluster. On real brokers:
// tests/kafka.
#include "tests/contract/event_log_contract.h"
#include "tests/support/mock_kafka_log.h"

namespace optare {
namespace {

enum class Mirrors : std::uint8_t { kept, lost, read_from_disk };
// Safety does not rest on acknowledgements by all, nor on idempotence (design D1).
enum class Producer : std::uint8_t { as_it_is, unsafe };

template <Mirrors mirrors, Producer producer = Producer::as_it_is>
class MockKafkaLogFixture {
 public:
  static constexpr bool durable = true;
  MockKafkaLogFixture() { open(); }
  const Clock& clock() { return *kafka_.clock; }
  EventLog& log() { return *kafka_.log; }
  void reopen() {
    if (mirrors == Mirrors::lost) kafka_.lose_mirror();
    open();
  }

 private:
  void open() {
    kafka_.open([](KafkaLogOptions& options) {
      if (mirrors == Mirrors::read_from_disk) options.mirror.tail_records_max = 0;
      // Patient: what such a producer sends again is written again.
      if (producer == Producer::unsafe) {
        options.producer_settings = {
            {"acks", "1"}, {"enable.idempotence", "false"}, {"socket.timeout.ms", "60000"}};
      }
    });
    EXPECT_TRUE(kafka_.log->catch_up(std::chrono::seconds(60)));
  }
  MockKafkaLog kafka_;
};

using Logs = testing::Types<MockKafkaLogFixture<Mirrors::kept>, MockKafkaLogFixture<Mirrors::lost>,
                            MockKafkaLogFixture<Mirrors::read_from_disk>,
                            MockKafkaLogFixture<Mirrors::kept, Producer::unsafe>>;

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(MockKafka, EventLogContract, Logs);

}  // namespace optare
