#include "ops/open_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace optare {
namespace {

TEST(OpenFiles, AreRaisedAsFarAsWantedAndAllowed) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{.rlim_cur = 100, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_open_files(50), 100U);
  EXPECT_EQ(raise_open_files(200), 200U);
  EXPECT_EQ(raise_open_files(before.rlim_max), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(OpenFiles, LeaveTheStoresTheirPart) {
  EXPECT_EQ(connections_per_thread(1'000'000, 10'000, 4), 10'000U);
  EXPECT_EQ(connections_per_thread(4'096, 10'000, 2),
            (4'096 - files_of_stores - ops_connections_max) / 2);
  EXPECT_EQ(connections_per_thread(1'024, 10'000, 2), 256U);
  EXPECT_EQ(connections_per_thread(1'024, 100, 2), 100U);
  EXPECT_EQ(connections_per_thread(3, 10'000, 8), 1U);
}

}  // namespace
}  // namespace optare
