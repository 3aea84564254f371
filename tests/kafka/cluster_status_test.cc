// optare cluster status over several nodes on real brokers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fleet.h"

namespace optare {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(FleetStatus, SaysWhetherAllIsWell) {
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  ServerProcess c;
  c.start(fleet.flags());
  const AppSecret app = fleet.create(a, "https://api.example.com");
  const Ended well = all_well({&a, &b, &c});
  EXPECT_THAT(well.out, HasSubstr("\nAll is well: 3 nodes asked, one history up to control 3, "));
  const std::string in_sync = fleet.prefix + ".control\",state=\"in_sync";
  wait_until(
      "all copies to be told",
      [&] { return a.metric("optare_kafka_topic_replicas", in_sync) == 3; }, topics_seen_max);

  b.kill();
  Ended one_gone;
  wait_until(
      "one to be missed, and nothing else",
      [&] {
        one_gone = cluster_status({&a, &b, &c});
        return one_gone.out.contains("\nNot all is well: one thing to look at.\n");
      },
      topics_seen_max);
  EXPECT_EQ(one_gone.code, 1);
  EXPECT_THAT(one_gone.out, HasSubstr(b.ops_url() + " says nothing: "));

  // It comes back while others go on.
  b.launch(fleet.flags());
  for (int i = 0; i < 5; ++i) fleet.create(a, "https://api" + std::to_string(i) + ".example.com");
  const Ended told = all_well({&a, &b, &c}, {"--json"});
  EXPECT_EQ(json_member(told.out, "well"), "true") << told.out;
}

// No node knows of another: who ran before, or runs and is not named, is neither counted nor
// missed.
TEST(FleetStatus, SpeaksOfTheNodesThatItAsked) {
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  fleet.create(b, "https://api.example.com");
  const auto speaks_of_a_alone = [&] {
    const Ended told = all_well({&a});
    EXPECT_THAT(told.out,
                HasSubstr("\nAll is well: one node asked, one history up to control 3, "));
    EXPECT_THAT(told.out, Not(HasSubstr(b.ops_url())));
  };
  speaks_of_a_alone();
  EXPECT_EQ(b.stop(), 0);
  speaks_of_a_alone();
  EXPECT_THAT(cluster_status({&a, &b}).out, HasSubstr(b.ops_url() + " says nothing: "));
}

// A new node that begins with what another one had read; only the spool is not to be shared.
TEST(FleetStatus, CountsACopyOfAFolderWithoutItsSpoolAsANodeOfItsOwn) {
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  EXPECT_NE(b.token(fleet.admin(), fleet.audience()), "");
  EXPECT_EQ(b.stop(), 0);
  ServerProcess copy;
  std::filesystem::create_directories(copy.data());
  for (const char* part : {"log", "view"}) {
    std::filesystem::copy(b.data() / part, copy.data() / part,
                          std::filesystem::copy_options::recursive);
  }
  copy.start(fleet.flags());
  b.start(fleet.flags());
  for (const ServerProcess* node : {&a, &b, &copy})
    EXPECT_NE(node->token(fleet.admin(), fleet.audience()), "");
  all_well({&a, &b, &copy});
  for (const ServerProcess* node : {&a, &b, &copy}) {
    wait_until(
        "its records to be in the topic",
        [&] { return node->metric("optare_issuance_forward_queue") == 0; },
        std::chrono::seconds(90));
  }
  const Ended exported = fleet.export_topic();
  EXPECT_EQ(exported.code, 0) << exported.err;
}

TEST(FleetStatus, TellsDeploymentsApart) {
  const Fleet one;
  const Fleet two;
  ASSERT_EQ(one.init().code, 0);
  ASSERT_EQ(two.init().code, 0);
  ServerProcess a;
  ServerProcess b;
  a.start(one.flags());
  b.start(two.flags());
  Ended ended;
  wait_until("both to be told apart", [&] {
    ended = cluster_status({&a, &b});
    return ended.out.contains("these are nodes of 2 deployments: ");
  });
  EXPECT_EQ(ended.code, 1);
}

}  // namespace
}  // namespace optare
