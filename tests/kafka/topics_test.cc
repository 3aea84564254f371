// Topics on real brokers: made, looked at, and changed by an operator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "core/kafka/topic_admin.h"
#include "ops/topics_watch.h"
#include "tests/support/kafka_brokers.h"
#include "tests/support/process.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::seconds patience{60};

KafkaConnection connection_to(const std::string& prefix) {
  KafkaConnection connection;
  connection.brokers = shared_brokers();
  connection.topic_prefix = prefix;
  return connection;
}

// A broker that is not known, or does not tell of itself in time, is left out of a look.
FoundCluster look_at_three(const TopicAdmin& admin) {
  FoundCluster found;
  wait_until("three brokers to tell of themselves", [&] {
    const auto seen = admin.look();
    if (seen) found = *seen;
    return found.brokers_known == 3 && found.brokers.size() == 3;
  });
  return found;
}

TEST(KafkaTopics, AreMadeOnceAndAreThenRight) {
  const std::string prefix = kafka_prefix();
  TopicAdmin admin(connection_to(prefix));
  const FoundCluster before = look_at_three(admin);
  EXPECT_TRUE(before.brokers[0].has_telemetry);
  EXPECT_GE(before.brokers[0].session_timeout_ms, session_timeout_ms_min);
  EXPECT_GE(before.brokers[0].replica_lag_ms, replica_lag_ms_min);
  EXPECT_THAT(refusals(judge(before, admin.names()), false),
              HasSubstr(prefix + ".control: there is no such topic"));
  const auto made = admin.make_missing(before, patience);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->names, admin.names().all());
  EXPECT_THAT(judge(made->found, admin.names()), IsEmpty());
  const auto again = admin.make_missing(made->found, patience);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_THAT(again->names, IsEmpty());
}

TEST(KafkaTopics, AreMadeByOneOfTwoAtOnce) {
  const KafkaConnection connection = connection_to(kafka_prefix());
  std::array<std::size_t, 2> made{};
  const auto make = [&](std::size_t who) {
    TopicAdmin admin(connection);
    const auto found = admin.look(patience);
    ASSERT_TRUE(found) << found.error().detail;
    const auto names = admin.make_missing(*found, patience);
    ASSERT_TRUE(names) << names.error().detail;
    made.at(who) = names->names.size();
  };
  std::thread other(make, 1);
  make(0);
  other.join();
  EXPECT_EQ(made[0] + made[1], 4U);
}

TEST(KafkaTopics, ThatAnOperatorChangedAreNamed) {
  const std::string prefix = kafka_prefix();
  TopicAdmin admin(connection_to(prefix));
  ASSERT_TRUE(admin.make_missing(look_at_three(admin), patience));
  RawKafka kafka(shared_brokers());
  for (const NewTopic& made : topics_to_make(admin.names(), 3)) {
    auto settings = made.settings;
    if (made.name == prefix + ".control") settings["cleanup.policy"] = "compact";
    if (made.name == prefix + ".tokens") settings["retention.ms"] = "1000";
    kafka.set_topic(made.name, {settings.begin(), settings.end()});
  }
  const std::vector<std::string> wanted{
      prefix + ".control: cleanup.policy is compact, wanted: delete",
      prefix + ".tokens: retention.ms is 1000, wanted: -1"};
  // Each change reaches each broker in its own time.
  wait_until("both changes, and no other, to be named", [&] {
    const auto found = admin.look();
    if (!found) return false;
    std::vector<std::string> texts;
    for (const Finding& finding : judge(*found, admin.names())) texts.push_back(finding.text());
    return texts == wanted;
  });
}

// A node that runs takes no writes meanwhile, and takes them again without a restart.
TEST(KafkaTopics, AreWatched) {
  const std::string prefix = kafka_prefix();
  TopicAdmin admin(connection_to(prefix));
  const auto made = admin.make_missing(look_at_three(admin), patience);
  ASSERT_TRUE(made) << made.error().detail;
  LogLines lines(LogLevel::error, -1);
  const TopicsWatch watch(std::move(admin), made->found, lines, std::chrono::milliseconds(100));
  RawKafka kafka(shared_brokers());
  TopicSettings right = topics_to_make(TopicNames(prefix), 3).front().settings;
  TopicSettings wrong = right;
  wrong["min.insync.replicas"] = "1";
  const auto says = [&](const std::string& refusal) {
    return watch.refusal() == refusal && watch.refuses() == !refusal.empty();
  };
  EXPECT_TRUE(says(""));
  kafka.set_topic(prefix + ".control", {wrong.begin(), wrong.end()});
  const std::string refusal = prefix + ".control: min.insync.replicas is 1, wanted: at least 2";
  wait_until("the change to be seen, and writes to be refused", [&] { return says(refusal); });
  kafka.set_topic(prefix + ".control", {right.begin(), right.end()});
  wait_until("the repair to be seen, and writes to be taken", [&] { return says(""); });
}

// Writes go on with two copies of three: that one is missing has to be told.
TEST(KafkaFaultsTopics, AreSeenWithFewerCopiesInSync) {
  KafkaBrokers brokers;
  KafkaConnection connection;
  connection.brokers = brokers.bootstrap();
  TopicAdmin admin(connection);
  const auto made = admin.make_missing(look_at_three(admin), patience);
  ASSERT_TRUE(made) << made.error().detail;
  LogLines lines(LogLevel::error, -1);
  const TopicsWatch watch(std::move(admin), made->found, lines, std::chrono::milliseconds(100));
  const auto all_have = [&](int in_sync) {
    const auto copies = watch.copies();
    return copies.size() == 4 && std::ranges::all_of(copies, [&](const TopicCopies& topic) {
             return topic.assigned == 3 && topic.in_sync == in_sync;
           });
  };
  wait_until("every copy to be in sync", [&] { return all_have(3); });
  brokers.stop(3);
  wait_until("a copy to be missed", [&] { return all_have(2); });
  EXPECT_FALSE(watch.refuses());
  brokers.start(3);
  wait_until("it to be back", [&] { return all_have(3); });
  brokers.stop_all();
  wait_until("nothing to be told", [&] { return watch.copies().empty(); });
}

TEST(KafkaFaultsTopics, AreRefusedOnABrokerThatIsMissedTooSoon) {
  KafkaBrokers brokers({.brokers = 1, .hasty = false});
  brokers.stop(1);
  std::ofstream(brokers.folder() / "node1/server.properties", std::ios::app)
      << "broker.session.timeout.ms=2500\nbroker.heartbeat.interval.ms=500\n"
      << "replica.lag.time.max.ms=2900\n";
  brokers.start(1);
  KafkaConnection connection;
  connection.brokers = brokers.bootstrap();
  TopicAdmin admin(connection);
  const auto found = admin.look(patience);
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_THAT(refusals(judge(*found, admin.names()), false),
              AllOf(HasSubstr("broker 1: broker.session.timeout.ms is 2500, wanted: at least 3000"),
                    HasSubstr("broker 1: replica.lag.time.max.ms is 2900, wanted: at least 3000")));
}

TEST(KafkaTopics, SayInTimeThatNobodyAnswers) {
  KafkaConnection nobody;
  nobody.brokers = "127.0.0.1:1";
  const auto found = TopicAdmin(nobody).look(std::chrono::milliseconds(500));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::unavailable);
  EXPECT_THAT(found.error().detail, AllOf(HasSubstr("127.0.0.1:1"), HasSubstr("Are they up")));
}

}  // namespace
}  // namespace optare
