// Batches that a stranger compressed: a few KiB may become more than any client takes, and then
// nobody reads on behind them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/kafka/topic_reader.h"
#include "core/kafka/topics.h"
#include "tests/support/kafka_brokers.h"
#include "tests/support/process.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

// More than librdkafka takes (receive.message.max.bytes); as zstd some KiB.
constexpr std::size_t too_large = 101'000'000;
constexpr std::size_t over_the_limit = 2U << 20U;  // of the topic: 1 MiB

RawKafka stranger(const std::string& brokers, const std::string& codec) {
  return RawKafka(brokers, {{"compression.codec", codec},
                            {"message.max.bytes", "200000000"},
                            {"queue.buffering.max.kbytes", "400000"}});
}

// Why the record was not taken; empty when it was.
std::string refusal(RawKafka& kafka, const std::string& topic, std::size_t size) {
  try {
    kafka.produce(topic, 0, std::string(size, '\0'));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

// With the settings that `init` makes the log with, but for these.
std::string made_topic(RawKafka& kafka, const std::string& brokers_prefix,
                       const RawKafka::Settings& but = {}) {
  const TopicNames names(brokers_prefix);
  const NewTopic made = topics_to_make(names, 3).front();
  RawKafka::Settings settings{made.settings.begin(), made.settings.end()};
  for (const auto& [name, value] : but) settings[name] = value;
  kafka.create_topic(made.name, 1, settings, made.replicas);
  return made.name;
}

TEST(KafkaCompression, OfAStrangerIsUndoneByTheBrokerOrRefused) {
  RawKafka raw(shared_brokers());
  const std::string topic = made_topic(raw, kafka_prefix());
  for (const char* codec : {"gzip", "zstd", "lz4", "snappy"}) {
    RawKafka compressing = stranger(shared_brokers(), codec);
    EXPECT_THAT(refusal(compressing, topic, over_the_limit), HasSubstr("MSG_SIZE_TOO_LARGE"))
        << codec;
    EXPECT_EQ(refusal(compressing, topic, over_the_limit / 4), "") << codec;
  }
  // Stored as large as it is read.
  const auto records = raw.read(topic);
  ASSERT_EQ(records.size(), 4U);
  for (const RawRecord& record : records) EXPECT_EQ(record.value->size(), over_the_limit / 4);
}

// What the setting is for.
TEST(KafkaCompression, KeptAsItCameEndsALogForEver) {
  RawKafka raw(shared_brokers());
  const std::string topic = made_topic(raw, kafka_prefix(), {{"compression.type", "producer"}});
  raw.produce(topic, 0, "before");
  RawKafka compressing = stranger(shared_brokers(), "zstd");
  ASSERT_EQ(refusal(compressing, topic, too_large), "");
  raw.produce(topic, 0, "behind");
  const KafkaConnection connection{.brokers = shared_brokers()};
  TopicReader reader(connection, topic, 500ms);
  std::vector<std::string> values;
  wait_until("the record to be met", [&] {
    reader.poll(100ms, [&](const TopicReader::Record& record) {
      values.emplace_back(record.value.value_or(""));
    });
    return reader.fault().contains(": record ");  // a busy broker may be another fault before
  });
  EXPECT_THAT(values, testing::ElementsAre("before"));
  EXPECT_THAT(reader.fault(),
              AllOf(HasSubstr(topic + ": record 1 cannot be read"), HasSubstr("Decompression")));
}

}  // namespace
}  // namespace optare
