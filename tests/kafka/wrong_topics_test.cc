// Topics and data folders that go wrong: each node says what happened and what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/alert_rules.h"
#include "tests/support/operated_fleet.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

// More than a look at the topics each minute.
constexpr Patience look_patience = 120s;

class WrongTopics : public testing::Test, protected OperatedFleet {};

// A look comes once a minute: what is done to two deployments is waited for together.
TEST_F(WrongTopics, AreSeenByANodeThatRuns) {
  const OperatedFleet other;
  ServerProcess beside;
  Fleet::Flags impatient = other.fleet.flags();
  impatient.insert(impatient.end(), {"--max-staleness", "3s"});
  beside.start(impatient);
  other.remove("control");
  ServerProcess node;
  node.start(fleet.flags());
  const std::string token = node.token(fleet.admin(), fleet.audience());
  set("control", {{"cleanup.policy", "compact"}});
  set("tokens", {{"retention.ms", "86400000"}});

  const std::string compact = topic("control") + ": cleanup.policy is compact, wanted: delete";
  const std::string short_lived = topic("tokens") + ": retention.ms is 86400000, wanted: -1";
  const auto tells = [](const ServerProcess& of, const std::string& what) {
    return readyz(of).find(what) != std::string::npos;
  };
  wait_until(
      "both settings to be named", [&] { return tells(node, compact) && tells(node, short_lived); },
      look_patience);
  HttpResponse told;
  wait_until("reads to go on", [&] {
    told = node.ops("/readyz");
    return told.status == 200;
  });
  EXPECT_EQ(json_member(told.body, "status"), "degraded");
  EXPECT_THAT(told.body, HasSubstr("nothing is written: "));
  wait_until("it to be said",
             [&] { return node.said().contains("topics_wrong") && node.said().contains(compact); });
  EXPECT_EQ(node.metric("optare_kafka_topics_wrong"), 1);
  EXPECT_THAT(firing(Scrape(node.ops("/metrics").body)), Contains("OptareTopicWrong"));
  EXPECT_EQ(create_status(node, token), 503);
  EXPECT_TRUE(node.active(fleet.admin(), token));
  ServerProcess late;
  EXPECT_THAT(refusal(late), AllOf(HasSubstr("Kafka is not set as it has to be"),
                                   HasSubstr(compact), HasSubstr(short_lived)));
  set("control", {});
  set("tokens", {});
  wait_until("writes to go on", [&] { return create_status(node, token) == 201; }, look_patience);
  wait_until("it to be said", [&] { return node.said().contains("topics_right_again"); });
  wait_until("all to be well", [&] { return json_member(readyz(node), "status") == "ready"; });

  // What the node without its topic answers could be wrong, so it answers nothing.
  const std::string missed = other.topic("control") + ": there is no such topic";
  wait_until("the topic to be missed", [&] { return tells(beside, missed); }, look_patience);
  EXPECT_EQ(beside.ops("/readyz").status, 503);
  EXPECT_THAT(readyz(beside), HasSubstr("restored from a back-up of the brokers"));
  wait_until("it to be said", [&] { return beside.said().contains(missed); });
  EXPECT_EQ(beside.request_token(other.fleet.admin(), other.fleet.audience()).status, 503);
}

TEST_F(WrongTopics, MadeAnewUnderARunningNodeStopIt) {
  ServerProcess node;
  node.start(fleet.flags());
  const AppSecret app = fleet.create(node, "https://api.example.com");
  const std::string token = node.token(app, "https://api.example.com");
  make_anew("control");
  wait_until("the node to stop",
             [&] { return node.said().find("node_stopped") != std::string::npos; });
  const auto says_what_to_do = says_other_history(topic("control"));
  EXPECT_THAT(node.said(), says_what_to_do);
  const HttpResponse told = node.ops("/readyz");
  EXPECT_EQ(told.status, 503);
  EXPECT_EQ(json_member(told.body, "status"), "unavailable");
  EXPECT_THAT(told.body, says_what_to_do);
  EXPECT_EQ(node.request_token(app, "https://api.example.com").status, 503);
  EXPECT_EQ(node.post_form("/oauth2/introspect", app, {{"token", token}}).status, 503);
  EXPECT_EQ(node.stop(), 0);
  EXPECT_THAT(refusal(node), says_what_to_do);
  ServerProcess fresh;  // the vault knows that there was a log
  EXPECT_THAT(refusal(fresh),
              AllOf(HasSubstr(topic("control")), HasSubstr("restore it from a back-up")));
}

// Who only runs `init` again must not begin something beside what is left.
TEST_F(WrongTopics, ThatWereDeletedAreNotMadeAnewBesideTheOthers) {
  ServerProcess node;
  node.start(fleet.flags());
  EXPECT_EQ(node.stop(), 0);
  for (const std::string name : {"tokens", "control"}) {
    remove(name);
    const auto says_what_to_do = AllOf(HasSubstr("there is no topic " + topic(name)),
                                       HasSubstr("it was deleted"), HasSubstr("Restore it"));
    EXPECT_THAT(refusal(node), says_what_to_do);
    const Ended again = fleet.init("again", "again.json");
    EXPECT_EQ(again.code, 1);
    EXPECT_THAT(again.err, says_what_to_do);
    EXPECT_EQ(kafka.leader(topic(name)), 0) << "made anew";
  }
}

// An operator made them with fewer copies than there are brokers for, or added brokers to a trial.
TEST(TopicsOnTooFewBrokers, AreRefused) {
  const Fleet fleet;
  RawKafka kafka(fleet.brokers);
  const TopicNames names(fleet.prefix);
  for (const NewTopic& made : topics_to_make(names, 3)) {
    RawKafka::Settings settings(made.settings.begin(), made.settings.end());
    kafka.create_topic(made.name, 1, settings, made.name == names.tokens ? 2 : 3);
  }
  const std::string refusal = names.tokens + ": replication factor is 2, wanted: 3";
  const Ended refused = fleet.init();
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("Kafka is not set as it has to be"), HasSubstr(refusal)));
}

TEST_F(WrongTopics, ThatLostTheirEndAreRefusedByWhoReadMore) {
  ServerProcess node;
  node.start(fleet.flags());
  fleet.create(node, "https://api.example.com");
  EXPECT_EQ(node.stop(), 0);
  const auto records = kafka.read(topic("control"));
  make_anew("control");
  const auto give_back = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      kafka.produce(topic("control"), 0, records[i].value, records[i].key);
  };
  give_back(0, 2);
  EXPECT_THAT(refusal(node), says_other_history(topic("control")));
  give_back(2, records.size());
  give_back(0, records.size());
  EXPECT_THAT(refusal(node), says_other_history(topic("control")));
}

// Retention, or a hand, took records that only nodes still have.
TEST_F(WrongTopics, ThatLostTheirBeginningAreRefusedByAnEmptyNode) {
  ServerProcess node;
  node.start(fleet.flags());
  const AppSecret app = fleet.create(node, "https://api.example.com");
  kafka.delete_records(topic("control"), 0, 2);
  ServerProcess fresh;
  EXPECT_THAT(refusal(fresh),
              AllOf(HasSubstr(topic("control") + ": its oldest records were deleted: it begins at "
                                                 "2, and this node needs 0"),
                    HasSubstr("retention.ms=-1"),
                    HasSubstr("Start this node from the data folder, or a back-up, of a node that "
                              "has them")));
  // Who has them goes on, also after a restart, and so does who starts from what he has.
  EXPECT_EQ(node.stop(), 0);
  std::filesystem::remove_all(fresh.data());
  std::filesystem::copy(node.data(), fresh.data(), std::filesystem::copy_options::recursive);
  node.start(fleet.flags());
  fresh.start(fleet.flags());
  EXPECT_EQ(fleet.call(node, "DELETE", "/applications/" + app.client_id).status, 200);
  wait_until("the application to be gone on both",
             [&] { return fresh.request_token(app, "https://api.example.com").status == 401; });
}

TEST_F(WrongTopics, AreNotWhatAnOldBackUpHas) {
  const auto whole = std::filesystem::copy_options::recursive;
  ServerProcess node;
  ServerProcess beside;
  beside.start(fleet.flags());
  node.start(fleet.flags());
  const AppSecret early = fleet.create(node, "https://early.example.com");
  EXPECT_EQ(node.stop(), 0);
  std::filesystem::copy(node.data(), node.folder() / "back-up", whole);
  node.start(fleet.flags());
  EXPECT_EQ(fleet.call(node, "DELETE", "/applications/" + early.client_id).status, 200);
  const AppSecret late = fleet.create(node, "https://late.example.com");
  EXPECT_EQ(node.stop(), 0);

  std::filesystem::remove_all(node.data());
  std::filesystem::copy(node.folder() / "back-up", node.data(), whole);
  node.start(fleet.flags());
  EXPECT_EQ(node.decided_token(early, "https://early.example.com").status, 401);
  EXPECT_NE(node.token(late, "https://late.example.com"), "");
  EXPECT_THAT(all_well({&node, &beside}).out, HasSubstr("one history"));
  EXPECT_EQ(node.stop(), 0);
  const Ended verified = fleet.run_beside(node, {"replay", "--verify"});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

TEST_F(WrongTopics, AreReadAgainForAFolderThatLostAPart) {
  ServerProcess node;
  node.start(fleet.flags());
  const AppSecret app = fleet.create(node, "https://api.example.com");
  for (const std::string part : {"log", "view", "spool"}) {
    EXPECT_EQ(node.stop(), 0);
    std::filesystem::remove_all(node.data() / part);
    node.start(fleet.flags());
    EXPECT_NE(node.token(app, "https://api.example.com"), "") << part;
  }
  EXPECT_EQ(node.stop(), 0);
  const Ended verified = fleet.run_beside(node, {"replay", "--verify"});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace optare
