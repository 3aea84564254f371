// Whether the nodes of a deployment go together, from what each of them says.
#include "ops/cli/fleet_report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace optare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// As GET /statusz has it.
struct Said {
  std::string status = "ready";
  std::string node = "node_a";
  std::string log = "10c1";
  int level = 1;
  int position = 7;
  std::string compared = R"("7777777788888888")";
  std::string reasons = {};

  std::string text() const {
    return fmt::format(
        R"({{"status":"{}","version":"0.1.0","feature_level":{{"supported":{},"raised":1}},)"
        R"("node":"{}","issuer":"https://id.example.com","log":"{}","view_age_ms":250,)"
        R"("partitions":[{{"partition":"control","position":{},"hash":"aa","offset":9,"lag":0,)"
        R"("compared":{{"position":7,"hash":{}}}}}],"quarantined":[],"reasons":[{}]}})",
        status, level, node, log, position, compared, reasons);
  }
  NodeReport at(const std::string& url) const {
    const auto report = node_report(url, text());
    EXPECT_TRUE(report) << report.error().detail;
    return *report;
  }
};

const Goals at_seven{{"control", {.compared = 7, .reached = 7}}};

TEST(FleetReport, ReadsWhatANodeSays) {
  const NodeReport report =
      Said{.position = 9, .reasons = R"({"name":"log","detail":"its disk is full"})"}.at(
          "http://a");
  EXPECT_EQ(report.url, "http://a");
  EXPECT_EQ(report.silence, "");
  EXPECT_EQ(report.node, "node_a");
  EXPECT_EQ(report.level_raised, 1U);
  EXPECT_EQ(report.view_age_ms, 250U);
  EXPECT_EQ(report.partitions.at("control").position, 9U);
  EXPECT_EQ(report.partitions.at("control").compared_hash, "7777777788888888");
  EXPECT_THAT(report.reasons, ElementsAre("log: its disk is full"));
}

TEST(FleetReport, RefusesWhatNoNodeSays) {
  for (const char* body : {"", "<html>", "[]", "{}", R"({"status":7})", R"({"status":"ready"})"})
    EXPECT_FALSE(node_report("http://a", body)) << body;
}

// Positions are compared where everybody has been, and everybody has to come where one was.
TEST(FleetReport, TakesItsGoalsFromTheFirstAnswers) {
  const std::vector<NodeReport> nodes{Said{.position = 5}.at("http://a"),
                                      Said{.position = 9}.at("http://b"),
                                      silent_node("http://c", "gone")};
  EXPECT_EQ(goals_of(nodes), (Goals{{"control", {.compared = 5, .reached = 9}}}));
  EXPECT_FALSE(reached(nodes, goals_of(nodes)));
  EXPECT_TRUE(reached(nodes, {{"control", {.compared = 5, .reached = 5}}}));
}

TEST(FleetReport, FindsNothingWhereAllIsWell) {
  const std::vector<NodeReport> nodes{Said{.node = "node_a"}.at("http://a"),
                                      Said{.node = "node_b"}.at("http://b"),
                                      Said{.node = "node_c", .position = 8}.at("http://c")};
  EXPECT_THAT(findings(nodes, at_seven), IsEmpty());
}

TEST(FleetReport, FindsWhoIsBehind) {
  const std::vector<NodeReport> nodes{Said{.node = "node_a", .position = 9}.at("http://a"),
                                      Said{.node = "node_b"}.at("http://b")};
  EXPECT_THAT(findings(nodes, {{"control", {.compared = 7, .reached = 9}}}),
              ElementsAre("http://b is behind in control: at position 7, where others were at 9"));
}

TEST(FleetReport, FindsAnotherHistory) {
  const std::vector<NodeReport> nodes{
      Said{.node = "node_a"}.at("http://a"),
      Said{.node = "node_b", .compared = R"("9999999900000000")"}.at("http://b"),
      Said{.node = "node_c"}.at("http://c")};
  EXPECT_THAT(findings(nodes, at_seven),
              ElementsAre("control has another history at position 7: http://a http://c (77777777) "
                          "| http://b (99999999)"));
}

TEST(FleetReport, SaysWhatItCannotCompare) {
  const std::vector<NodeReport> nodes{Said{.node = "node_a", .compared = "null"}.at("http://a"),
                                      Said{.node = "node_b"}.at("http://b")};
  EXPECT_THAT(
      findings(nodes, at_seven),
      ElementsAre(StartsWith("control: histories cannot be compared at position 7: http://a")));
}

// It says nothing of a position that it has not got to: it is behind, and no more than that.
TEST(FleetReport, DoesNotCompareWhereANodeHasNotBeen) {
  const std::vector<NodeReport> nodes{
      Said{.node = "node_a", .position = 6, .compared = "null"}.at("http://a"),
      Said{.node = "node_b"}.at("http://b")};
  EXPECT_THAT(findings(nodes, at_seven), ElementsAre(StartsWith("http://a is behind in control")));
}

TEST(FleetReport, FindsWhoSaysNothing) {
  const std::vector<NodeReport> nodes{Said{}.at("http://a"),
                                      silent_node("http://b", "connection refused")};
  EXPECT_THAT(findings(nodes, at_seven), ElementsAre("http://b says nothing: connection refused"));
}

TEST(FleetReport, FindsAnotherFeatureLevel) {
  const std::vector<NodeReport> nodes{Said{.node = "node_a"}.at("http://a"),
                                      Said{.node = "node_b", .level = 2}.at("http://b")};
  EXPECT_THAT(findings(nodes, at_seven),
              ElementsAre("builds understand different feature levels, raise none: http://a (1) | "
                          "http://b (2)"));
}

TEST(FleetReport, FindsWhoIsNotWellAndWhy) {
  const std::vector<NodeReport> nodes{
      Said{.status = "degraded", .reasons = R"({"name":"log","detail":"its disk is full"})"}.at(
          "http://a")};
  EXPECT_THAT(findings(nodes, at_seven),
              ElementsAre("http://a is degraded: log: its disk is full"));
  const auto starting = node_report(
      "http://b",
      R"({"status":"starting","progress":"applying the log: 5 of 9 records","version":"0.1.0",)"
      R"("feature_level":{"supported":1},"partitions":[],"quarantined":[],"reasons":[]})");
  ASSERT_TRUE(starting);
  EXPECT_THAT(findings(std::vector{*starting}, {}),
              ElementsAre("http://b is starting: applying the log: 5 of 9 records"));
}

// Two deployments have nothing to compare.
TEST(FleetReport, FindsNodesOfAnotherDeployment) {
  const std::vector<NodeReport> nodes{
      Said{.node = "node_a", .position = 90}.at("http://a"),
      Said{.node = "node_b", .log = "20c2", .compared = R"("99")"}.at("http://b")};
  EXPECT_THAT(findings(nodes, {{"control", {.compared = 7, .reached = 90}}}),
              ElementsAre("these are nodes of 2 deployments: http://a | http://b"));
}

TEST(FleetReport, FindsOneNodeAtTwoAddresses) {
  const std::vector<NodeReport> nodes{Said{}.at("http://a"), Said{}.at("http://b")};
  EXPECT_THAT(findings(nodes, at_seven),
              ElementsAre(HasSubstr("http://a and http://b are one node (node_a)")));
}

}  // namespace
}  // namespace optare
