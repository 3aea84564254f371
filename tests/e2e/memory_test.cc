// What was needed once is given back.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/server_process.h"

namespace optare {
namespace {

// Of each thread, as /proc has it.
std::vector<std::string> thread_names(pid_t process) {
  std::vector<std::string> names;
  for (const auto& thread : std::filesystem::directory_iterator(std::filesystem::path("/proc") /
                                                                std::to_string(process) / "task")) {
    std::ifstream file(thread.path() / "comm");
    std::getline(file, names.emplace_back());
  }
  return names;
}

// Without that thread jemalloc keeps what was freed until more is asked for: at rest, for ever. It
// is there when jemalloc has read the settings of ops/main.cc.
TEST(Memory, OfAServerAtRestIsGivenBackByAThreadOfTheAllocator) {
  ServerProcess server;
  server.start({"--threads", "1"});
  const auto names = thread_names(server.process().id());
  EXPECT_NE(std::ranges::find(names, "jemalloc_bg_thd"), names.end())
      << testing::PrintToString(names);
  EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace optare
