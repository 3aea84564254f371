#include "ops/follower_thread.h"

#include <gtest/gtest.h>

#include "core/memory/memory_store.h"
#include "tests/support/endless_log.h"
#include "tests/support/small_node.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

// Waits end and uses are written in time, also while there is always more to apply.
TEST(FollowerThread, KeepsTimeUnderLoadThatNeverPauses) {
  Deployment deployment;
  EndlessLog log(deployment.clock);
  const FleetKey key = test_fleet_key();
  const FleetMac mac(std::span(&key, 1), 1);
  MemoryStore store;
  LiveStates states(store, log, deployment.clock);
  Follower follower({.log = log,
                     .store = store,
                     .mac = mac,
                     .log_id = deployment.log_id,
                     .node_id = "node_1",
                     .states = states,
                     .settler = nullptr});
  follower.open();
  LogLines lines(LogLevel::error, -1);
  LastUsed last_used;
  std::optional<bool> reached;
  boost::asio::io_context context;
  {
    FollowerThread thread({.follower = follower,
                           .states = states,
                           .log = log,
                           .store = store,
                           .last_used = last_used,
                           .clock = deployment.clock,
                           .lines = lines});
    boost::asio::co_spawn(context, states.reached(1, 2s),
                          [&](const std::exception_ptr&, bool yes) { reached = yes; });
    context.poll();
    last_used.used(ClientId("srv_a"), SecretId("sec_1"), deployment.clock.wall());
    deployment.clock.advance(1min);
    context.run_for(60s);
    EXPECT_EQ(reached, false);
    const auto written = [&] {
      return store.get(Table::last_used, last_used_key(ClientId("srv_a"), SecretId("sec_1")));
    };
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (!written() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_TRUE(written());
    log.pause();  // The thread applies what is there before it ends.
  }
}

}  // namespace
}  // namespace optare
