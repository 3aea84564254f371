// Issuance records on their way from a node's spool into their topic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "core/ports/crypto.h"
#include "tests/support/issuance_over_kafka.h"

namespace optare {
namespace {

using testing::HasSubstr;

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

}  // namespace
}  // namespace optare
