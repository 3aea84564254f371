// What becomes of the connections where the system gives few files.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/server_process.h"

namespace optare {
namespace {

// The stores keep half of so few; connections have the rest.
TEST(OpenFiles, LimitTheConnectionsOfAServerThatMayHaveFew) {
  const ServerProcess place;  // its folder and its ports; it is not started
  ServerProcess::Flags flags = place.base_flags();
  flags.insert(flags.end(), {"--threads", "1"});
  Program program = optare_program(flags);
  program.arguments.insert(program.arguments.begin(),
                           {"bash", "-c", R"(ulimit -n 400; exec "$@")", "bash"});
  Process server(program);
  wait_until("it to serve", [&] { return server.err().contains(R"("event":"serving")"); });
  EXPECT_TRUE(server.err().contains(
      R"("event":"connections_limited","connections_max":200,"open_files":400)"))
      << server.err();
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait().code, 0);
}

TEST(OpenFiles, AreNoReasonToLimitConnectionsWhereThereAreEnough) {
  ServerProcess server;
  server.start({"--connections-max", "10", "--threads", "1"});
  EXPECT_EQ(server.stop(), 0);
  EXPECT_FALSE(server.said().contains("connections_limited")) << server.said();
}

}  // namespace
}  // namespace optare
