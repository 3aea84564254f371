// All topics are lost and put back on purpose, as ops/README.md says ("A node's folder").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/json/parse.hpp>
#include <chrono>
#include <filesystem>
#include <map>

#include "core/log/settler.h"
#include "core/system_clock/system_clock.h"
#include "tests/support/issued_tokens.h"
#include "tests/support/operated_fleet.h"

namespace optare {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* api = "https://api.example.com";
const KafkaBrokers::Nodes all_brokers{1, 2, 3};
const std::array<std::string, 4> topics{"control", "tokens", "issuance", "vault"};

struct BrokersToLose {
  KafkaBrokers brokers;
};

class KafkaFaultsTookAllTopics : public testing::Test, BrokersToLose, protected OperatedFleet {
 protected:
  KafkaFaultsTookAllTopics() : OperatedFleet(brokers.bootstrap()) {}

  std::filesystem::path disk(int broker) const {
    return brokers.folder() / ("node" + std::to_string(broker)) / "data";
  }
  std::filesystem::path kept(int broker) const {
    return fleet.folder() / ("disk" + std::to_string(broker));
  }
  // Leaves the holes in brokers' files out.
  static void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
    const Ended ended = run({.arguments = {"cp", "-r", from, to}});
    if (ended.code != 0) throw std::runtime_error(ended.err);
  }
  // Of one moment, while all goes on.
  void keep_disks() {
    brokers.command({"pause", "1", "2", "3"});
    for (const int broker : all_brokers) copy(disk(broker), kept(broker));
    brokers.command({"resume", "1", "2", "3"});
    await_copies();
  }
  void put_disks_back() {
    brokers.kill(all_brokers);
    for (const int broker : all_brokers) {
      std::filesystem::remove_all(disk(broker));
      copy(kept(broker), disk(broker));
    }
    brokers.start(all_brokers);
    await_copies();
  }
  void await_copies() const {
    for (const std::string& name : topics)
      wait_until("all copies of " + name, [&] { return kafka.in_sync(topic(name)) == 3; });
  }
  // What the guide has a node forget.
  static void forget_topics(const ServerProcess& node) {
    for (const char* part : {"log", "view", "spool/forwarded"})
      EXPECT_GT(std::filesystem::remove_all(node.data() / part), 0U) << part;
  }
  static void await_forwarded(const ServerProcess& node) {
    wait_until("its issuance records to be in the topic",
               [&] { return node.metric("optare_issuance_forward_queue") == 0; });
  }
  // Its events and rows, one a line.
  std::string shown_by(const ServerProcess& node) const {
    std::string shown;
    for (const char* list :
         {"/events", "/events?partition=tokens-00", "/applications", "/apis", "/keys"}) {
      const HttpResponse answer = fleet.call(node, "GET", list);
      EXPECT_EQ(answer.status, 200) << answer.body;
      const auto page = boost::json::parse(answer.body);
      for (const auto& item : page.at("items").as_array())
        shown += boost::json::serialize(without_last_used(item)) + '\n';
    }
    return shown;
  }
  static GotToken got(const AppSecret& app, const std::string& token) {
    return {app.client_id, jti_of(token)};
  }

  ServerProcess a;
  ServerProcess b;
};

TEST_F(KafkaFaultsTookAllTopics, AndTheDisksOfOneMomentBringThemBack) {
  for (ServerProcess* node : {&a, &b}) node->start(fleet.flags());
  const AppSecret early = fleet.create(a, api);
  const std::string living = a.token(early, api);
  const std::string ended = a.token(early, api);
  // Brokers that all slept, or are busy, may leave a caller without certainty: he asks again.
  const auto end = [&](const std::string& token) {
    wait_until("a token to be ended", [&] {
      return a.post_form("/oauth2/revoke", early, {{"token", token}}).status == 200;
    });
  };
  end(ended);
  await_forwarded(a);
  const std::string then = shown_by(a);
  EXPECT_THAT(then, HasSubstr(early.client_id));
  std::map<std::string, Records> records;
  for (const std::string& name : topics) records[name] = kafka.read(topic(name));
  keep_disks();

  end(living);
  const AppSecret late = fleet.create(b, "https://late.example.com");
  const std::string later = b.token(late, "https://late.example.com");
  EXPECT_EQ(fleet.call(b, "DELETE", "/applications/" + early.client_id).status, 200);
  wait_until("the other node to know", [&] { return a.request_token(early, api).status == 401; });
  await_forwarded(b);
  EXPECT_NE(shown_by(a), then);
  for (ServerProcess* node : {&a, &b}) EXPECT_EQ(node->stop(), 0);
  put_disks_back();
  EXPECT_THAT(refusal(a),
              AnyOf(says_other_history(topic("control")), says_other_history(topic("tokens"))));
  for (ServerProcess* node : {&a, &b}) forget_topics(*node);
  for (ServerProcess* node : {&a, &b}) node->start(fleet.flags());

  for (const ServerProcess* node : {&a, &b}) {
    EXPECT_EQ(shown_by(*node), then);
    EXPECT_TRUE(node->active(early, living));
    EXPECT_FALSE(node->active(early, ended));
    EXPECT_EQ(node->decided_token(late, "").status, 401);
    await_forwarded(*node);
  }
  EXPECT_THAT(all_well({&a, &b}).out, HasSubstr("one history"));
  const Ended exported = fleet.export_topic();
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(not_recorded(std::array{got(early, living), got(early, ended), got(late, later)},
                           exported.out),
              IsEmpty());
  const AppSecret next = fleet.create(b, "https://next.example.com");
  EXPECT_NE(a.token(next, "https://next.example.com"), "");
  for (ServerProcess* node : {&a, &b}) {
    const Ended verified = fleet.run_beside(*node, {"replay", "--verify"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    node->kill();
  }

  // A client brings back none of it: brokers stamp what it writes anew.
  const auto deadline =
      timestamp_of(records.at("control").back().time_ms) + commit_deadline + Duration(1);
  wait_until("what was kept to be over its deadlines",
             [&] { return SystemClock().wall() > deadline; });
  for (const std::string& name : topics) {
    make_anew(name);
    give(name, records.at(name));
  }
  forget_topics(a);
  EXPECT_THAT(refusal(a), AllOf(HasSubstr(topic("control") + " does not hold the log"),
                                HasSubstr("put back the brokers' disks")));
}

}  // namespace
}  // namespace optare
