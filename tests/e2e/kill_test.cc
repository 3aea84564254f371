// kill -9 at random moments under load: what was acknowledged is there, once, and what was deleted
// stays deleted. OPTARE_SEED repeats the choices (not the moments, which are the machine's).
#include <gtest/gtest.h>

#include "tests/support/lives.h"

namespace optare {
namespace {

constexpr int kills_under_load = 50;
constexpr int kills_while_starting = 10;
constexpr int threads = 4;
constexpr std::uint32_t load_ms_max = 300;
constexpr std::uint32_t start_ms_max = 60;

class Kill : public ::testing::Test {
 protected:
  Kill() {
    server.start();
    random.seed(lives.emplace(server, threads).seed());
  }
  std::uint32_t up_to(std::uint32_t max) {
    return std::uniform_int_distribution<std::uint32_t>(0, max)(random);
  }
  void kill_while_it_starts() {
    server.launch();
    std::this_thread::sleep_for(std::chrono::milliseconds(up_to(start_ms_max)));
    server.kill();
  }

  ServerProcess server;
  std::optional<Lives> lives;
  std::mt19937 random;
};

TEST_F(Kill, LosesNothingThatWasAcknowledgedAndRepeatsNothing) {
  lives->begin();
  for (int kill = 0; kill < kills_under_load && !HasFailure(); ++kill) {
    lives->plan().open();
    std::this_thread::sleep_for(std::chrono::milliseconds(up_to(load_ms_max)));
    lives->plan().close();
    server.kill();
    if (kill % (kills_under_load / kills_while_starting) == 0) kill_while_it_starts();
    server.start();
  }
  lives->end();
  lives->expect_all_that_was_acknowledged();
  std::cout << lives->answers() << " answers, " << lives->repeated()
            << " requests repeated after a kill\n";
  EXPECT_GT(lives->repeated(), 0U) << "no kill ever met a request";
}

// The folder's first moments: whatever was made before the kill, the next start ends it.
TEST(KillAtTheFirstStart, IsRepairedByStartingAgain) {
  std::mt19937 random(LifeUnderLoad::seed());
  for (int folder = 0; folder < 10; ++folder) {
    ServerProcess server;
    for (int kill = 0; kill < 2; ++kill) {
      server.launch();
      std::this_thread::sleep_for(
          std::chrono::milliseconds(std::uniform_int_distribution<int>(0, start_ms_max)(random)));
      server.kill();
    }
    server.start();
    EXPECT_NE(server.token(server.admin(), server.url() + "/api/v1"), "");
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(run(optare_program({"replay", "--verify", "--data", server.data()})).code, 0);
  }
}

}  // namespace
}  // namespace optare
