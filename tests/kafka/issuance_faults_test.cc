// Issuance records over brokers that go away: none is lost, and none of them stands there for a
// token that nobody got for long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/issuance/acknowledgements.h"
#include "tests/support/issuance_over_kafka.h"

namespace optare {
namespace {

using testing::HasSubstr;

const Fleet::Flags ack_by_kafka{"--issuance-ack", "kafka"};

TEST(KafkaFaultsIssuance, LosesNoTokenWhileAllBrokersAreAway) {
  OverHurtBrokers over;
  ServerProcess& node = over.node;
  Customer& customer = over.customer;
  customer.get(50);
  node.kill();  // perhaps before the mark
  over.start();
  customer.get(50);

  over.brokers.stop_all();
  std::vector<Customer> crowd(4, Customer(over.fleet, node));
  {
    std::vector<std::jthread> threads;
    for (Customer& one : crowd) threads.emplace_back([&one] { one.get(150); });
  }
  customer.get(500);
  EXPECT_GE(node.metric("optare_issuance_forward_queue"), 500);
  EXPECT_GT(node.metric("optare_issuance_forward_age_seconds"), 0);
  EXPECT_LE(node.metric("optare_issuance_forward_held"), 256 + 16);
  wait_until("the fault to be counted", [&] {
    return node.ops("/metrics").body.contains("optare_issuance_forward_errors_total{kind=");
  });
  node.kill();

  over.brokers.start_all();
  over.start();
  customer.get(50);
  const std::vector<std::string> all = over.issued();
  EXPECT_EQ(over.fleet.export_topic().code, 0) << "whatever stands there twice";
  EXPECT_EQ(all.size(), 650U + 600U);
  EXPECT_TRUE(in_order(customer.got, all)) << "each, in order, once";
  for (const Customer& one : crowd) EXPECT_TRUE(in_order(one.got, all));
  EXPECT_EQ(node.metric("optare_issuance_forward_lost_total"), 0);
}

TEST(KafkaFaultsIssuance, SurvivesKillsOfTheNodeAndOfALeader) {
  OverHurtBrokers over;
  RawKafka raw(over.fleet.brokers);
  const std::string topic = over.fleet.prefix + ".issuance";
  for (int round = 0; round < 3; ++round) {
    over.customer.get(100);
    const int leader = raw.leader(topic);
    over.brokers.kill(leader);
    over.customer.get(200);
    if (round < 2) over.node.kill();  // in the middle of whatever it does
    over.brokers.start(leader);
    wait_until("three in sync", [&] { return raw.in_sync(topic) == 3; });
    if (round < 2) over.start();
  }
  EXPECT_EQ(over.issued(), over.customer.got);
}

TEST(KafkaFaultsIssuance, HoldsTokensBackWhenTheyWaitForKafka) {
  OverHurtBrokers over({.brokers = 1}, ack_by_kafka);
  const Fleet& fleet = over.fleet;
  ServerProcess& node = over.node;
  Customer& customer = over.customer;
  customer.get(20);
  EXPECT_THAT(issued_in(fleet).all, testing::IsSupersetOf(customer.got))
      << "there when the answer is";

  over.brokers.stop_all();
  const HttpResponse refused = node.request_token(fleet.admin(), fleet.audience());
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(json_member(refused.body, "error"), "temporarily_unavailable");
  EXPECT_EQ(json_member(refused.body, "access_token"), "");
  for (int i = 0; i < 20; ++i) {
    const auto asked = std::chrono::steady_clock::now();
    EXPECT_EQ(customer.ask(), 503);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, issuance_ack_patience)
        << "nobody waits in vain after that";
  }
  EXPECT_THAT(node.ops("/readyz").body, HasSubstr("issuance_ack"));

  over.brokers.start_all();
  wait_until("tokens again", [&] { return customer.ask() == 200; });
  customer.get(5);
  const std::vector<std::string> issued = over.issued();
  EXPECT_TRUE(in_order(customer.got, issued));
  EXPECT_LT(issued.size(), customer.got.size() + 10) << "few records without a token";
}

// What is hurt is the broker that leads the issuance topic.
class KafkaFaultsIssuanceLeader : public testing::Test {
 protected:
  // Far longer than it takes, far shorter than until who leads is asked for no reason.
  static constexpr auto gap_max = std::chrono::seconds(45);

  // How long no token is had is told in the results.
  void expect_tokens_while(const std::function<void()>& hurt, const std::function<void()>& mend) {
    over.customer.get(20);
    hurt();
    const auto began = std::chrono::steady_clock::now();
    wait_until("tokens again", [&] { return over.customer.ask() == 200; });
    const auto gap = std::chrono::steady_clock::now() - began;
    EXPECT_LT(gap, gap_max);
    RecordProperty(
        "gap_ms",
        static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(gap).count()));
    over.customer.get(20);
    mend();
    over.customer.get(20);
    // Who is asked may not have heard yet that it leads no more.
    wait_until("all tokens, in order", [&] { return in_order(over.customer.got, over.issued()); });
  }

  OverHurtBrokers over{{.network = true}, ack_by_kafka};
  const int leader = RawKafka(over.fleet.brokers).leader(over.fleet.prefix + ".issuance");
};

// It takes connections and answers nothing: another leader is found, and what was sent is sent
// anew.
TEST_F(KafkaFaultsIssuanceLeader, HangsAndTokensGoOn) {
  expect_tokens_while([&] { over.brokers.pause(leader); }, [&] { over.brokers.resume(leader); });
}

// It goes on saying that it leads, and nobody can acknowledge what it takes.
TEST_F(KafkaFaultsIssuanceLeader, IsCutOffFromItsPeersAndTokensGoOn) {
  const int next = leader % 3 + 1;
  expect_tokens_while([&] { over.brokers.cut(leader, {next, 6 - leader - next}); },
                      [&] { over.brokers.heal(); });
}

}  // namespace
}  // namespace optare
