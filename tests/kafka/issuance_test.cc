// Issuance records on their way from a node's spool into their topic, over brokers that go away.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "core/base/encoding.h"
#include "core/issuance/acknowledgements.h"
#include "core/issuance/collector.h"
#include "core/ports/crypto.h"
#include "tests/support/fleet.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

std::string jti_of(const std::string& token) {
  const auto begin = token.find('.') + 1;
  const auto payload = from_base64url(token.substr(begin, token.rfind('.') - begin));
  return json_member(payload.value_or("{}"), "jti");
}

// What the topic says: each token once, in the order in which it first stands there.
struct Issued {
  std::map<std::string, std::vector<std::string>> by_node;
  std::set<std::string> all;
  std::uint64_t repeated = 0;
};
Issued issued_in(const Fleet& fleet) {
  RawKafka raw(fleet.brokers);
  IssuanceCollector collector;
  Issued issued;
  for (const RawRecord& record : raw.read(fleet.prefix + ".issuance")) {
    const auto batch =
        collector.take(static_cast<std::uint64_t>(record.offset), record.value.value_or(""));
    EXPECT_TRUE(batch) << batch.error().detail;
    if (!batch || !*batch) continue;
    for (const auto& token : (*batch)->tokens) {
      issued.by_node[(*batch)->node_id].push_back(token->jti);
      EXPECT_TRUE(issued.all.insert(token->jti).second) << token->jti << " has two records";
    }
  }
  EXPECT_THAT(collector.gaps(), IsEmpty());
  issued.repeated = collector.repeated();
  return issued;
}

// Whether `part` is in `whole`, in this order.
bool in_order(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  auto next = part.begin();
  for (const std::string& one : whole)
    if (next != part.end() && one == *next) ++next;
  return next == part.end();
}

// A node that asks for tokens, one after the other, and remembers what it got.
class Customer {
 public:
  Customer(const Fleet& fleet, const ServerProcess& node) : fleet_(fleet), node_(node) {}
  int ask() { return keep(node_.request_token(fleet_.admin(), fleet_.audience())); }
  void get(int tokens) {
    for (int i = 0; i < tokens; ++i)
      ASSERT_EQ(keep(node_.decided_token(fleet_.admin(), fleet_.audience())), 200);
  }
  std::vector<std::string> got;

 private:
  int keep(const HttpResponse& answer) {
    if (answer.status == 200) got.push_back(jti_of(json_member(answer.body, "access_token")));
    return answer.status;
  }

  const Fleet& fleet_;
  const ServerProcess& node_;
};

void all_forwarded(const ServerProcess& node) {
  wait_until("the spool to be in the topic",
             [&] { return node.metric("optare_issuance_forward_queue") == 0; });
}

// Without brokers a view grows old, and tokens end with it (design D11); here it may.
Fleet::Flags patient(const Fleet& fleet, const Fleet::Flags& more = {}) {
  Fleet::Flags flags = fleet.flags();
  flags.insert(flags.end(), {"--max-staleness", "1h"});
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

// A patient node over brokers that may be hurt, and who asks it.
class OverHurtBrokers {
 public:
  explicit OverHurtBrokers(int count = 3, Fleet::Flags more = {})
      : brokers({.brokers = count}), more_(std::move(more)) {
    EXPECT_EQ(fleet.init().code, 0);
    start();
  }
  void start() { node.start(patient(fleet, more_)); }
  // What is in the topic once all is, of this one node.
  std::vector<std::string> issued() const {
    all_forwarded(node);
    const Issued found = issued_in(fleet);
    EXPECT_EQ(found.by_node.size(), 1U);
    return found.by_node.empty() ? std::vector<std::string>() : found.by_node.begin()->second;
  }

  KafkaBrokers brokers;
  const Fleet fleet{brokers.bootstrap()};
  ServerProcess node;
  Customer customer{fleet, node};

 private:
  const Fleet::Flags more_;
};
const Fleet::Flags ack_by_kafka{"--issuance-ack", "kafka"};

// Tokens as fast as a node gives them, over connections that stay.
class TokensOverConnections {
 public:
  TokensOverConnections(const Fleet& fleet, const ServerProcess& node, int connections)
      : connections_(static_cast<std::size_t>(connections)) {
    const std::string form =
        form_body({{"grant_type", "client_credentials"}, {"audience", fleet.audience()}});
    const auto [name, value] = fleet.admin().basic();
    request_ = fmt::format(
        "POST /oauth2/token HTTP/1.1\r\nHost: {}\r\n{}: {}\r\nContent-Type: "
        "application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
        node.address(), name, value, form.size(), form);
    for (Connection& connection : connections_) connection.open(node.port());
  }
  void get(int tokens) {
    std::vector<std::jthread> threads;
    for (Connection& connection : connections_) {
      threads.emplace_back([&, count = tokens / std::ssize(connections_)] {
        for (int i = 0; i < count; ++i) ASSERT_EQ(connection.ask(request_), "HTTP/1.1 200 OK");
      });
    }
  }

 private:
  class Connection {
   public:
    void open(std::uint16_t port) {
      socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
      const timeval patience{.tv_sec = 60, .tv_usec = 0};
      ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    }
    // The first line of the answer.
    std::string ask(const std::string& request) {
      constexpr std::string_view length_field = "Content-Length: ";
      boost::asio::write(socket_, boost::asio::buffer(request));
      std::string answer;
      const std::size_t head =
          boost::asio::read_until(socket_, boost::asio::dynamic_buffer(answer), "\r\n\r\n");
      const std::size_t length =
          std::stoul(answer.substr(answer.find(length_field) + length_field.size()));
      boost::asio::read(socket_, boost::asio::dynamic_buffer(answer),
                        boost::asio::transfer_exactly(head + length - answer.size()));
      return answer.substr(0, answer.find("\r\n"));
    }

   private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_{io_};
  };
  std::deque<Connection> connections_;
  std::string request_;
};

// In bytes: what no file stands behind.
double own_memory_of(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "RssAnon:" && status >> kib) return kib * 1'024;
  }
  throw std::runtime_error("no RssAnon");
}

TEST(FleetIssuance, OfAllNodesIsInTheTopic) {
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  Customer of_a(fleet, a);
  Customer of_b(fleet, b);
  of_a.get(20);
  of_b.get(20);
  of_a.get(20);
  all_forwarded(a);
  all_forwarded(b);
  EXPECT_EQ(b.stop(), 0);
  const Issued issued = issued_in(fleet);
  EXPECT_EQ(issued.by_node.size(), 2U);
  EXPECT_EQ(issued.all.size(), 60U);
  EXPECT_EQ(issued.repeated, 0U);
  for (const auto& [node, tokens] : issued.by_node)
    EXPECT_TRUE(tokens == of_a.got || tokens == of_b.got);
  const Ended exported = fleet.export_topic();
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(std::ranges::count(exported.out, '\n'), 60);
  for (const std::string& jti : issued.all) EXPECT_THAT(exported.out, HasSubstr(jti));
  EXPECT_THAT(exported.err, HasSubstr("verified, nothing missing: 60 records"));

  // Somebody else writes to the topic, and an operator deletes from it.
  RawKafka raw(fleet.brokers);
  raw.produce(fleet.prefix + ".issuance", 0, "no batch");
  const Ended not_whole = fleet.export_topic();
  EXPECT_EQ(not_whole.code, 1);
  EXPECT_THAT(not_whole.err, HasSubstr("offset"));
  raw.delete_records(fleet.prefix + ".issuance", 0, raw.end(fleet.prefix + ".issuance"));
  of_a.get(1);
  all_forwarded(a);
  const Ended rest = fleet.export_topic();
  EXPECT_EQ(rest.code, 0) << rest.err;
  EXPECT_THAT(rest.err, HasSubstr("verified, nothing missing: 1 records"));
  EXPECT_EQ(a.metric("optare_issuance_forward_lost_total"), 0);
  EXPECT_GT(a.metric("optare_issuance_forwarded_total"), 0);
}

// A node stays in one partition, over its restarts, so that its records are in order.
TEST(FleetIssuance, MayHaveSeveralPartitions) {
  const Fleet fleet;
  RawKafka raw(fleet.brokers);
  constexpr int partitions = 5;
  raw.create_topic(fleet.prefix + ".issuance", partitions,
                   {{"min.insync.replicas", "2"}, {"max.message.bytes", "1048576"}});
  ASSERT_EQ(fleet.init().code, 0);
  std::array<ServerProcess, 3> nodes;
  for (ServerProcess& node : nodes) {
    node.start(fleet.flags());
    Customer(fleet, node).get(10);
    EXPECT_EQ(node.stop(), 0);
    node.start(fleet.flags());
    Customer(fleet, node).get(10);
    all_forwarded(node);
  }
  std::map<std::string, std::set<int>> places;
  for (int partition = 0; partition < partitions; ++partition) {
    for (const RawRecord& record : raw.read(fleet.prefix + ".issuance", partition))
      places[std::string(node_of_batch(record.value.value_or("")))].insert(partition);
  }
  EXPECT_EQ(places.size(), nodes.size());
  for (const auto& [node, found] : places) EXPECT_EQ(found.size(), 1U) << node;
  const Ended exported = fleet.export_topic();
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_THAT(exported.err, HasSubstr("verified, nothing missing: 60 records"));
}

// Of so many partitions the one that a node writes to, for ever.
std::uint32_t place_of(const std::string& node, int partitions) {
  const auto hash = sha256(node);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | hash.at(i);
  return number % static_cast<std::uint32_t>(partitions);
}

TEST(FleetIssuance, MayGetMorePartitions) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  Customer customer(fleet, node);
  customer.get(10);
  all_forwarded(node);
  const std::string topic = fleet.prefix + ".issuance";
  RawKafka raw(fleet.brokers);
  const RawRecord first = raw.read(topic).front();
  const std::string id(node_of_batch(first.value.value_or("")));
  // With `up` it goes to a partition behind its own, with one more to one before that.
  int up = 2;
  while (place_of(id, up + 1) >= place_of(id, up)) ++up;
  for (const int partitions : {up, up + 1}) {
    EXPECT_EQ(node.stop(), 0);
    raw.add_partitions(topic, partitions);
    node.start(fleet.flags());
    customer.get(10);
    all_forwarded(node);
  }
  EXPECT_FALSE(raw.read(topic, static_cast<int>(place_of(id, up))).empty());
  const Ended exported = fleet.export_topic();
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(std::ranges::count(exported.out, '\n'), 30);
  EXPECT_THAT(exported.err, HasSubstr("verified, nothing missing: 30 records"));
}

// A folder that is started on another deployment's topics by mistake.
TEST(FleetIssuance, GoesToNoOtherDeployment) {
  const Fleet fleet;
  const Fleet other;
  ASSERT_EQ(fleet.init().code, 0);
  ASSERT_EQ(other.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  Customer(fleet, node).get(5);
  all_forwarded(node);
  EXPECT_EQ(node.stop(), 0);
  ASSERT_TRUE(std::filesystem::remove(node.data() / "spool" / "forwarded"));
  EXPECT_THAT(node.start_in_vain(other.flags()).err, HasSubstr("belongs to another deployment"));
  EXPECT_EQ(RawKafka(fleet.brokers).end(other.prefix + ".issuance"), 0);
  // At home all is sent again, which does no harm.
  node.start(fleet.flags());
  all_forwarded(node);
  const Issued issued = issued_in(fleet);
  EXPECT_EQ(issued.all.size(), 5U);
  EXPECT_GT(issued.repeated, 0U);
}

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

// What an hour at ten tokens a second leaves behind while no broker is there, in some seconds.
TEST(KafkaFaultsIssuance, TakesNoMoreMemoryForAnHourWithoutBrokers) {
  constexpr int an_hour = 36'000;
  constexpr int connections = 16;
  constexpr double more_memory_max = 16 << 20;
  OverHurtBrokers over(1);
  const ServerProcess& node = over.node;
  TokensOverConnections tokens(over.fleet, node, connections);
  tokens.get(an_hour / 6);  // what a busy node takes anyway
  all_forwarded(node);
  const double before = own_memory_of(over.node.process().id());

  over.brokers.stop_all();
  tokens.get(an_hour);
  EXPECT_GT(node.metric("optare_issuance_forward_queue"), an_hour / connections);
  EXPECT_LE(node.metric("optare_issuance_forward_held"), 256 + 16);
  const double after = own_memory_of(over.node.process().id());
  RecordProperty("more_memory_mib", fmt::format("{:.1f}", (after - before) / (1 << 20)));
  EXPECT_LE(after - before, more_memory_max);

  over.brokers.start_all();
  EXPECT_EQ(over.issued().size(), an_hour + an_hour / 6U) << "each once";
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
  OverHurtBrokers over(1, ack_by_kafka);
  const Fleet& fleet = over.fleet;
  ServerProcess& node = over.node;
  Customer& customer = over.customer;
  customer.get(20);
  EXPECT_EQ(issued_in(fleet).all.size(), 20U) << "there when the answer is";

  over.brokers.stop_all();
  const HttpResponse refused = node.request_token(fleet.admin(), fleet.audience());
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(json_member(refused.body, "error"), "temporarily_unavailable");
  EXPECT_EQ(json_member(refused.body, "access_token"), "");
  const auto first = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(customer.ask(), 503);
  EXPECT_LT(std::chrono::steady_clock::now() - first, issuance_ack_patience)
      << "nobody waits in vain after that";
  EXPECT_THAT(node.ops("/readyz").body, HasSubstr("issuance_ack"));

  over.brokers.start_all();
  wait_until("tokens again", [&] { return customer.ask() == 200; });
  customer.get(5);
  const std::vector<std::string> issued = over.issued();
  EXPECT_TRUE(in_order(customer.got, issued));
  EXPECT_LT(issued.size(), customer.got.size() + 10) << "few records without a token";
}

// It takes connections and answers nothing: another leader is found, and what was sent is sent
// anew.
TEST(KafkaFaultsIssuance, GoesOnWhileItsLeaderHangs) {
  OverHurtBrokers over(3, ack_by_kafka);
  Customer& customer = over.customer;
  customer.get(20);
  const int leader = RawKafka(over.fleet.brokers).leader(over.fleet.prefix + ".issuance");
  over.brokers.pause(leader);
  const auto began = std::chrono::steady_clock::now();
  wait_until("tokens again", [&] { return customer.ask() == 200; });
  const auto gap = std::chrono::steady_clock::now() - began;
  RecordProperty("gap_ms", static_cast<int>(
                               std::chrono::duration_cast<std::chrono::milliseconds>(gap).count()));
  customer.get(20);
  over.brokers.resume(leader);
  customer.get(20);
  EXPECT_TRUE(in_order(customer.got, over.issued()));
}

}  // namespace
}  // namespace optare
