// What a node says of a commit whose acknowledgement does not come: nobody knows, until the log
// does (design D1).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fleet.h"

namespace optare {
namespace {

TEST(KafkaFaultsUnknown, IsCountedAndSettledOnceTheLogSays) {
  KafkaBrokers brokers({.brokers = 1});
  const Fleet fleet(brokers.bootstrap());
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  const HttpHeaders headers{
      {"Authorization", "Bearer " + node.token(fleet.admin(), fleet.audience())},
      {"Content-Type", "application/json"},
      {"Idempotency-Key", "once"}};
  const auto create = [&] {
    return node.send("POST", "/api/v1/applications", headers, R"({"name":"Cron","type":"m2m"})");
  };
  const auto unknown = [&] { return node.metric("optare_commits_total", R"("unknown")"); };
  const auto settled_late = [&] { return node.metric("optare_commits_settled_late_total"); };
  ASSERT_EQ(unknown(), 0);

  brokers.pause(1);  // it takes what is sent, and acknowledges nothing
  const HttpResponse answer = create();
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_THAT(answer.body, testing::HasSubstr("outcome-unknown"));
  EXPECT_EQ(unknown(), 1);
  EXPECT_EQ(settled_late(), 0) << "nobody knows yet";

  brokers.resume(1);
  wait_until("the log to say what became of it", [&] { return settled_late() == 1; });
  EXPECT_EQ(unknown(), 1) << "it was";
  EXPECT_EQ(decided(create).status, 201);
}

}  // namespace
}  // namespace optare
