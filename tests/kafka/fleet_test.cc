// Several `optare serve` over real brokers: a deployment of more than one node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/support/fleet.h"
#include "tests/support/kafka_brokers.h"
#include "tests/support/raw_kafka.h"
#include "tests/support/server_process.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::HasSubstr;

TEST(Fleet, FeelsOnEachNodeWhatIsDoneOnOne) {
  const Fleet fleet;
  const Ended made = fleet.init();
  ASSERT_EQ(made.code, 0) << made.err;
  ServerProcess a(fleet.folder() / "init");  // goes on where init ended
  ServerProcess b;
  ServerProcess c;
  for (ServerProcess* node : {&a, &b, &c}) node->start(fleet.flags());

  const AppSecret introspector = fleet.create(b, "https://other.example.com");
  const AppSecret app = fleet.create(a, "https://api.example.com", introspector.client_id);
  const std::string token = b.token(app, "https://api.example.com");
  for (const ServerProcess* node : {&a, &b, &c}) EXPECT_TRUE(node->active(introspector, token));

  EXPECT_EQ(fleet.call(a, "DELETE", "/applications/" + app.client_id).status, 200);
  for (const ServerProcess* node : {&a, &b, &c}) {
    wait_until("the token to be dead", [&] { return !node->active(introspector, token); });
    wait_until("the application to be gone",
               [&] { return node->request_token(app, "https://api.example.com").status == 401; });
  }

  // What one node does is there after any end of another.
  const std::string kept = c.token(introspector, "https://other.example.com");
  EXPECT_EQ(b.stop(), 0);
  b.start(fleet.flags());
  c.kill();
  c.start(fleet.flags());
  ServerProcess d;  // on an empty folder, from the log's beginning
  d.start(fleet.flags());
  for (const ServerProcess* node : {&a, &b, &c, &d}) {
    EXPECT_EQ(node->decided_token(app, "https://api.example.com").status, 401);
    EXPECT_TRUE(node->active(introspector, kept));
  }
  EXPECT_EQ(fleet.call(d, "DELETE", "/applications/" + introspector.client_id).status, 200);
  const AppSecret again = fleet.create(a, "https://third.example.com");
  for (const ServerProcess* node : {&a, &b, &c, &d})
    EXPECT_NE(node->token(again, "https://third.example.com"), "");
}

using Steady = std::chrono::steady_clock;
Steady::duration median(std::vector<Steady::duration> times) {
  std::ranges::nth_element(times, times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2));
  return times[times.size() / 2];
}

// Nodes are told of a deletion, they do not go and look for it: who looked each two seconds, or
// knew of it by the next tick, would need a second, half the time. They need some milliseconds; and
// where the machine is slow, a token takes longer, too, which waits for no broker.
TEST(Fleet, FeelsADeletionLongBeforeWhoLooksForIt) {
  constexpr int deletions = 20;
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  ServerProcess c;
  c.start(fleet.flags());
  const std::string api = "https://api.example.com";
  const AppSecret asks = fleet.admin();
  fleet.create(a, api, asks.client_id);
  std::vector<Steady::duration> issued;
  std::vector<Steady::duration> felt;
  for (int i = 0; i < deletions; ++i) {
    const AppSecret app = fleet.create_application(a, api);
    const auto began = Steady::now();
    const std::string token = a.token(app, api);
    issued.push_back(Steady::now() - began);
    for (const ServerProcess* node : {&b, &c}) ASSERT_TRUE(node->active(asks, token));
    const auto asked = Steady::now();
    ASSERT_EQ(fleet.call(a, "DELETE", "/applications/" + app.client_id).status, 200);
    for (const ServerProcess* node : {&b, &c})
      wait_until("the token to be dead", [&] { return !node->active(asks, token); });
    felt.push_back(Steady::now() - asked);
  }
  EXPECT_LT(median(felt), 1s + 10 * median(issued));
}

// Where `init` wrote them, perhaps on another machine, nobody knows here.
TEST(Fleet, NamesNoFileOfCredentialsThatItDoesNotHave) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  ServerProcess node;
  node.start(fleet.flags());
  wait_until("what to do next to be said", [&] { return node.said().contains("Ctrl-C ends it."); });
  EXPECT_THAT(node.said(), HasSubstr("\n  export OPTARE_CREDENTIALS=FILE\n"));
}

TEST(Fleet, SharesANewSigningKey) {
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  const std::string token = a.token(fleet.admin(), fleet.audience());
  EXPECT_TRUE(b.active(fleet.admin(), token));
  const std::string before = b.get("/oauth2/jwks").body;
  const HttpResponse rotated = fleet.call(a, "POST", "/keys/rotate", "{}");
  EXPECT_EQ(rotated.status / 100, 2) << rotated.body;
  wait_until("both to publish the same keys, and other ones", [&] {
    const std::string now = b.get("/oauth2/jwks").body;
    return now != before && now == a.get("/oauth2/jwks").body;
  });
  EXPECT_NE(b.token(fleet.admin(), fleet.audience()), "");
}

TEST(FleetInit, SaysASecondTimeThatAllIsThere) {
  const Fleet fleet;
  const Ended made = fleet.init();
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("Made: the topics " + fleet.prefix + ".*"));
  const AppSecret admin = fleet.admin();
  const Ended again = fleet.init("other", "other.json");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("Already there: the topics " + fleet.prefix + ".*"));
  EXPECT_FALSE(std::filesystem::exists(fleet.folder() / "other.json"));
  EXPECT_EQ(fleet.admin().secret, admin.secret);
  for (const std::string& said : {made.out, made.err, again.out, again.err})
    EXPECT_EQ(said.find(admin.secret), std::string::npos);
}

TEST(FleetInit, HasOneWinnerOfTwoAtOnce) {
  for (int round = 0; round < 3; ++round) {
    const Fleet fleet;
    Ended one;
    std::thread other([&] { one = fleet.init("one", "one.json"); });
    const Ended two = fleet.init("two", "two.json");
    other.join();
    const auto there = [&](const char* name) {
      return std::filesystem::exists(fleet.folder() / name);
    };
    EXPECT_NE(there("one.json"), there("two.json")) << one.err << two.err;
    EXPECT_FALSE(there("one.json.pending"));
    EXPECT_FALSE(there("two.json.pending"));
    const Ended& winner = there("one.json") ? one : two;
    const Ended& loser = there("one.json") ? two : one;
    EXPECT_EQ(winner.code, 0) << winner.err;
    EXPECT_THAT(loser.out + loser.err,
                AnyOf(HasSubstr("begun by another start"), HasSubstr("Already there")));
    EXPECT_THAT(loser.code, AnyOf(0, 4)) << loser.err;
    ServerProcess node;
    node.start(fleet.flags());
    EXPECT_NE(
        node.token(fleet.admin(there("one.json") ? "one.json" : "two.json"), fleet.audience()), "");
  }
}

// Ends it by SIGKILL as soon as the mark is there; a machine that is too busy for that ends it
// first, so it is tried on another deployment.
void expect_repaired_when_killed_at(const std::string& mark,
                                    const std::function<bool(const Fleet&, RawKafka&)>& there) {
  RawKafka raw(shared_brokers());
  for (int left = 20; left > 0; --left) {
    const Fleet fleet;
    Process init(fleet.init_program("init", "admin.json"));
    wait_until(mark, [&] { return init.ended() || there(fleet, raw); });
    if (!init.ended()) init.signal(SIGKILL);
    if (init.wait().code != 128 + SIGKILL || std::filesystem::exists(fleet.credentials())) continue;
    const Ended ended = fleet.init();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("Made: the topics " + fleet.prefix + ".*"));
    EXPECT_FALSE(std::filesystem::exists(fleet.credentials().string() + ".pending"));
    ServerProcess node;
    node.start(fleet.flags());
    EXPECT_NE(node.token(fleet.admin(), fleet.audience()), "");
    return;
  }
  FAIL() << "init was always over before it could be killed when there was " << mark;
}

// A crash at any point is repaired by running it again.
TEST(FleetInit, IsRepairedByRunningItAgain) {
  expect_repaired_when_killed_at("a topic", [](const Fleet& fleet, RawKafka& raw) {
    return raw.leader(fleet.prefix + ".control") != 0;
  });
  expect_repaired_when_killed_at("a record of the vault", [](const Fleet& fleet, RawKafka& raw) {
    const std::string vault = fleet.prefix + ".vault";
    return raw.leader(vault) != 0 && raw.end(vault) > 0;
  });
  expect_repaired_when_killed_at("a file of credentials", [](const Fleet& fleet, RawKafka&) {
    return std::filesystem::exists(fleet.credentials().string() + ".pending");
  });
}

TEST(FleetInit, LosesNoFileThatIsThere) {
  const Fleet fleet;
  std::ofstream(fleet.credentials()) << "{}\n";
  const Ended ended = fleet.init();
  EXPECT_EQ(ended.code, 4) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("is there already"));
  EXPECT_EQ(file_text(fleet.credentials()), "{}\n");
}

TEST(FleetRefusal, OfAStartWithoutInitSaysToRunIt) {
  const Fleet fleet;
  std::ofstream(fleet.key_file()) << std::string(32, 'k');
  std::filesystem::permissions(fleet.key_file(), std::filesystem::perms(0600));
  ServerProcess node;
  const Ended ended = node.start_in_vain(fleet.flags());
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("there is no topic " + fleet.prefix + ".control"));
  EXPECT_THAT(ended.err, HasSubstr("Run `optare init --log kafka"));
}

TEST(FleetRefusal, OfAnotherKeyFile) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  const auto other = fleet.folder() / "other.key";
  ServerProcess node;
  EXPECT_THAT(node.start_in_vain(fleet.flags(other)).err, HasSubstr("is not there"));
  EXPECT_FALSE(std::filesystem::exists(other)) << "never made by serve";
  std::ofstream(other) << std::string(32, 'x');
  std::filesystem::permissions(other, std::filesystem::perms(0600));
  const Ended ended = node.start_in_vain(fleet.flags(other));
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("the key file does not open the vault in topic " + fleet.prefix +
                                   ".vault"));
}

TEST(FleetRefusal, OfAnotherDeploymentsTopics) {
  const Fleet one;
  const Fleet two;
  ASSERT_EQ(one.init().code, 0);
  ASSERT_EQ(two.init().code, 0);
  ServerProcess node(one.folder() / "init");
  node.start(one.flags());
  EXPECT_EQ(node.stop(), 0);
  const Ended ended = node.start_in_vain(two.flags());
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("belongs to another deployment"));
  node.start(one.flags());
}

TEST(FleetRefusal, OfBrokersThatAreNotThere) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  Fleet::Flags flags = fleet.flags();
  flags[3] = "127.0.0.1:1";
  ServerProcess node;
  const Ended ended = node.start_in_vain(flags);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("127.0.0.1:1"));
}

TEST(FleetAdministrator, IsMadeAnewForLostCredentials) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  std::filesystem::remove(fleet.credentials());
  ServerProcess node;  // beside one that runs
  node.start(fleet.flags());
  const Ended made = fleet.run_over({"bootstrap-admin", "--data", fleet.folder() / "rescue"});
  EXPECT_EQ(made.code, 0) << made.err;
  wait_until("the node to know the administrator", [&] {
    return node.request_token(fleet.admin("rescue/admin.json"), fleet.audience()).status == 200;
  });
  EXPECT_NE(node.token(fleet.admin("rescue/admin.json"), fleet.audience()), "");
}

}  // namespace
}  // namespace optare
