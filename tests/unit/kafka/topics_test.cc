// Which settings of topics and brokers are right, and what is said of the others.
#include "core/kafka/topics.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace optare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TopicNames names("optare");

FoundCluster made(int brokers) {
  FoundCluster found;
  for (int id = 1; id <= brokers; ++id)
    found.brokers.push_back({id, "3.9-IV0", true, 9'000, 30'000});
  for (const NewTopic& topic : topics_to_make(names, brokers))
    found.topics.push_back(
        {topic.name, topic.partitions, topic.replicas, topic.replicas, topic.settings});
  return found;
}

FoundTopic& topic_of(FoundCluster& found, const std::string& name) {
  return *std::ranges::find(found.topics, name, &FoundTopic::name);
}

std::vector<std::string> texts(const FoundCluster& found) {
  std::vector<std::string> texts;
  for (const Finding& finding : judge(found, names)) texts.push_back(finding.text());
  return texts;
}

TEST(Topics, AreRightAsTheyAreMade) { EXPECT_THAT(judge(made(3), names), IsEmpty()); }

TEST(Topics, AreMadeWithWhatThereIs) {
  const auto replicas = [](int brokers) { return topics_to_make(names, brokers)[0].replicas; };
  const auto confirming = [](int brokers) {
    return topics_to_make(names, brokers)[0].settings.at("min.insync.replicas");
  };
  EXPECT_EQ(replicas(1), 1);
  EXPECT_EQ(replicas(2), 2);
  EXPECT_EQ(replicas(3), 3);
  EXPECT_EQ(replicas(9), 3);
  EXPECT_EQ(confirming(1), "1");
  EXPECT_EQ(confirming(2), "2") << "one of two may not acknowledge alone";
  EXPECT_EQ(confirming(3), "2");
}

// Nobody loses a trial on one broker for it, and nobody overlooks it.
TEST(Topics, WithFewerCopiesThanThreeAreWarnedOf) {
  const auto findings = judge(made(1), names);
  EXPECT_EQ(refusals(findings, false), "");
  EXPECT_EQ(refusals(findings, true), "");
  EXPECT_THAT(warnings(findings, false),
              testing::StartsWith("optare.control: replication factor is 1, wanted: 3, on three "
                                  "brokers or more\n"));
  EXPECT_EQ(findings.size(), names.all().size());
}

// Where there are three brokers it is none.
TEST(Topics, WithFewerCopiesThanThereAreBrokersForAreRefusedAtTheStart) {
  for (const int replicas : {1, 2}) {
    FoundCluster found = made(3);
    topic_of(found, "optare.tokens").replicas = replicas;
    const std::string text =
        "optare.tokens: replication factor is " + std::to_string(replicas) + ", wanted: 3";
    const auto findings = judge(found, names);
    EXPECT_EQ(refusals(findings, false), text);
    EXPECT_EQ(warnings(findings, false), "");
    EXPECT_EQ(refusals(findings, true), "") << "brokers may be added under a node that runs";
    EXPECT_EQ(warnings(findings, true), text);
    found.brokers.resize(1);
    found.brokers_known = 3;
    EXPECT_EQ(refusals(judge(found, names), false), text) << "two do not tell of themselves";
    found.brokers_known = 2;
    EXPECT_EQ(refusals(judge(found, names), false), "");
  }
}

// A leader that nobody reaches any more is trusted for 2 s; and where another one is elected on
// purpose, the old leader's copy is in sync for a while, whether it has heard of that or not.
TEST(Topics, OnBrokersThatElectOrDropACopyTooSoonAreRefusedAtTheStart) {
  const std::pair<const char*, std::optional<std::int64_t> FoundBroker::*> settings[] = {
      {"broker.session.timeout.ms", &FoundBroker::session_timeout_ms},
      {"replica.lag.time.max.ms", &FoundBroker::replica_lag_ms}};
  for (const auto& [name, lasts] : settings) {
    FoundCluster found = made(3);
    found.brokers[0].*lasts = 3'000;
    found.brokers[1].*lasts = 2'999;
    found.brokers[2].*lasts = std::nullopt;
    const std::string text = fmt::format("broker 2: {} is 2999, wanted: at least 3000", name);
    ASSERT_THAT(texts(found), ElementsAre(text));
    EXPECT_EQ(refusals(judge(found, names), false), text);
    EXPECT_EQ(warnings(judge(found, names), true), text) << "no write suffers from it";
  }
}

struct Wrong {
  std::string topic;
  std::string setting;
  std::string found;
  std::string wanted;
};
class WrongSetting : public testing::TestWithParam<Wrong> {};
TEST_P(WrongSetting, IsRefusedWithTopicSettingFoundAndWanted) {
  const Wrong& wrong = GetParam();
  FoundCluster found = made(3);
  topic_of(found, wrong.topic).settings.insert_or_assign(wrong.setting, wrong.found);
  const auto findings = judge(found, names);
  const std::string text =
      wrong.topic + ": " + wrong.setting + " is " + wrong.found + ", wanted: " + wrong.wanted;
  ASSERT_THAT(texts(found), ElementsAre(text));
  EXPECT_EQ(refusals(findings, false), text);
  EXPECT_EQ(refusals(findings, true), text) << "a node that runs takes no writes";
  EXPECT_EQ(warnings(findings, false), "");
}
INSTANTIATE_TEST_SUITE_P(
    Each, WrongSetting,
    testing::Values(Wrong{"optare.control", "cleanup.policy", "compact", "delete"},
                    Wrong{"optare.control", "cleanup.policy", "compact,delete", "delete"},
                    Wrong{"optare.control", "retention.ms", "604800000", "-1"},
                    Wrong{"optare.control", "retention.bytes", "1073741824", "-1"},
                    Wrong{"optare.control", "min.insync.replicas", "1", "at least 2"},
                    Wrong{"optare.control", "message.timestamp.type", "CreateTime",
                          "LogAppendTime"},
                    Wrong{"optare.control", "unclean.leader.election.enable", "true", "false"},
                    Wrong{"optare.control", "max.message.bytes", "65536", "at least 133120"},
                    Wrong{"optare.control", "compression.type", "producer", "uncompressed"},
                    Wrong{"optare.tokens", "compression.type", "zstd", "uncompressed"},
                    Wrong{"optare.vault", "compression.type", "gzip", "uncompressed"},
                    Wrong{"optare.tokens", "cleanup.policy", "compact", "delete"},
                    Wrong{"optare.tokens", "retention.ms", "5184000000", "-1"},
                    Wrong{"optare.tokens", "retention.bytes", "0", "-1"},
                    Wrong{"optare.tokens", "message.timestamp.type", "CreateTime", "LogAppendTime"},
                    Wrong{"optare.tokens", "min.insync.replicas", "1", "at least 2"},
                    Wrong{"optare.vault", "cleanup.policy", "delete", "compact"},
                    Wrong{"optare.vault", "cleanup.policy", "compact,delete", "compact"},
                    Wrong{"optare.vault", "min.insync.replicas", "1", "at least 2"},
                    Wrong{"optare.vault", "min.compaction.lag.ms", "0", "at least 3600000"},
                    Wrong{"optare.vault", "min.compaction.lag.ms", "an hour", "at least 3600000"},
                    Wrong{"optare.vault", "unclean.leader.election.enable", "true", "false"},
                    Wrong{"optare.issuance", "cleanup.policy", "compact", "delete"},
                    Wrong{"optare.issuance", "max.message.bytes", "1048575", "at least 1048576"},
                    Wrong{"optare.issuance", "unclean.leader.election.enable", "true", "false"}));

struct Right {
  std::string topic;
  std::string setting;
  std::string found;
};
class RightSetting : public testing::TestWithParam<Right> {};
TEST_P(RightSetting, IsTaken) {
  FoundCluster found = made(3);
  topic_of(found, GetParam().topic).settings.insert_or_assign(GetParam().setting, GetParam().found);
  EXPECT_THAT(texts(found), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Each, RightSetting,
                         testing::Values(Right{"optare.vault", "delete.retention.ms", "0"},
                                         Right{"optare.control", "min.insync.replicas", "3"},
                                         Right{"optare.control", "max.message.bytes", "10485760"},
                                         Right{"optare.issuance", "retention.ms", "86400000"},
                                         Right{"optare.issuance", "retention.bytes", "1000000"},
                                         Right{"optare.vault", "retention.ms", "1000"},
                                         Right{"optare.vault", "min.compaction.lag.ms",
                                               "3600001"}));

// What is written to another partition than the first is not read: a node that runs goes on.
TEST(Topics, WithASecondPartitionAreRefusedAtTheStartOnly) {
  FoundCluster found = made(3);
  topic_of(found, "optare.control").partitions = 2;
  topic_of(found, "optare.issuance").partitions = 12;
  const auto findings = judge(found, names);
  EXPECT_EQ(refusals(findings, false), "optare.control: partitions is 2, wanted: 1");
  EXPECT_EQ(refusals(findings, true), "");
  EXPECT_EQ(warnings(findings, true), "optare.control: partitions is 2, wanted: 1");
}

// No node reads what a stranger puts there.
TEST(Topics, OfIssuanceMayBeCompressed) {
  FoundCluster found = made(3);
  topic_of(found, "optare.issuance").settings["compression.type"] = "producer";
  const auto findings = judge(found, names);
  EXPECT_EQ(refusals(findings, false) + refusals(findings, true), "");
  for (const bool running : {false, true})
    EXPECT_EQ(warnings(findings, running),
              "optare.issuance: compression.type is producer, wanted: uncompressed");
}

TEST(Topics, ThatAreMissingAreNamed) {
  FoundCluster found = made(3);
  topic_of(found, "optare.control").partitions = 0;
  topic_of(found, "optare.issuance").partitions = 0;
  std::erase_if(found.topics, [](const auto& topic) { return topic.name == "optare.vault"; });
  const std::string restored =
      ": there is no such topic, wanted: restored from a back-up of the brokers";
  EXPECT_THAT(texts(found),
              ElementsAre("optare.control" + restored,
                          "optare.issuance: there is no such topic, wanted: made by `optare init`",
                          "optare.vault" + restored));
}

TEST(Topics, WhoseSettingIsNotToldAreRefused) {
  FoundCluster found = made(3);
  topic_of(found, "optare.control").settings.erase("retention.ms");
  EXPECT_THAT(texts(found), ElementsAre("optare.control: retention.ms is not known, wanted: -1"));
}

struct Version {
  FoundBroker broker;
  std::string complaint;
};
class BrokerVersion : public testing::TestWithParam<Version> {};
TEST_P(BrokerVersion, IsJudged) {
  FoundCluster found = made(3);
  found.brokers.back() = GetParam().broker;
  EXPECT_EQ(refusals(judge(found, names), false), GetParam().complaint);
}
INSTANTIATE_TEST_SUITE_P(
    Each, BrokerVersion,
    testing::Values(
        Version{{3, "3.7-IV4", true}, ""}, Version{{3, "3.10-IV0", true}, ""},
        Version{{3, "4.0-IV3", true}, ""}, Version{{3, "", true}, ""},
        Version{{3, "3.6-IV2", true}, "broker 3: version is 3.6-IV2, wanted: 3.7 or newer"},
        Version{{3, "2.8", false}, "broker 3: version is 2.8, wanted: 3.7 or newer"},
        Version{{3, "odd", true}, "broker 3: version is odd, wanted: 3.7 or newer"},
        Version{{3, "", false}, "broker 3: version is older than 3.7, wanted: 3.7 or newer"}));

TEST(BrokerVersions, AreReadUpToTheirSecondNumber) {
  EXPECT_EQ(parse_broker_version("3.9-IV0"), (std::pair{3, 9}));
  EXPECT_EQ(parse_broker_version("4.1"), (std::pair{4, 1}));
  EXPECT_EQ(parse_broker_version("0.10.2"), (std::pair{0, 10}));
  for (const char* text : {"", "3", "3.", ".9", "x.9", "3-9"})
    EXPECT_EQ(parse_broker_version(text), (std::pair{0, 0})) << text;
}

}  // namespace
}  // namespace optare
