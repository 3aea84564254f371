// Three nodes under load over three brokers that are hurt: what was acknowledged stays, what was
// refused is not there, and all nodes agree. How long each fault stops commits is printed.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/support/faults.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

// Longer than a commit may take (commit_deadline) and than a view may be old (max_staleness): what
// the node had is late when it goes on, and all that it knows is too old.
constexpr Duration asleep = 17s;

class KafkaFaultsUnderLoad : public testing::Test {
 protected:
  explicit KafkaFaultsUnderLoad(const KafkaBrokersOptions& options = {})
      : brokers(options), load(brokers) {
    load.wait_for_full_load();
  }
  Measures happen(const std::string& name) {
    const Fault& fault = fault_named(name);
    const Measures measures = fault.happen(load, asleep);
    fmt::print("{}: {}\n", fault.what, text_of(measures));
    std::fflush(stdout);
    return measures;
  }
  void expect_what_was_said() { EXPECT_THAT(load.what_is_wrong(), IsEmpty()); }

  KafkaBrokers brokers;
  FleetUnderLoad load;
};

TEST_F(KafkaFaultsUnderLoad, LoseNothingAndInventNothing) {
  for (const char* fault :
       {"node-killed", "nodes-killed", "leader-killed", "controller-killed", "leader-hangs",
        "node-paused", "all-restarted", "all-killed", "everything-killed"})
    happen(fault);
  expect_what_was_said();
}

// An upgrade as ops/README.md says it: whoever asks a node that is there is answered.
TEST_F(KafkaFaultsUnderLoad, NothingFailsAtTheOthersWhileNodesAreRestartedOneByOne) {
  happen("nodes-restarted");
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

}  // namespace
}  // namespace optare
