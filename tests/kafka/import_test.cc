// A deployment that outgrew its folder goes on over brokers (design D4). Into another folder, and
// what is refused: tests/e2e.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "tests/support/fleet.h"
#include "tests/support/moving.h"
#include "tests/support/raw_kafka.h"

namespace optare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using MovingToBrokers = Moving;

TEST_F(MovingToBrokers, KeepsItsHistoryOnEveryNode) {
  const Fleet fleet;
  const Ended moved = import(fleet.flags());
  ASSERT_EQ(moved.code, 0) << moved.out << moved.err;
  EXPECT_THAT(moved.out, HasSubstr("the chain is the same"));
  server.start(fleet.flags());
  ServerProcess other;  // from the topics alone
  other.start(fleet.flags());
  for (const ServerProcess* node : {&server, &other}) {
    expect_all_that_was(*node);
    EXPECT_TRUE(node->active(app, token));
    EXPECT_FALSE(node->active(app, revoked_token));
    EXPECT_EQ(node->decided_token(app, "").status, 200);
  }
  const HttpResponse again = rename_once();
  EXPECT_EQ(again.body, renamed.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  const auto remove = [&] { return server.admin_call("DELETE", "/applications/" + app.client_id); };
  EXPECT_EQ(decided(remove).status, 200);
  wait_until("the other node to refuse it",
             [&] { return other.request_token(app, "").status == 401; });
  EXPECT_EQ(server.stop(), 0);
  const Ended verified = fleet.run_beside(server, {"replay", "--verify"});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

TEST_F(MovingToBrokers, HappensOnce) {
  const Fleet fleet;
  ASSERT_EQ(import(fleet.flags()).code, 0);
  const Ended again = import(fleet.flags());
  EXPECT_EQ(again.code, 4) << again.out << again.err;
  EXPECT_THAT(again.err, HasSubstr("moved here already, and sealed at position"));
}

TEST_F(MovingToBrokers, GoesNowhereWhereAnotherDeploymentLives) {
  const Fleet fleet;
  ASSERT_EQ(fleet.init().code, 0);
  const Ended refused = import(fleet.flags());
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.err, HasSubstr("another deployment"));
  EXPECT_FALSE(std::filesystem::exists(old_folder / "moved"));
}

// A history that an import is met in the middle of: of what it has read back it can write only so
// much, and no more than 8 MiB (about 300 of these records) are on their way besides.
class MovingMuchToBrokers : public Moving {
 protected:
  static constexpr int apis = 600;
  static constexpr Patience move_max{180'000};

  explicit MovingMuchToBrokers(const std::string& brokers = shared_brokers())
      : Moving(apis), fleet(brokers), kafka(brokers) {}

  // Its disk stands still once it has written so much; all of it are 15 MB.
  void stop_after(int bytes) const { std::ofstream(slowness) << 600'000 << ' ' << bytes; }
  Program halting_import(int bytes) const {
    stop_after(bytes);
    Program program = import_program(fleet.flags());
    program.environment = {{"LD_PRELOAD", OPTARE_SLOW_WRITES},
                           {"SLOW_WRITES_TO", server.data() / "log"},
                           {"SLOW_WRITES_MS", slowness}};
    return program;
  }
  std::int64_t carried() { return kafka.end(fleet.prefix + ".control"); }
  // Returns once so many records of it are in the new log, while it still runs.
  void wait_for_records(Process& import, std::int64_t count) {
    wait_until(
        std::to_string(count) + " records to be moved",
        [&] { return import.ended() || carried() >= count; }, move_max);
    ASSERT_EQ(import.ended(), std::nullopt) << import.out() << import.err();
  }
  void kill(Process& import) {
    import.signal(SIGKILL);
    EXPECT_EQ(import.wait().code, 128 + SIGKILL);
  }
  void expect_all_on_every_node() {
    server.start(fleet.flags());
    ServerProcess other;  // from the topics alone
    other.start(fleet.flags());
    for (ServerProcess* node : {&server, &other}) {
      expect_all_that_was(*node);
      EXPECT_TRUE(node->active(app, token));
      EXPECT_FALSE(node->active(app, revoked_token));
      EXPECT_EQ(node->stop(), 0);
      const Ended verified = fleet.run_beside(*node, {"replay", "--verify"});
      EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    }
  }

  const Fleet fleet;
  RawKafka kafka;
  const std::filesystem::path slowness = server.folder() / "slowness";
};

// Whoever was killed is followed by the same command, also on a machine that knows nothing of it.
TEST_F(MovingMuchToBrokers, GoesOnWhereItWasKilledAgainAndAgain) {
  const auto third = apis / 3;
  for (const int times : {1, 2}) {
    Process process(halting_import(times == 1 ? 1'000'000 : 10'000'000));
    wait_for_records(process, times * third);
    kill(process);
    EXPECT_FALSE(std::filesystem::exists(old_folder / "moved"));
    const Ended refused = server.start_in_vain(fleet.flags());
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("run `optare log import` again"));
    if (times == 2) std::filesystem::remove_all(server.data());
  }
  Process last(import_program(fleet.flags()));
  wait_until(
      "the old folder to be closed",
      [&] { return last.ended() || std::filesystem::exists(old_folder / "moved"); }, move_max);
  last.signal(SIGKILL);  // before the seal, or just after it
  last.wait();
  const Ended moved = import(fleet.flags());
  if (moved.code != 0) EXPECT_THAT(moved.err, HasSubstr("moved here already, and sealed"));
  expect_all_on_every_node();
}

struct BrokersToHurt {
  KafkaBrokers brokers;
};

class KafkaFaultsOfAMove : public BrokersToHurt, public MovingMuchToBrokers {
 protected:
  KafkaFaultsOfAMove() : MovingMuchToBrokers(brokers.bootstrap()) {}
};

// What was on its way to the leader is lost with it: it is sent again, and stands once.
TEST_F(KafkaFaultsOfAMove, LosesNothingWithTheLeaderAndAKillMeanwhile) {
  Process process(halting_import(2'000'000));
  wait_for_records(process, apis / 4);
  process.signal(SIGSTOP);
  const std::int64_t at_the_pause = carried();
  const int leader = kafka.leader(fleet.prefix + ".control");
  brokers.pause(leader);
  stop_after(12'000'000);
  process.signal(SIGCONT);
  std::this_thread::sleep_for(300ms);  // it sends on, and hears nothing
  brokers.kill(leader);
  const auto killed = std::chrono::steady_clock::now();
  wait_for_records(process, at_the_pause + 1);
  fmt::print("the move went on {} ms after the leader was killed\n",
             std::chrono::floor<Patience>(std::chrono::steady_clock::now() - killed).count());
  kill(process);
  const Ended moved = import(fleet.flags());
  EXPECT_EQ(moved.code, 0) << moved.out << moved.err;
  brokers.start(leader);
  expect_all_on_every_node();
}

}  // namespace
}  // namespace optare
