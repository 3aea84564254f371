// optare cluster status over several nodes on real brokers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fleet.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// What `optare cluster status` says of these nodes.
Ended cluster_status(const std::vector<const ServerProcess*>& nodes,
                     const ServerProcess::Flags& more = {}) {
  std::string urls;
  for (const ServerProcess* node : nodes) urls += (urls.empty() ? "" : ",") + node->ops_url();
  ServerProcess::Flags arguments{"cluster", "status", "--nodes", urls};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(optare_program(arguments), 60s);
}

TEST(FleetStatus, SaysWhetherAllIsWell) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess a;
  ServerProcess b;
  ServerProcess c;
  for (ServerProcess* node : {&a, &b, &c}) node->start(fleet.flags());
  const AppSecret app = fleet.create(a, "https://api.example.com");
  const Ended well = cluster_status({&a, &b, &c});
  EXPECT_EQ(well.code, 0) << well.out << well.err;
  EXPECT_THAT(well.out, HasSubstr("\nAll is well: 3 nodes, one history up to control 3, "));
  EXPECT_EQ(a.metric("optare_kafka_topic_replicas", fleet.prefix + ".control\",state=\"in_sync"),
            3);

  b.kill();
  const Ended one_gone = cluster_status({&a, &b, &c});
  EXPECT_EQ(one_gone.code, 1);
  EXPECT_THAT(one_gone.out, HasSubstr(b.ops_url() + " says nothing: "));
  EXPECT_THAT(one_gone.out, HasSubstr("\nNot all is well: one thing to look at.\n"));

  // It comes back while others go on.
  b.launch(fleet.flags());
  for (int i = 0; i < 5; ++i) fleet.create(a, "https://api" + std::to_string(i) + ".example.com");
  wait_until("all to be well again", [&] { return cluster_status({&a, &b, &c}).code == 0; }, 30s);
  const Ended told = cluster_status({&a, &b, &c}, {"--json"});
  EXPECT_EQ(json_member(told.out, "well"), "true") << told.out;
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
  const Ended ended = cluster_status({&a, &b});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("these are nodes of 2 deployments: "));
}

}  // namespace
}  // namespace optare
