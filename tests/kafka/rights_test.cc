// The rights that the guide names (ops/README.md, Rights) are enough, and each is missed by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "core/kafka/topic_reader.h"
#include "tests/support/alert_rules.h"
#include "tests/support/issuance_over_kafka.h"
#include "tests/support/kafka_rights.h"
#include "tests/support/secure_login.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* api = "https://api.example.com";

// What the commands in the guide give, for topics that begin with `prefix`.
std::vector<KafkaRight> rights_in_guide(const std::string& prefix) {
  static const std::regex command(R"(kafka-acls\.sh --bootstrap-server \S+ --add )"
                                  R"(--allow-principal User:optare ((?:[^#\n\\]|\\\n)*))");
  static const std::regex operation(R"(--operation (\w+))");
  static const std::string topics = "--topic optare. --resource-pattern-type prefixed ";
  const std::string guide = file_text(OPTARE_SOURCE_DIR "/ops/README.md");
  std::vector<KafkaRight> rights;
  for (std::sregex_iterator it(guide.begin(), guide.end(), command), end; it != end; ++it) {
    const std::string given = (*it)[1];
    const bool of_topics = given.starts_with(topics);
    EXPECT_TRUE(of_topics || given.starts_with("--cluster --operation")) << given;
    for (std::sregex_iterator one(given.begin(), given.end(), operation); one != end; ++one)
      rights.push_back({(*one)[1], of_topics ? prefix + '.' : ""});
  }
  return rights;
}

class SecureRights : public testing::Test {
 protected:
  SecureRights() {
    EXPECT_EQ(rights.size(), 6U);
    EXPECT_EQ(std::ranges::count(rights, create), 1);
    EXPECT_EQ(std::ranges::count(rights, on_cluster), 1);
  }
  Ended init_as(const std::string& user) {
    Fleet::Flags arguments{"init",       "--data",        fleet.folder() / "init", "--issuer",
                           fleet.issuer, "--credentials", fleet.credentials()};
    const Fleet::Flags more = flags_of(user);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(optare_program(arguments));
  }
  Fleet::Flags flags_of(const std::string& user) const {
    Fleet::Flags flags = fleet.flags();
    const Fleet::Flags login = login_of(user).flags();
    flags.insert(flags.end(), login.begin(), login.end());
    return flags;
  }
  std::string topic(const std::string& name) const { return fleet.prefix + '.' + name; }
  static std::vector<KafkaRight> but(std::vector<KafkaRight> all, const KafkaRight& one) {
    EXPECT_EQ(std::erase(all, one), 1U) << one.operation;
    return all;
  }

  const Fleet fleet{secure_broker().bootstrap};
  const std::vector<KafkaRight> rights = rights_in_guide(fleet.prefix);
  const KafkaRight create{"Create", fleet.prefix + '.'};
  const KafkaRight write{"Write", fleet.prefix + '.'};
  const KafkaRight on_cluster{"DescribeConfigs"};
  const std::string nodes = secure_broker().nodes;
  const std::string reader = secure_broker().reader;
  KafkaRights kafka{secure_broker().bootstrap, Login().settings()};
};

TEST_F(SecureRights, OfTheGuideAreEnough) {
  kafka.give(nodes, rights);
  const Ended made = init_as(nodes);
  ASSERT_EQ(made.code, 0) << made.err;
  kafka.take(nodes, create);  // init has ended
  ServerProcess node;
  node.start(flags_of(nodes));
  const AppSecret asks = fleet.create(node, "https://other.example.com");
  const AppSecret app = fleet.create(node, api, asks.client_id);
  const std::string token = node.token(app, api);
  EXPECT_TRUE(node.active(asks, token));
  EXPECT_EQ(fleet.call(node, "POST", "/keys/rotate").status, 200) << "the vault is written";
  EXPECT_EQ(fleet.call(node, "DELETE", "/applications/" + app.client_id).status, 200);
  EXPECT_EQ(node.decided_token(app, api).status, 401);
  EXPECT_FALSE(node.active(asks, token));
  wait_until("every issuance record to be in its topic", [&] {
    return node.metric("optare_issuance_forwarded_total") > 0 &&
           node.metric("optare_issuance_forward_queue") == 0;
  });
  wait_until(
      "the topics to be seen",
      [&] { return node.metric("optare_kafka_topic_replicas", "in_sync") == 4; }, topics_seen_max);

  // Taken while it runs, and given back.
  kafka.take(nodes, write);
  const auto rename = [&](const std::string& name) {
    return node.send("PATCH", "/api/v1/applications/" + asks.client_id,
                     {{"Authorization", "Bearer " + node.token(fleet.admin(), fleet.audience())},
                      {"Content-Type", "application/json"}},
                     R"({"name":")" + name + R"("})");
  };
  const HttpResponse refused = rename("In vain");
  EXPECT_EQ(refused.status, 503) << refused.body;
  wait_until("/readyz to say why", [&] {
    return node.ops("/readyz").body.contains("lacks the right Write on topic " + fleet.prefix);
  });
  kafka.give(nodes, {write});
  EXPECT_THAT(fleet.call(node, "GET", "/applications/" + asks.client_id).body,
              testing::Not(HasSubstr("In vain")));
  wait_until("writes to be taken again", [&] { return rename("Given back").status == 200; });

  EXPECT_EQ(node.stop(), 0);
  const Fleet::Flags as_nodes = flags_of(nodes);
  for (Fleet::Flags command : {Fleet::Flags{"replay", "--verify", "--data", node.data()},
                               Fleet::Flags{"events", "export", "--issuance", "--topic"}}) {
    command.insert(command.end(), as_nodes.begin(), as_nodes.end());
    const Ended ended = run(optare_program(command));
    EXPECT_EQ(ended.code, 0) << command.front() << ": " << ended.out << ended.err;
  }
}

// Two days old, as the node's clock had it when it wrote them, and kept for one.
TEST_F(SecureRights, ThatForwardingLacksRaiseItsAlerts) {
  ASSERT_EQ(init_as(secure_broker().user).code, 0);
  const KafkaRight forwards{"Write", topic("issuance")};
  std::vector<KafkaRight> given = but(but(rights, create), write);
  for (const char* name : {"control", "tokens", "vault"}) given.push_back({"Write", topic(name)});
  kafka.give(nodes, given);
  kafka.give(nodes, {forwards});
  ServerProcess node;
  const auto told_once = [&](const std::string& what, const auto& so) {
    std::optional<Scrape> now;
    wait_until(what, [&] { return so(now.emplace(node.ops("/metrics").body)); });
    // How full this machine's disk is, and how busy it is, is not what is tried.
    return now->with("optare_disk_free_bytes", 64.0 * (1 << 30))
        .with("optare_view_age_seconds", 0.1);
  };
  node.place.within = {"env", "LD_PRELOAD=" OPTARE_MOVED_CLOCK, "MOVED_CLOCK_MS=-172800000"};
  node.start(flags_of(nodes));
  Customer customer(fleet, node);
  customer.get(1);
  all_forwarded(node);
  kafka.take(nodes, forwards);
  customer.get(3);
  EXPECT_EQ(node.stop(), 0);

  node.place.within = {};
  node.start(flags_of(nodes));
  const Scrape late = told_once("forwarding to be tried", [](const Scrape& told) {
    return told.at("optare_issuance_forward_age_seconds") > 60 &&
           told.sum("optare_issuance_forward_errors_total") > 0;
  });
  EXPECT_EQ(late.at("optare_issuance_forward_lost_total"), 0);
  EXPECT_THAT(firing(late), ElementsAre("OptareForwardQueue"));
  EXPECT_THAT(node.ops("/readyz").body,
              AllOf(ContainsRegex("3 issuance batches, the oldest 17[23][0-9]{3} s"),
                    HasSubstr(topic("issuance")), HasSubstr("authorization failed")));
  node.kill();

  Fleet::Flags forgetful = flags_of(nodes);
  forgetful.insert(forgetful.end(), {"--issuance-retention-days", "1"});
  node.start(forgetful);
  const Scrape now = told_once("the records to go", [](const Scrape& told) {
    return told.at("optare_issuance_forward_lost_total") > 0 &&
           told.at("optare_issuance_forward_queue") == 0;
  });
  EXPECT_THAT(firing(late, now), ElementsAre("OptareIssuanceLost"));
  wait_until("it to be said", [&] {
    return node.said().contains("3 batches were dropped before they were forwarded");
  });
  kafka.give(nodes, {forwards});
  customer.get(1);
  all_forwarded(node);
}

TEST_F(SecureRights, ThatInitLacksAreNamed) {
  kafka.give(nodes, but(rights, create));
  const Ended ended = init_as(nodes);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, AllOf(HasSubstr(topic("control")), HasSubstr("Create"),
                               HasSubstr("kafka_sasl_username")));
}

TEST_F(SecureRights, ThatANodeLacksAreNamed) {
  ASSERT_EQ(init_as(secure_broker().user).code, 0);
  const auto refusal = [&](const std::string& user) {
    ServerProcess node;
    const Ended ended = node.start_in_vain(flags_of(user));
    EXPECT_EQ(ended.code, 1) << ended.err;
    return ended.err;
  };
  const std::vector<KafkaRight> needed = but(rights, create);
  kafka.give(nodes, needed);
  for (const std::string operation : {"Read", "Write", "DescribeConfigs"}) {
    const KafkaRight right{operation, fleet.prefix + '.'};
    kafka.take(nodes, right);
    EXPECT_THAT(refusal(nodes),
                AllOf(HasSubstr(fleet.prefix + '.'), HasSubstr("the right " + operation + ' ')));
    kafka.give(nodes, {right});
  }
  EXPECT_THAT(refusal(reader),
              AllOf(HasSubstr(topic("control")), HasSubstr("the right Describe ")));
  kafka.give(reader, but(needed, on_cluster));
  EXPECT_THAT(refusal(reader),
              AllOf(HasSubstr("the right DescribeConfigs "), HasSubstr("the cluster")));
}

// Rights reach one broker after another.
TEST_F(SecureRights, ThatComeALittleLateRefuseNoStart) {
  ASSERT_EQ(init_as(secure_broker().user).code, 0);
  kafka.give(nodes, but(but(rights, create), write));
  // Two rounds of 5 s have to miss a right. On a machine that is too busy to give it before the
  // second one is over it is too late: once more then.
  constexpr auto in_time = 8s;
  wait_until("a right to come a little late", [&] {
    ServerProcess node;
    const auto launched = std::chrono::steady_clock::now();
    const auto since = [&] { return std::chrono::steady_clock::now() - launched; };
    node.launch(flags_of(nodes));
    const auto says = [&](const std::string& what) {
      try {
        return node.ops("/readyz").body.contains(what);
      } catch (const std::runtime_error&) {
        return false;  // it does not listen yet, or no more
      }
    };
    wait_until("the log to be fetched",
               [&] { return says("fetching the log") || !node.running(); });
    const auto began = since();
    wait_until("more than a round to be over",
               [&] { return since() - began > 6s || !node.running(); });
    EXPECT_TRUE(node.running() || since() > in_time) << node.said();
    kafka.give(nodes, {write});
    const auto given = since();
    wait_until("it to be ready, or to give up",
               [&] { return says(R"("status":"ready")") || !node.running(); });
    if (node.running()) return true;
    EXPECT_GT(given, in_time) << node.said();
    kafka.take(nodes, write);
    return given <= in_time;
  });
}

TEST_F(SecureRights, ToReadAreNoneToWrite) {
  ASSERT_EQ(init_as(secure_broker().user).code, 0);
  kafka.give(reader, {{"Describe", fleet.prefix + '.'}, {"Read", fleet.prefix + '.'}});
  const Login login = login_of(reader);
  KafkaConnection connection{.brokers = secure_broker().bootstrap};
  connection.security_protocol = login.protocol;
  connection.ssl_ca_location = login.ca;
  connection.sasl_mechanism = login.mechanism;
  connection.sasl_username = login.user;
  connection.sasl_password = Secret(login.settings().at("sasl.password"));
  TopicReader vault(connection, topic("vault"), 500ms);
  wait_until("a record to be read",
             [&] { return vault.poll(100ms, [](const TopicReader::Record&) {}); });
  EXPECT_EQ(vault.fault(), "");
  RawKafka raw(secure_broker().bootstrap, login.settings());
  for (const std::string name : {"control", "tokens", "vault", "issuance"}) {
    EXPECT_THROW(raw.produce(topic(name), 0, "garbage"), std::runtime_error) << name;
  }
}

}  // namespace
}  // namespace optare
