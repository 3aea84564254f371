// Three nodes under load over three brokers that are hurt: what was acknowledged stays, what was
// refused is not there, and all nodes agree. How long each fault stops commits is printed.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "tests/support/faults.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

class KafkaFaultsUnderLoad : public testing::Test {
 protected:
  explicit KafkaFaultsUnderLoad(const KafkaBrokersOptions& options = {})
      : brokers(options), load(brokers) {
    load.next_commit("the start", Steady::now());
  }
  Measures happen(const std::string& name) {
    const Fault& fault = fault_named(name);
    const Measures measures = fault.happen(load, 3s);
    fmt::print("{}: {}\n", fault.what, text_of(measures));
    std::fflush(stdout);
    return measures;
  }
  void expect_what_was_said() { EXPECT_THAT(load.what_is_wrong(), IsEmpty()); }

  KafkaBrokers brokers;
  FleetUnderLoad load;
};

TEST_F(KafkaFaultsUnderLoad, LoseNothingAndInventNothing) {
  for (const char* fault : {"node-killed", "leader-killed", "controller-killed", "leader-hangs",
                            "node-paused", "all-restarted"})
    happen(fault);
  expect_what_was_said();
}

// What nobody has made is told so, whoever leads the log.
TEST_F(KafkaFaultsUnderLoad, AbsencesAreToldAfterAFailOver) {
  load.end_load();
  const auto told = [&](const std::string& after) {
    for (const ServerProcess* node : load.nodes)
      wait_until("an absence to be told after " + after, [&] {
        return node->request_token(load.admin, "https://nothing.example.com").status == 400;
      });
  };
  told("the start");
  const int hurt = load.leader();
  brokers.kill(hurt);
  told("the leader was killed");
  brokers.start(hurt);
  load.wait_for_all_in_sync();
  told("it is back");
}

// One of three is left: nothing can be written, and what is there can be read.
TEST_F(KafkaFaultsUnderLoad, OneBrokerOfThreeTakesNoWritesAndNodesReadOn) {
  happen("two-killed");
  expect_what_was_said();
}

// Brokers that can be cut off from each other.
class KafkaFaultsOfTheNetwork : public KafkaFaultsUnderLoad {
 protected:
  KafkaFaultsOfTheNetwork() : KafkaFaultsUnderLoad({.network = true}) {}
};

// It goes on answering, and is left nearly as soon as one that died.
TEST_F(KafkaFaultsOfTheNetwork, ALeaderThatIsCutOffIsLeft) {
  for (const auto& [name, time] : happen("leader-cut")) EXPECT_LT(time, 60s) << name;
  expect_what_was_said();
}

// It fails closed, and goes on when it hears from the others again.
TEST_F(KafkaFaultsOfTheNetwork, ANodeThatReachesNothingButSuchALeaderComesBack) {
  happen("leader-cut-with-node");
  expect_what_was_said();
}

// Stopped for longer than a view may be old, with requests waiting: they are answered from nothing
// that is older.
TEST(FleetFreshness, OfANodeThatSlept) {
  TwoNodes nodes;
  auto& [fleet, a, b] = nodes;
  const AppSecret app = fleet.create(a, "https://api.example.com");
  const std::string token = b.token(app, "https://api.example.com");
  ASSERT_TRUE(b.active(app, token));
  b.http.answer_time_max = 90s;  // it sleeps for some of it
  b.process().signal(SIGSTOP);
  EXPECT_EQ(fleet.call(a, "DELETE", "/applications/" + app.client_id).status, 200);
  // Their connections wait in the kernel: they meet the node as it wakes up.
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.emplace_back([&] {
      for (int n = 0; n < 20; ++n)
        EXPECT_NE(b.request_token(app, "https://api.example.com").status, 200);
    });
  }
  std::this_thread::sleep_for(16s);
  b.process().signal(SIGCONT);
  waiting.clear();
  wait_until("it to know",
             [&] { return b.request_token(app, "https://api.example.com").status == 401; });
}

}  // namespace
}  // namespace optare
