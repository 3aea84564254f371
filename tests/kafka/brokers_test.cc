// The brokers that the other tests stand on, and what ops/kafka promises of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <sstream>

#include "core/kafka/topic_admin.h"
#include "tests/support/kafka_brokers.h"
#include "tests/support/process.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::system_clock;
using ::testing::HasSubstr;
using ::testing::Not;

std::int64_t now_ms() {
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

TEST(KafkaBrokers, KeepWhatIsProducedAndStampIt) {
  RawKafka kafka(shared_brokers());
  const std::string topic = kafka_prefix() + ".smoke";
  kafka.create_topic(topic, 2);
  wait_until("three in sync", [&] { return kafka.in_sync(topic, 1) == 3; });

  const std::int64_t before = now_ms();
  EXPECT_EQ(kafka.produce(topic, 1, "first", "key"), 0);
  EXPECT_EQ(kafka.produce(topic, 1, std::nullopt, "key"), 1);
  const std::int64_t after = now_ms();

  const auto records = kafka.read(topic, 1);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].value, "first");
  EXPECT_EQ(records[0].key, "key");
  EXPECT_EQ(records[1].value, std::nullopt);
  for (const RawRecord& record : records) {
    EXPECT_TRUE(record.stamped_by_broker);
    EXPECT_GE(record.time_ms, before);
    EXPECT_LE(record.time_ms, after);
  }
  EXPECT_TRUE(kafka.read(topic, 0).empty());
}

TEST(KafkaBrokers, MakeNoTopicThatNobodyAskedFor) {
  RawKafka kafka(shared_brokers());
  EXPECT_THROW(kafka.produce(kafka_prefix() + ".unknown", 0, "lost"), std::runtime_error);
}

TEST(KafkaBrokers, LetAnOperatorChangeATopic) {
  RawKafka kafka(shared_brokers());
  const std::string topic = kafka_prefix() + ".changed";
  kafka.create_topic(topic, 1, {{"message.timestamp.type", "CreateTime"}});
  kafka.produce(topic, 0, "stamped by its writer");
  kafka.set_topic(topic, {{"message.timestamp.type", "LogAppendTime"}});
  wait_until("a record with the broker's stamp", [&] {
    kafka.produce(topic, 0, "stamped by the broker, soon");
    return kafka.read(topic).back().stamped_by_broker;
  });
  EXPECT_FALSE(kafka.read(topic).front().stamped_by_broker);
  kafka.delete_records(topic, 0, 1);
  EXPECT_EQ(kafka.read(topic).front().offset, 1);
  kafka.delete_topic(topic);
  wait_until("the end of the topic", [&] { return kafka.leader(topic) == 0; });
}

// The shared cluster is only asked here: everything else is done to one of the test's own.
TEST(KafkaFaults, BrokersUnderOpsKafka) {
  KafkaBrokers brokers;
  // Whichever is asked: who makes a topic with fewer in mind makes it with fewer copies.
  std::istringstream addresses(brokers.bootstrap());
  for (std::string address; std::getline(addresses, address, ',');) {
    const auto found = TopicAdmin({.brokers = address}).look();
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->brokers_known, 3) << address;
  }
  RawKafka kafka(brokers.bootstrap());
  kafka.create_topic("kept");
  EXPECT_EQ(kafka.produce("kept", 0, "before"), 0);
  // Up a second time: the same cluster.
  EXPECT_EQ(brokers.command({"up"}), brokers.bootstrap());
  EXPECT_THROW(brokers.command({"up", "--brokers", "1"}), std::runtime_error);

  const int leader = kafka.leader("kept");
  brokers.kill(leader);
  EXPECT_EQ(kafka.produce("kept", 0, "without its leader"), 1);
  EXPECT_THAT(brokers.command({"status"}), HasSubstr("stopped"));
  brokers.start(leader);
  wait_until("three in sync", [&] { return kafka.in_sync("kept") == 3; });

  const int controller = brokers.controller();
  brokers.pause(controller);
  EXPECT_THAT(brokers.command({"status"}), HasSubstr("paused"));
  EXPECT_NE(brokers.controller(), controller);
  brokers.resume(controller);

  brokers.stop_all();
  brokers.stop_all();
  EXPECT_THAT(brokers.command({"status"}), Not(HasSubstr("running")));
  EXPECT_THROW(brokers.pause(1), std::runtime_error);
  brokers.start_all();
  EXPECT_EQ(kafka.read("kept").size(), 2U);
}

TEST(KafkaFaults, ClustersThatComeUpAtOnceHaveNetworksOfTheirOwn) {
  const auto come_up = [] {
    return std::make_unique<KafkaBrokers>(KafkaBrokersOptions{.brokers = 1, .network = true});
  };
  auto other = std::async(std::launch::async, come_up);
  const auto one = come_up();
  {
    const auto another = other.get();
    EXPECT_NE(another->bootstrap(), one->bootstrap());
    RawKafka(another->bootstrap()).create_topic("its-own");
  }
  // What goes with one is not the other's.
  RawKafka kafka(one->bootstrap());
  kafka.create_topic("kept");
  EXPECT_EQ(kafka.produce("kept", 0, "alone"), 0);
  one->stop_all();
  one->start_all();
  EXPECT_EQ(kafka.read("kept").size(), 1U);
}

}  // namespace
}  // namespace optare
