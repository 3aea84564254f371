// optare cluster status, against what nodes answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "ops/cli/cli.h"
#include "tests/support/scripted_server.h"

namespace optare {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct Ran {
  int exit = -1;
  std::string out, err;
  int slept = 0;
};
Ran status(const std::string& nodes, const std::vector<std::string>& more = {}) {
  std::istringstream in;
  std::ostringstream out, err;
  Ran ran;
  Terminal terminal{in, out, err, {}, [&ran](Duration) { ++ran.slept; }};
  std::vector<std::string> arguments{"cluster", "status", "--nodes", nodes};
  arguments.insert(arguments.end(), more.begin(), more.end());
  ran.exit = run_cli(arguments, terminal);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

std::string node_at(const std::string& node, int position, const std::string& hash = "ab12cd34ef") {
  return ScriptedServer::answer(
      200, R"({"status":"ready","version":"0.1.0","feature_level":{"supported":1,"raised":1},)"
           R"("node":")" +
               node +
               R"(","issuer":"http://i","log":"10c1","view_age_ms":200,)"
               R"("partitions":[{"partition":"control","position":)" +
               std::to_string(position) + R"(,"hash":")" + hash +
               R"(","offset":9,"lag":0,"compared":{"position":5,"hash":")" + hash +
               R"("}}],"quarantined":[],"reasons":[]})");
}

TEST(ClusterStatus, SaysOfAnotherListenerWhichOneToAsk) {
  ScriptedServer server({ScriptedServer::answer(404, R"({"title":"There is nothing here"})")});
  const Ran ran = status(server.url());
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("answers 404 for /statusz: is this its operations listener?"));
}

TEST(ClusterStatus, SaysInOneLineThatAllIsWell) {
  ScriptedServer a({node_at("node_a", 5), node_at("node_a", 6)});
  ScriptedServer b({node_at("node_b", 6), node_at("node_b", 6)});
  const Ran ran = status(a.url() + "," + b.url() + "/");
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, StartsWith("ADDRESS"));
  EXPECT_THAT(ran.out, HasSubstr("ready   node_a  0.1.0    1 of 1  200 ms    6 ab12cd34\n"));
  EXPECT_THAT(ran.out, EndsWith("\nAll is well: 2 nodes asked, one history up to control 5.\n"));
  EXPECT_EQ(ran.slept, 0);
  const auto requests = a.requests();
  EXPECT_THAT(requests.at(0), StartsWith("GET /statusz HTTP/1.1"));
  EXPECT_THAT(requests.at(1), StartsWith("GET /statusz?control=5 HTTP/1.1"));
}

TEST(ClusterStatus, WaitsForWhoIsAMomentBehind) {
  ScriptedServer a({node_at("node_a", 5), node_at("node_a", 5), node_at("node_a", 6)});
  ScriptedServer b({node_at("node_b", 6), node_at("node_b", 6), node_at("node_b", 6)});
  const Ran ran = status(a.url() + "," + b.url());
  EXPECT_EQ(ran.exit, 0) << ran.out;
  EXPECT_EQ(ran.slept, 1);
}

TEST(ClusterStatus, EndsWithOneUnlessAllIsWell) {
  std::deque<std::string> ahead(12, node_at("node_a", 6));
  std::deque<std::string> behind(12, node_at("node_b", 5, "ffffffffff"));
  ScriptedServer a(ahead);
  ScriptedServer b(behind);
  const Ran ran = status(a.url() + "," + b.url());
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("control has another history at position 5"));
  EXPECT_THAT(ran.out, HasSubstr(b.url() + " is behind in control"));
  EXPECT_THAT(ran.out, EndsWith("\nNot all is well: 2 things to look at.\n"));
}

TEST(ClusterStatus, IsOneJsonObjectForScripts) {
  ScriptedServer a({node_at("node_a", 5), node_at("node_a", 5)});
  const Ran ran = status(a.url() + ",http://127.0.0.1:1", {"--json"});
  EXPECT_EQ(ran.exit, 1);
  const auto said = boost::json::parse(ran.out);
  EXPECT_EQ(said.at("well"), false);
  EXPECT_EQ(said.at("findings").as_array().size(), 1U);
  EXPECT_EQ(said.at("compared").at("control"), 5);
  EXPECT_EQ(said.at("nodes").at(0).at("said").at("node"), "node_a");
  EXPECT_THAT(std::string(said.at("nodes").at(1).at("silence").as_string()),
              HasSubstr("127.0.0.1:1"));
}

TEST(ClusterStatus, DoesNotTakeAnythingElseForANode) {
  ScriptedServer a({ScriptedServer::answer(404, "{}"), ScriptedServer::answer(200, "{}")});
  const Ran ran = status(a.url());
  EXPECT_EQ(ran.exit, 1);
  EXPECT_THAT(ran.out, HasSubstr("is this its operations listener?"));
  EXPECT_EQ(status("a:9090/path").exit, 2);
  EXPECT_EQ(status("ftp://a").exit, 2);
}

}  // namespace
}  // namespace optare
